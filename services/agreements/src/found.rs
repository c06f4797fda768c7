//! What several things look up of the consortium, or say that it is not there.

use chassis::Hub;
use chrono::NaiveDate;
use known::School;
use proto_schemas::consortium::policy::Policy;
use vocabulary::{BranchCode, RegionId};
use web::Problem;

/// A school that takes part.
pub(crate) async fn school(hub: &Hub, region: &RegionId, branch: &BranchCode) -> Result<School, Problem> {
    let school = hub.known.school(region, branch).await?.filter(|school| school.takes_part);
    school.ok_or_else(|| Problem::not_found("school", "school"))
}

/// The policy that is valid on the day of a fact, and its version.
pub(crate) async fn policy(hub: &Hub, region: &RegionId, day: NaiveDate) -> Result<(u32, Policy), Problem> {
    hub.known.policy(region, day).await?.ok_or_else(|| {
        Problem::conflict(
            "no-policy",
            format!("The region has not adopted a policy for {day} yet."),
            format!("De regio heeft nog geen beleid vastgesteld voor {day}."),
        )
    })
}
