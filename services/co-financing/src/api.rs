//! The routes of the service, one list for each thing; who is let in for what is the table in `access`.

use crate::{arrangement, claim, contribution, contribution_day, scheme};
use chassis::Hub;
use utoipa_axum::router::OpenApiRouter;

/// Every operation of this service.
#[must_use]
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .merge(contribution_day::api::routes())
        .merge(arrangement::api::routes())
        .merge(contribution::api::routes())
        .merge(claim::api::routes())
        .merge(scheme::api::routes())
}
