//! Follows a log from a checkpoint: by its stream, and by the log itself where the stream does not do.

use crate::alarm::{measure_lag, raise};
use crate::checkpoint::Key;
use crate::names::Log;
use crate::next::gap;
use crate::passed::at_last;
use crate::retrying::Retrying;
use crate::stream::{Chunk, LogStream};
use crate::supervise::Backoff;
use crate::turns::Turns;
use crate::{Error, LogSource, Settings};
use event_log::Recorded;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// What can follow logs: a projection or a reaction.
pub trait Follower: Send + Sync {
    /// Its checkpoint in a log.
    fn key(&self, log: &Log) -> Key;
    /// The last position it handled; begun at 0.
    fn at<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<i64, Error>>;
    /// Handles events that follow each other, and says up to where. An end means that it is kept.
    fn take<'a>(&'a self, key: &'a Key, events: &'a [Recorded]) -> BoxFuture<'a, Result<i64, Error>>;
    /// By when it is to write down what went by without concerning it.
    fn due(&self) -> Option<Instant> {
        None
    }
    /// Writes that down.
    fn write_down<'a>(&'a self, _key: &'a Key) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
    /// Whose lag it is.
    fn readers(&self, key: &Key) -> Vec<String> {
        vec![key.reader.clone()]
    }
}

/// What parks events that it cannot handle.
pub trait Parks: Follower {
    /// Tries again what is parked, in order.
    fn retry<'a>(&'a self, key: &'a Key, source: &'a LogSource) -> BoxFuture<'a, Result<Retried, Error>>;
}

/// What came of trying parked events again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// Handled now.
    pub handled: u64,
    /// Still parked.
    pub left: u64,
}

/// Tries again what a reader parked in a region, log by log.
///
/// # Errors
/// When the database or a log does not answer.
pub async fn retry_parked(reader: &dyn Parks, sources: &[LogSource], region: &RegionId) -> Result<Retried, Error> {
    let mut retried = Retried::default();
    for source in sources {
        let epoch = source.heads().await?.into_iter().find(|head| head.region == *region).map(|head| head.epoch);
        let Some(epoch) = epoch else { continue };
        let log = Log { service: source.service().to_owned(), region: region.clone(), epoch };
        let one = reader.retry(&reader.key(&log), source).await?;
        retried.handled += one.handled;
        retried.left += one.left;
    }
    Ok(retried)
}

/// Follows one log.
#[derive(Clone)]
pub struct Follow {
    /// The service whose reader it is.
    pub(crate) by: &'static str,
    pub(crate) follower: Arc<dyn Follower>,
    pub(crate) source: LogSource,
    pub(crate) log: Log,
    pub(crate) stream: LogStream,
    pub(crate) settings: Settings,
    /// How many batches may be under way in this process.
    pub(crate) at_once: Turns,
}

impl Follow {
    /// Follows until the end comes; the batch in flight is finished. `head` grows with the log.
    pub async fn run(&self, mut head: watch::Receiver<i64>, end: CancellationToken) -> Result<(), Error> {
        let key = self.follower.key(&self.log);
        let Some(mut at) = self.begin(&key, &end).await? else { return Ok(()) };
        let mut backoff = Backoff::default();
        while !end.is_cancelled() {
            if self.stream.connected() {
                match self.stream.read(at, self.settings.batch).await {
                    Ok(mut chunks) => {
                        let began = at;
                        at = self.listen(&key, at, &mut chunks, &head, &end).await?;
                        if at > began {
                            backoff.reset();
                        }
                    }
                    Err(error) => tracing::debug!(reader = key.reader, %error, "the stream does not answer"),
                }
            }
            // No stream, or no NATS: the log itself has it all, and tells when there is more.
            let upto = *head.borrow_and_update();
            at = self.read_log(&key, at, upto, &end).await?;
            tokio::select! {
                more = backoff.wait(&end) => if !more { break },
                changed = head.changed() => if changed.is_err() { break },
                () = at_last(self.follower.due()) => self.write_down(&key).await,
            }
        }
        Ok(())
    }

    /// Nothing came for a while: the checkpoint is to say how far all of it was read.
    async fn write_down(&self, key: &Key) {
        let _turn = self.at_once.acquire().await;
        if let Err(error) = self.follower.write_down(key).await {
            tracing::warn!(reader = key.reader, %error, "the checkpoint is written later");
        }
    }

    /// Follows the stream until it fails, or says nothing while the log has more.
    async fn listen(
        &self,
        key: &Key,
        mut at: i64,
        chunks: &mut (impl Stream<Item = Result<Chunk, Error>> + Unpin),
        head: &watch::Receiver<i64>,
        end: &CancellationToken,
    ) -> Result<i64, Error> {
        let mut head = head.clone();
        let mut compare = tokio::time::interval(self.settings.compare_every);
        compare.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut before = (at, at);
        loop {
            self.measure(key, *head.borrow() - at);
            tokio::select! {
                () = end.cancelled() => return Ok(at),
                chunk = chunks.next() => match chunk {
                    Some(Ok(Chunk { events, left_out, forged })) => {
                        at = self.advance(key, at, events, end).await?;
                        if let Some(position) = left_out {
                            at = self.read_log(key, at, position, end).await?;
                        }
                        if let Some(position) = forged {
                            self.disbelieve(key, position).await;
                            return Ok(at);
                        }
                    }
                    Some(Err(error)) => {
                        tracing::debug!(reader = key.reader, %error, "the stream broke off");
                        return Ok(at);
                    }
                    None => return Ok(at),
                },
                changed = head.changed() => if changed.is_err() || !self.stream.connected() { return Ok(at) },
                () = at_last(self.follower.due()) => self.write_down(key).await,
                _ = compare.tick() => {
                    // It stood still while the log had more: the log is read, and the stream asked for again.
                    let (at_before, head_before) = before;
                    if at == at_before && head_before > at {
                        return Ok(at);
                    }
                    before = (at, *head.borrow());
                }
            }
        }
    }

    /// Nothing of a message that the relay did not publish is applied: the log has the truth, and the relay is
    /// notified.
    async fn disbelieve(&self, key: &Key, position: i64) {
        let error = Error::Forged { stream: self.stream.name.clone(), position };
        raise(&key.reader, &self.log.service, self.log.region.as_str(), &error);
        self.stream.doubt(position).await;
    }

    /// Reads the log itself up to `upto`.
    async fn read_log(&self, key: &Key, mut at: i64, upto: i64, end: &CancellationToken) -> Result<i64, Error> {
        while at < upto && !end.is_cancelled() {
            let page = self.source.page(&self.log.region, at, self.settings.batch).await?;
            if page.is_empty() {
                break;
            }
            at = self.advance(key, at, page, end).await?;
        }
        Ok(at)
    }

    /// Handles events behind `at`; what is missing between them is fetched from the log.
    async fn advance(
        &self,
        key: &Key,
        mut at: i64,
        events: Vec<Recorded>,
        end: &CancellationToken,
    ) -> Result<i64, Error> {
        let mut ready = Vec::with_capacity(events.len());
        for event in events {
            let next = at + 1 + ready.len() as i64;
            if event.position < next {
                continue; // Seen before.
            }
            if event.position > next {
                at = self.handle(key, at, &std::mem::take(&mut ready), end).await?;
                at = self.fill(key, at, event.position, end).await?;
                if at >= event.position || end.is_cancelled() {
                    continue;
                }
            }
            ready.push(event);
        }
        self.handle(key, at, &ready, end).await
    }

    /// Fetches what is missing before position `before`.
    async fn fill(&self, key: &Key, mut at: i64, before: i64, end: &CancellationToken) -> Result<i64, Error> {
        tracing::info!(reader = key.reader, service = self.log.service, region = %self.log.region, after = at, before, "fetching what the stream lacks");
        while at + 1 < before && !end.is_cancelled() {
            let missing = usize::try_from(before - at - 1).unwrap_or(usize::MAX);
            let page = self.source.page(&self.log.region, at, missing.min(self.settings.batch)).await?;
            if page.first().is_none_or(|event| event.position != at + 1) {
                let error = gap(key, at + 1);
                raise(&key.reader, &self.log.service, self.log.region.as_str(), &error);
                return Err(error);
            }
            at = self.handle(key, at, &page, end).await?;
        }
        Ok(at)
    }

    /// Hands events that follow each other to the follower, until they are kept or the end comes.
    async fn handle(&self, key: &Key, mut at: i64, events: &[Recorded], end: &CancellationToken) -> Result<i64, Error> {
        for batch in events.chunks(self.settings.batch.max(1)) {
            let taken = patiently(key, end, self.settings.alarm_after, || {
                Box::pin(async {
                    let _turn = self.at_once.acquire().await;
                    self.follower.take(key, batch).await
                })
            });
            let Some(reached) = taken.await? else { return Ok(at) };
            at = reached;
            if end.is_cancelled() {
                break; // It may have stopped in the middle.
            }
        }
        Ok(at)
    }

    async fn begin(&self, key: &Key, end: &CancellationToken) -> Result<Option<i64>, Error> {
        patiently(key, end, self.settings.alarm_after, || {
            Box::pin(async {
                let _turn = self.at_once.acquire().await;
                self.follower.at(key).await
            })
        })
        .await
    }

    /// Handles everything up to `upto` now: by the stream as far as it goes, then by the log. Whether anything moved.
    pub async fn catch_up(&self, upto: i64, end: &CancellationToken) -> Result<bool, Error> {
        let key = self.follower.key(&self.log);
        let Some(mut at) = self.begin(&key, end).await? else { return Ok(false) };
        let began = at;
        if at >= upto {
            return Ok(false);
        }
        let held = self.stream.held().await.ok().flatten().map_or(0, |held| held.last).min(upto);
        if at < held {
            let mut chunks = self.stream.read(at, self.settings.batch).await?;
            while at < held
                && !end.is_cancelled()
                && let Ok(Some(Ok(chunk))) = tokio::time::timeout(self.settings.compare_every, chunks.next()).await
            {
                at = self.advance(&key, at, chunk.events, end).await?;
                if let Some(position) = chunk.left_out {
                    at = self.read_log(&key, at, position.min(upto), end).await?;
                }
                if let Some(position) = chunk.forged {
                    self.disbelieve(&key, position).await;
                    break;
                }
            }
        }
        Ok(self.read_log(&key, at, upto, end).await? > began)
    }

    fn measure(&self, key: &Key, lag: i64) {
        for reader in self.follower.readers(key) {
            measure_lag(self.by, &reader, &self.log.service, &self.log.region, lag);
        }
    }
}

/// Does it until the database takes it; `None` when the end comes first. Somebody is told when that takes long.
pub async fn patiently<'a, T>(
    key: &Key,
    end: &CancellationToken,
    alarm_after: Duration,
    mut attempt: impl FnMut() -> BoxFuture<'a, Result<T, Error>>,
) -> Result<Option<T>, Error> {
    let (mut backoff, mut retrying) = (Backoff::default(), Retrying::new(alarm_after));
    loop {
        match attempt().await {
            Err(error) if error.passes() => {
                retrying.failed(&key.reader, &key.log.service, key.log.region.as_str(), &error);
                tracing::warn!(reader = key.reader, %error, "the database does not take it, trying again");
                if !backoff.wait(end).await {
                    return Ok(None);
                }
            }
            done => return done.map(Some),
        }
    }
}
