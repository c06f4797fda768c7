//! Where learning happens: hotspots, safety checks, sessions, attendance.

mod api;
pub mod attendance;
mod found;
pub mod hotspot;
mod known_contracts;
mod known_electives;
mod known_staff;
pub mod pupil_day;
pub mod pupil_week;
pub mod safety_check;
pub mod session;

use attendance::reactions::ClaimLocksDays;
use hotspot::reactions::ContractReachesHotspot;
use known_contracts::KnownContracts;
use known_electives::KnownElectives;
use known_staff::KnownStaff;

/// The service: its routes, lookups and reactions.
#[must_use]
pub fn service() -> chassis::Service {
    chassis::Service::new("hotspots")
        .aggregate::<hotspot::Hotspot>()
        .aggregate::<safety_check::SafetyCheck>()
        .aggregate::<session::Session>()
        .aggregate::<pupil_day::PupilDay>()
        .aggregate::<pupil_week::PupilWeek>()
        .aggregate::<attendance::Attendance>()
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
