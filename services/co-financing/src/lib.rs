//! What companies put in: contributions, schemes, claims.

mod api;
pub mod arrangement;
mod bodies;
pub mod claim;
pub mod contribution;
pub mod contribution_day;
pub mod known_programme;
pub mod known_sessions;
mod lookup;
pub mod occasion;
pub mod proof;
pub mod scheme;
mod terms;

/// The service: its routes, lookups and reactions.
#[must_use]
pub fn service() -> chassis::Service {
    chassis::Service::new("co-financing")
        .aggregate::<contribution_day::ContributionDay>()
        .aggregate::<contribution::Contribution>()
        .aggregate::<claim::Claim>()
        .aggregate::<scheme::Scheme>()
        .aggregate::<occasion::Occasion>()
        .aggregate::<proof::Proof>()
        .aggregate::<arrangement::Arrangement>()
        .routes(api::routes)
        .projection(known::KnownPolicies)
        .projection(known::KnownCompanies)
        .projection(known_sessions::KnownSessions)
        .projection(known_programme::KnownProgramme)
        .projection(claim::api::claimable_lines::ClaimableLines)
        .projection(contribution_day::api::open_attendances::OpenAttendances)
        .reaction(|hub| contribution_day::reactions::AccrueAttendance { hub: hub.clone() })
        .reaction(|hub| contribution_day::reactions::AccrueOnAdoption { hub: hub.clone() })
        .reaction(|hub| contribution_day::reactions::AccrueNoted { hub: hub.clone() })
}
