//! The holds of a region, from the log: those that may keep somebody, the one of an id, and all.

use super::hold::{Holds, HoldsOf};
use chassis::Hub;
use event_log::Error;
use proto_schemas::consortium::{retention_hold::Covers, retention_schedule::Class};
use vocabulary::{HoldId, PersonId, RegionId};

/// For each of some people of a class, the holds that may keep them: read are theirs, those on the class and those on
/// everybody, however many others the region has.
///
/// # Errors
/// When the log does not answer.
pub(crate) async fn over(hub: &Hub, region: &RegionId, class: Class, people: &[PersonId]) -> Result<Vec<Holds>, Error> {
    let shared = [HoldsOf::Earlier(region.clone()), HoldsOf::On(Covers::Class { class }), HoldsOf::On(Covers::Region)];
    let own = people.iter().map(|person| HoldsOf::On(Covers::Person { person: *person }));
    let of: Vec<HoldsOf> = shared.iter().cloned().chain(own).collect();
    let mut loaded = hub.log.load_all::<Holds>(region, &of).await?.into_iter().map(|loaded| loaded.state);
    let shared = Holds::together(loaded.by_ref().take(shared.len()));
    Ok(loaded.map(|own| Holds::together([own, shared.clone()])).collect())
}

/// Where a hold stands, if it was ever placed.
///
/// # Errors
/// When the log does not answer.
pub(crate) async fn stream_of(hub: &Hub, region: &RegionId, hold: HoldId) -> Result<Option<HoldsOf>, Error> {
    let streams = named(hub, region, Some(&hold.to_string())).await?;
    let loaded = hub.log.load_all::<Holds>(region, &streams).await?;
    // A reason may name another hold.
    let found = streams.into_iter().zip(loaded).find(|(_, loaded)| loaded.state.get(hold).is_some());
    Ok(found.map(|(of, _)| of))
}

/// Every hold that was ever placed: for whoever looks at them, and to find people; whether somebody is held is asked of
/// [`over`].
///
/// # Errors
/// When the log does not answer.
pub(crate) async fn all(hub: &Hub, region: &RegionId) -> Result<Holds, Error> {
    let streams = named(hub, region, None).await?;
    let loaded = hub.log.load_all::<Holds>(region, &streams).await?;
    Ok(Holds::together(loaded.into_iter().map(|loaded| loaded.state)))
}

async fn named(hub: &Hub, region: &RegionId, holding: Option<&str>) -> Result<Vec<HoldsOf>, Error> {
    let streams = hub.log.streams(region, "retention-hold/", holding).await?;
    Ok(streams.iter().filter_map(|stream| stream.split_once('/')?.1.parse().ok()).collect())
}
