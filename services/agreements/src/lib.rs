//! What was agreed: hotspot contracts and stage agreements, their documents and their signatures.

mod api;
pub mod contract;
mod found;
mod known_hotspots;
mod known_people;
mod printed;
pub mod stage_agreement;

use known_hotspots::KnownHotspots;
use known_people::KnownPeople;

/// The service: its routes and lookups.
#[must_use]
pub fn service() -> chassis::Service {
    chassis::Service::new("agreements")
        .aggregate::<contract::Contract>()
        .aggregate::<stage_agreement::StageAgreement>()
        .routes(api::routes)
        .projection(known::KnownPolicies)
        .projection(known::KnownSchools)
        .projection(known::KnownCompanies)
        .projection(known::KnownPupils)
        .projection(KnownHotspots)
        .projection(KnownPeople)
}
