//! What was agreed on paper, and whose signature is still missing.

mod contracts;
mod papers;
mod signatures;
mod stage_agreements;

use crate::Gateway;
use chassis::Service;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(contracts::list_contracts))
        .routes(routes!(stage_agreements::list_agreements))
        .routes(routes!(signatures::list_open_signatures))
}

pub(crate) fn projections(service: Service) -> Service {
    service.projection(papers::Agreements).projection(signatures::Signatures)
}
