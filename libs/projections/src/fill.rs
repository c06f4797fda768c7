//! Fills a schema in bulk from the logs themselves.

use crate::projector::Projector;
use bus::checkpoint::Key;
use bus::{ALARM_AFTER, Error, Follower, Log, LogSource, gap, patiently};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio_util::sync::CancellationToken;

/// Events per transaction when filling in bulk.
const PAGE: usize = 2_000;
/// Logs that are read at the same time.
const LOGS_AT_ONCE: usize = 4;

/// Some fills at a time; answers how many events they came to.
pub(crate) async fn at_once(fills: Vec<BoxFuture<'_, Result<u64, Error>>>) -> Result<u64, Error> {
    stream::iter(fills).buffer_unordered(LOGS_AT_ONCE).try_fold(0, |sum, one| futures_util::future::ok(sum + one)).await
}

/// Applies a log up to `upto`, in pages from the log itself; the next page is read while one is applied. `told` hears
/// how many events came in each.
pub(crate) fn fill<'a>(
    projector: &'a Projector,
    source: &'a LogSource,
    log: Log,
    upto: i64,
    end: &'a CancellationToken,
    told: &'a (dyn Fn(u64) + Send + Sync),
) -> BoxFuture<'a, Result<u64, Error>> {
    Box::pin(async move {
        let key: Key = projector.key(&log);
        let Some(mut at) = patiently(&key, end, ALARM_AFTER, || projector.at(&key)).await? else { return Ok(0) };
        let began = at;
        let page = |after: i64| {
            let (region, key) = (&log.region, &key);
            async move {
                let limit = PAGE.min(usize::try_from(upto - after).unwrap_or(0));
                let page = if limit == 0 { Vec::new() } else { source.page(region, after, limit).await? };
                // Nobody else has looked whether the log is whole.
                let hole = page.iter().zip(after + 1..).find(|(event, position)| event.position != *position);
                hole.map_or(Ok(()), |(_, position)| Err(gap(key, position)))?;
                Ok::<_, Error>(page)
            }
        };
        let mut events = page(at).await?;
        while let Some(last) = events.last().map(|event| event.position)
            && !end.is_cancelled()
        {
            let (taken, next) =
                futures_util::join!(patiently(&key, end, ALARM_AFTER, || projector.take(&key, &events)), page(last));
            let Some(reached) = taken? else { break };
            told((reached - at).unsigned_abs());
            (at, events) = (reached, next?);
        }
        if at < upto && !end.is_cancelled() {
            return Err(gap(&key, at + 1));
        }
        Ok((at - began).unsigned_abs())
    })
}
