//! Writes down whose names a question shows.

use crate::Gateway;
use processing::Activity;
use vocabulary::{PersonId, RegionId};
use web::Caller;

/// Each person whose name is shown, before it is. A failure is counted and said aloud, and the answer given: who guides
/// a group must know it.
pub(crate) async fn named(
    gateway: &Gateway,
    region: &RegionId,
    caller: &Caller,
    operation: &'static str,
    people: impl IntoIterator<Item = PersonId>,
) {
    let processing = &gateway.hub.processing;
    let showing = processing.begin(Activity::NamedLists, operation, caller.traceparent());
    let _ = processing.write(&showing, region, people).await;
}
