//! Where learning happens: hotspots, safety checks, sessions, attendance.

mod api;
pub mod attendance;
pub mod code;
pub mod hotspot;
pub mod hours;
mod known_contracts;
mod known_electives;
mod known_staff;
pub mod pupil_day;
pub mod pupil_week;
mod reactions;
pub mod safety_check;
pub mod session;

use known_contracts::KnownContracts;
use known_electives::KnownElectives;
use known_staff::KnownStaff;
use reactions::{ClaimLocksDays, ContractReachesHotspot};

/// The service: its routes, lookups and reactions.
#[must_use]
pub fn service() -> chassis::Service {
    chassis::Service::new("hotspots")
        .routes(api::routes)
        .projection(known::KnownPolicies)
        .projection(known::KnownSchools)
        .projection(known::KnownCompanies)
        .projection(known::KnownPupils)
        .projection(KnownContracts)
        .projection(KnownElectives)
        .projection(KnownStaff)
        .reaction(|hub| ContractReachesHotspot { hub: hub.clone() })
        .reaction(|hub| ClaimLocksDays { hub: hub.clone() })
}
