//! What companies put in: contributions, schemes, claims.

pub mod api;
pub mod arrangement;
pub mod claim;
pub mod claimable_lines;
pub mod contribution;
pub mod contribution_day;
pub mod known_programme;
pub mod known_sessions;
mod lookup;
pub mod occasion;
pub mod open_attendances;
pub mod proof;
pub mod reactions;
pub mod scheme;
mod terms;

/// The service: its routes, lookups and reactions.
#[must_use]
pub fn service() -> chassis::Service {
    chassis::Service::new("co-financing")
        .routes(api::routes)
        .projection(known::KnownPolicies)
        .projection(known::KnownCompanies)
        .projection(known_sessions::KnownSessions)
        .projection(known_programme::KnownProgramme)
        .projection(claimable_lines::ClaimableLines)
        .projection(open_attendances::OpenAttendances)
        .reaction(|hub| reactions::AccrueAttendance { hub: hub.clone() })
        .reaction(|hub| reactions::AccrueOnAdoption { hub: hub.clone() })
        .reaction(|hub| reactions::AccrueNoted { hub: hub.clone() })
}
