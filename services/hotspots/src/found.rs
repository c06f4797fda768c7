//! Finds what a request is about, or says that it is not there.

use crate::hotspot::{Hotspot, Papers};
use crate::safety_check::{Check, SafetyCheck};
use crate::session::{Group, Session};
use chassis::Hub;
use chrono::NaiveDate;
use decider::{Aggregate, Refusal};
use known::Pupil;
use proto_schemas::consortium::policy::Policy;
use vocabulary::{BranchCode, HotspotId, PersonId, RegionId, SafetyCheckId, SessionId};
use web::Problem;

/// A hotspot and what is known of it.
pub(crate) async fn hotspot(hub: &Hub, region: &RegionId, id: HotspotId) -> Result<Papers, Problem> {
    let hotspot = hub.log.load::<Hotspot>(region, &id).await?.state;
    hotspot.papers().cloned().ok_or_else(|| Problem::not_found("hotspot", "hotspot"))
}

/// A safety check and what it says.
pub(crate) async fn safety_check(
    hub: &Hub,
    region: &RegionId,
    id: SafetyCheckId,
) -> Result<(SafetyCheck, Check), Problem> {
    let state = hub.log.load::<SafetyCheck>(region, &id).await?.state;
    let check = state.check().cloned().ok_or_else(|| Problem::not_found("safety check", "veiligheidscontrole"))?;
    Ok((state, check))
}

/// A session and its group.
pub(crate) async fn session(hub: &Hub, region: &RegionId, id: SessionId) -> Result<(Session, Group), Problem> {
    let state = hub.log.load::<Session>(region, &id).await?.state;
    let group = state.group().cloned().ok_or_else(|| Problem::not_found("session", "bijeenkomst"))?;
    Ok((state, group))
}

/// A pupil of the region.
pub(crate) async fn pupil(hub: &Hub, region: &RegionId, id: PersonId) -> Result<Pupil, Problem> {
    hub.known.pupil(region, id).await?.ok_or_else(|| Problem::not_found("pupil", "leerling"))
}

/// A school that takes part.
pub(crate) async fn school(hub: &Hub, region: &RegionId, branch: &BranchCode) -> Result<(), Problem> {
    let school = hub.known.school(region, branch).await?.filter(|school| school.takes_part);
    school.map(|_| ()).ok_or_else(|| Problem::not_found("school", "school"))
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

/// A refusal that a handler came upon before it asked.
pub(crate) fn refused<A: Aggregate>(refusal: A::Refusal) -> Problem {
    event_log::Error::Refused(event_log::Refused {
        aggregate: A::CATEGORY,
        code: refusal.code(),
        english: refusal.to_string(),
        dutch: refusal.in_dutch(),
    })
    .into()
}
