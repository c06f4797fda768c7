//! The routes of the service, one list for each thing.

use crate::{attendance, hotspot, safety_check, session};
use chassis::Hub;
use utoipa_axum::router::OpenApiRouter;

/// Every route of the service.
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .merge(hotspot::api::routes())
        .merge(safety_check::api::routes())
        .merge(session::api::routes())
        .merge(attendance::api::routes())
}
