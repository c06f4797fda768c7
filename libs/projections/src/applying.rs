//! Applies events to a projection's tables: rows and checkpoint in one transaction.

use crate::CannotApply;
use crate::apply_batch::{Halt, apply_batch};
use crate::projector::Projector;
use bus::checkpoint::{self, Key};
use bus::rows::positions;
use bus::{Error, Follower, Log, LogSource, OnParked, Parks, Passed, Retried, due, gap, in_time, parked, raise};
use event_log::{Recorded, is_outage, without_values};
use futures_util::future::BoxFuture;
use sqlx::{Acquire, PgConnection};
use std::collections::{HashMap, HashSet};
use std::slice;
use std::time::Duration;
use tracing::Instrument;
use vocabulary::RegionId;

impl Projector {
    /// Applies events that follow each other; those at or before the checkpoint are done already, and what `passed`
    /// did not concern it.
    pub async fn batch(&self, key: &Key, events: &[Recorded], passed: &Passed) -> Result<i64, Error> {
        let at = match apply_batch(&[self], &key.log, events, passed).await {
            Ok(at) => at.into_iter().next().unwrap_or_default(),
            Err(Halt::Failed(error) | Halt::Away(_, error)) => return Err(error),
            Err(Halt::Poison(_)) => {
                self.one_by_one(key, events, passed).instrument(self.span(&key.log, events.iter())).await?
            }
        };
        self.tell(&key.log, events, at);
        Ok(at)
    }

    /// The same with a savepoint for each event: what cannot be applied is parked, with all that waits behind it.
    async fn one_by_one(&self, key: &Key, events: &[Recorded], passed: &Passed) -> Result<i64, Error> {
        let mut rows = self.filling(&key.log.region).await?;
        let mut at = passed.beyond(checkpoint::lock(&mut rows, key).await?);
        let mut waiting = self.waiting(&mut rows, key).await?;
        for event in due(key, at, events)? {
            if !self.projection.folds(event) {
                // It concerns other projections.
            } else if waiting.contains(&event.stream) {
                parked::park(&mut rows, key, event, "waits for an earlier event of its stream", 0).await?;
            } else if let Some(reason) = self.try_one(&mut rows, event).await? {
                parked::park(&mut rows, key, event, &reason, 1).await?;
                self.alarm(key, event, &reason);
                if self.projection.on_parked() == OnParked::StreamWaits {
                    waiting.insert(event.stream.clone());
                }
            }
            at = event.position;
        }
        checkpoint::write(&mut rows, key, at).await?;
        rows.commit().await?;
        Ok(at)
    }

    /// Applies one event, or leaves no trace of it and says why not.
    async fn try_one(&self, rows: &mut PgConnection, event: &Recorded) -> Result<Option<String>, Error> {
        let mut point = rows.begin().await?;
        match self.projection.apply_all(&mut point, &[event]).await {
            Ok(()) => {
                point.commit().await?;
                Ok(None)
            }
            Err(CannotApply::Database(error)) if is_outage(&error) => Err(error.into()),
            Err(reason) => {
                point.rollback().await?;
                Ok(Some(match reason {
                    CannotApply::Database(error) => without_values(&error),
                    CannotApply::Park(reason) => reason,
                }))
            }
        }
    }

    /// Writes down what passed by without concerning it.
    pub async fn pass(&self, key: &Key, span: Option<(i64, i64)>) -> Result<(), Error> {
        let Some(span) = span else { return Ok(()) };
        let mut rows = self.filling(&key.log.region).await?;
        checkpoint::pass(&mut rows, &key.log, slice::from_ref(key), span).await?;
        Ok(rows.commit().await?)
    }

    async fn waiting(&self, rows: &mut PgConnection, key: &Key) -> sqlx::Result<HashSet<String>> {
        match self.projection.on_parked() {
            OnParked::StreamWaits => parked::streams(rows, key).await,
            OnParked::OthersGoOn => Ok(HashSet::new()),
        }
    }

    /// How many events are parked for it, by region; none where there are none.
    pub async fn count_parked(&self) -> Result<HashMap<RegionId, i64>, Error> {
        parked::counts_of(&mut *positions(&self.app).await?, &self.reader).await
    }

    fn alarm(&self, key: &Key, event: &Recorded, reason: &str) {
        let what = format!("{} parked {} of {}", key.reader, event.position, event.event_type);
        raise(&what, &key.log.service, key.log.region.as_str(), &reason);
    }

    async fn retry_parked(&self, key: &Key, source: &LogSource) -> Result<Retried, Error> {
        let mut retried = Retried::default();
        let mut rows = self.filling(&key.log.region).await?;
        checkpoint::lock(&mut rows, key).await?;
        let mut blocked = HashSet::new();
        for (position, stream) in parked::waiting(&mut *rows, key).await? {
            if blocked.contains(&stream) {
                retried.left += 1;
                continue;
            }
            let event = source.page(&key.log.region, position - 1, 1).await?.into_iter().next();
            let Some(event) = event.filter(|event| event.position == position) else {
                return Err(gap(key, position));
            };
            match self.try_one(&mut rows, &event).await? {
                None => {
                    parked::release(&mut rows, key, position).await?;
                    retried.handled += 1;
                }
                Some(reason) => {
                    parked::park(&mut rows, key, &event, &reason, 1).await?;
                    retried.left += 1;
                    if self.projection.on_parked() == OnParked::StreamWaits {
                        blocked.insert(stream);
                    }
                }
            }
        }
        rows.commit().await?;
        self.projection.committed(&key.log.region);
        Ok(retried)
    }
}

impl Follower for Projector {
    fn key(&self, log: &Log) -> Key {
        self.key_in(log)
    }

    fn at<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<i64, Error>> {
        Box::pin(in_time(async move {
            let mut rows = self.filling(&key.log.region).await?;
            let at = checkpoint::lock(&mut rows, key).await?;
            rows.commit().await?;
            self.tell(&key.log, &[], at);
            Ok(at)
        }))
    }

    fn take<'a>(&'a self, key: &'a Key, events: &'a [Recorded]) -> BoxFuture<'a, Result<i64, Error>> {
        Box::pin(in_time(async move { self.batch(key, events, &Passed::new(Duration::ZERO)).await }))
    }
}

impl Parks for Projector {
    fn retry<'a>(&'a self, key: &'a Key, source: &'a LogSource) -> BoxFuture<'a, Result<Retried, Error>> {
        Box::pin(self.retry_parked(key, source))
    }
}
