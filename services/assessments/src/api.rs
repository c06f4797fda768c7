//! The routes of the service, one list for each thing.

use crate::{case, catalogue_import, elective, pta, rubric};
use chassis::Hub;
use utoipa_axum::router::OpenApiRouter;

/// Every operation of this service.
#[must_use]
pub fn routes() -> OpenApiRouter<Hub> {
    OpenApiRouter::new()
        .merge(catalogue_import::api::routes())
        .merge(elective::api::routes())
        .merge(rubric::api::routes())
        .merge(pta::api::routes())
        .merge(case::api::routes())
}
