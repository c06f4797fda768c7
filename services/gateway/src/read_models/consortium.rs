//! What a region is, who takes part, and what is kept of them.

mod companies;
mod me;
pub mod people;
mod processing_activities;
mod regions;
mod retention;

pub(super) use companies::company_of;
pub(super) use people::person_of;

use crate::Gateway;
use chassis::Service;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(me::show_me))
        .routes(routes!(regions::show_region))
        .routes(routes!(processing_activities::list_processing_activities))
        .routes(routes!(companies::list_companies))
        .routes(routes!(people::list_pupils))
}

pub(crate) fn projections(service: Service) -> Service {
    service
        .projection(regions::Regions)
        .projection(retention::Retention)
        .projection(companies::Companies)
        .opening(|hub| people::People {
            opener: hub.map(|hub| people::Opener { vault: hub.vault.clone(), processing: hub.processing.clone() }),
        })
        .beside(people::begin_erasing)
}
