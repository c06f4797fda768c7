//! How far a lookup over this service's own log is, and waiting until it is far enough.

use chassis::Hub;
use event_log::Rows;
use std::time::Duration;
use vocabulary::{RegionId, Service};

/// The position of the own log up to which a lookup has folded, as it is written down: what came after it and concerns
/// the lookup is not in its rows, and what does not concern it may have come. It stays there until the transaction ends:
/// rows and checkpoint are written under the lock that is shared here, which a process that is frozen holds no longer
/// than five seconds.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn position(rows: &mut Rows, region: &RegionId, lookup: &str) -> sqlx::Result<i64> {
    bus::live::position(rows, region, Service::CoFinancing.as_str(), lookup).await
}

/// Waits until a lookup has folded all that was in the own log when this was asked; whether it did in time.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn is_up_to_date(
    hub: &Hub,
    region: &RegionId,
    lookup: &str,
    patience: Duration,
) -> sqlx::Result<bool> {
    let heads = hub.log.heads().await?;
    let head = heads.iter().find(|head| head.region == *region).map_or(0, |head| head.position);
    // What concerns no lookup goes by without a transaction: the process that read it knows before the table says so.
    Ok(hub.progress.wait_for(lookup, hub.log.service(), region, head, patience).await.is_ok())
}
