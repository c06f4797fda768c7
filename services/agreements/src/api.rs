//! The routes of the service, one list for each thing.

use crate::{contract, stage_agreement};
use chassis::Hub;
use utoipa_axum::router::OpenApiRouter;

/// Every operation of this service.
#[must_use]
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new().merge(contract::api::routes()).merge(stage_agreement::api::routes())
}
