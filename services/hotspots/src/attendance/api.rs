//! Routes of attendance: check-in by code, lists, confirmation.

mod check_in;
mod confirmation;
mod presence;

use chassis::Hub;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().merge(check_in::routes()).merge(presence::routes()).merge(confirmation::routes())
}
