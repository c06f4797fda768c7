//! What auditors may ask.

mod logs;

use crate::Audit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Audit> {
    OpenApiRouter::new().routes(routes!(logs::list_logs))
}
