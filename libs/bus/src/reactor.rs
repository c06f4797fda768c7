//! Hands events to a reaction, one at a time, each under a command id of its own.

use crate::alarm::{measure_batch, raise};
use crate::checkpoint::{self, Key};
use crate::deadline::in_time;
use crate::follow::{Follower, Parks, Retried};
use crate::names::Log;
use crate::next::{due, gap};
use crate::parked::{self, OnParked};
use crate::passed::Passed;
use crate::reaction::{AnyReaction, reader};
use crate::retrying::Retrying;
use crate::rows::writing;
use crate::{CannotReact, Error, LogSource, Progress, Settings, trace};
use decider::{CommandContext, CommandKey};
use event_log::{Pool, Recorded, tenant};
use futures_util::future::BoxFuture;
use std::collections::HashSet;
use std::slice;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::Uuid;
use vocabulary::Actor;

/// How soon a reaction that lacks something is tried again, at first and when that goes on.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long one attempt may take: what hangs is given up, and asked again.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(120);

/// Hands events to one reaction.
#[derive(Clone)]
pub(crate) struct Reactor {
    pub reaction: Arc<dyn AnyReaction>,
    pub app: Pool,
    pub settings: Settings,
    pub progress: Progress,
    pub end: CancellationToken,
    pub passed: Arc<Passed>,
}

impl Reactor {
    /// Reacts to events in order. The checkpoint follows behind: what is handled twice has one effect.
    async fn batch(&self, key: &Key, events: &[Recorded]) -> Result<i64, Error> {
        if !events.iter().any(|event| self.reaction.answers(event)) {
            return in_time(self.pass(key, events)).await;
        }
        let mut at = self.passed.beyond(in_time(self.begin(key)).await?);
        let mut waiting = match self.reaction.on_parked() {
            OnParked::StreamWaits => parked::streams(&mut *tenant(&self.app, &key.log.region).await?, key).await?,
            OnParked::OthersGoOn => HashSet::new(),
        };
        for event in due(key, at, events)? {
            let failed = if !self.reaction.answers(event) {
                None // It concerns others.
            } else if waiting.contains(&event.stream) {
                Some(("waits for an earlier event of its stream".to_owned(), 0))
            } else {
                match self.patiently(key, event).await {
                    // Stopped while it was waiting: it is handled after the next start.
                    None => break,
                    Some(outcome) => outcome.err().map(|reason| (reason, 1)),
                }
            };
            if let Some((reason, attempts)) = failed {
                in_time(self.park(key, event, &reason, attempts)).await?;
                if self.reaction.on_parked() == OnParked::StreamWaits {
                    waiting.insert(event.stream.clone());
                }
            }
            at = event.position;
        }
        in_time(self.reached(key, at)).await?;
        measure_batch(&key.reader, events.len());
        Ok(at)
    }

    /// Tries until it has its effect or never will; `None` when the end comes meanwhile. What passes is never parked:
    /// nobody would try it again. An alarm is raised when it takes long.
    async fn patiently(&self, key: &Key, event: &Recorded) -> Option<Result<(), String>> {
        let (mut pause, mut retrying) = (SHORTEST_PAUSE, Retrying::new(self.settings.alarm_after));
        loop {
            match self.once(event).await {
                Ok(()) => return Some(Ok(())),
                Err(CannotReact::Never(reason)) => return Some(Err(reason)),
                Err(CannotReact::Later(reason)) => {
                    tracing::debug!(reader = key.reader, position = event.position, reason, "tried again later");
                    let what = format!("{} at {} of {}", key.reader, event.position, event.event_type);
                    retrying.failed(&what, &key.log.service, key.log.region.as_str(), &reason);
                }
            }
            tokio::select! {
                () = self.end.cancelled() => return None,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn once(&self, event: &Recorded) -> Result<(), CannotReact> {
        let span = tracing::info_span!("react", reaction = self.reaction.name(), event = event.event_type, region = %event.region, position = event.position);
        trace::continues(&span, std::slice::from_ref(event));
        let reacted = async {
            let asked = self.asked(event)?;
            self.reaction.react(event, asked).await
        };
        // Asked again under the same command id, what was done after all is done once.
        let late = || Err(CannotReact::Later(Error::Late(ATTEMPT_TIMEOUT).to_string()));
        timeout(ATTEMPT_TIMEOUT, reacted.instrument(span)).await.unwrap_or_else(|_| late())
    }

    fn asked(&self, event: &Recorded) -> Result<CommandContext, CannotReact> {
        let envelope = event.envelope()?;
        let id = Uuid::new_v5(&event.id, self.reaction.name().as_bytes());
        // The event is the content of the command, and its id is in the command's.
        let command = CommandKey { id, fingerprint: b"reaction".to_vec() };
        Ok(CommandContext {
            command: Some(command),
            cause: Some(event.id),
            correlation: envelope.correlation.or(Some(event.id)),
            traceparent: trace::current().or_else(|| envelope.traceparent.map(Into::into)),
            ..CommandContext::new(Actor::hub(), self.settings.clock.now().max(event.recorded_at))
        })
    }

    async fn begin(&self, key: &Key) -> Result<i64, Error> {
        let mut rows = writing(&self.app, &key.log.region).await?;
        // After a restore the log is read from its beginning: what still stands has been answered already.
        checkpoint::start_over(&mut rows, key).await?;
        let at = checkpoint::lock(&mut rows, key).await?;
        rows.commit().await?;
        Ok(at)
    }

    /// Nothing of it concerns this reaction: the checkpoint moves past it, now or later.
    async fn pass(&self, key: &Key, events: &[Recorded]) -> Result<i64, Error> {
        if let Some(at) = self.passed.by(events) {
            self.progress.reached(&key.reader, &key.log.service, &key.log.region, at);
            return Ok(at);
        }
        let mut rows = writing(&self.app, &key.log.region).await?;
        let mut at = self.passed.beyond(checkpoint::lock(&mut rows, key).await?);
        if let Some(last) = due(key, at, events)?.last() {
            at = last.position;
            checkpoint::write(&mut rows, key, at).await?;
        }
        rows.commit().await?;
        self.passed.written();
        self.progress.reached(&key.reader, &key.log.service, &key.log.region, at);
        Ok(at)
    }

    async fn write_passed(&self, key: &Key) -> Result<(), Error> {
        let Some(span) = self.passed.span() else { return Ok(()) };
        let mut rows = writing(&self.app, &key.log.region).await?;
        checkpoint::pass(&mut rows, &key.log, slice::from_ref(key), span).await?;
        Ok(rows.commit().await?)
    }

    async fn park(&self, key: &Key, event: &Recorded, reason: &str, attempts: i32) -> Result<(), Error> {
        let mut rows = writing(&self.app, &key.log.region).await?;
        parked::park(&mut rows, key, event, reason, attempts).await?;
        rows.commit().await?;
        if attempts > 0 {
            let what = format!("{} parked {} of {}", key.reader, event.position, event.event_type);
            raise(&what, &key.log.service, key.log.region.as_str(), &reason);
        }
        Ok(())
    }

    async fn reached(&self, key: &Key, position: i64) -> Result<(), Error> {
        let mut rows = writing(&self.app, &key.log.region).await?;
        // Another process may be further.
        let at = checkpoint::lock(&mut rows, key).await?.max(position);
        checkpoint::write(&mut rows, key, at).await?;
        rows.commit().await?;
        self.passed.written();
        self.progress.reached(&key.reader, &key.log.service, &key.log.region, at);
        Ok(())
    }

    async fn retry_parked(&self, key: &Key, source: &LogSource) -> Result<Retried, Error> {
        let mut retried = Retried::default();
        let waiting = parked::waiting(&mut *tenant(&self.app, &key.log.region).await?, key).await?;
        let mut blocked = HashSet::new();
        for (position, stream) in waiting {
            if blocked.contains(&stream) {
                retried.left += 1;
                continue;
            }
            let event = source.page(&key.log.region, position - 1, 1).await?.into_iter().next();
            let Some(event) = event.filter(|event| event.position == position) else {
                return Err(gap(key, position));
            };
            match self.once(&event).await {
                Ok(()) => {
                    let mut rows = writing(&self.app, &key.log.region).await?;
                    parked::release(&mut rows, key, position).await?;
                    rows.commit().await?;
                    retried.handled += 1;
                }
                Err(CannotReact::Later(reason) | CannotReact::Never(reason)) => {
                    self.park(key, &event, &reason, 1).await?;
                    retried.left += 1;
                    if self.reaction.on_parked() == OnParked::StreamWaits {
                        blocked.insert(stream);
                    }
                }
            }
        }
        Ok(retried)
    }
}

impl Follower for Reactor {
    fn key(&self, log: &Log) -> Key {
        Key { reader: reader(self.reaction.name()), version: 1, log: log.clone() }
    }

    fn at<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<i64, Error>> {
        Box::pin(async move {
            let at = in_time(self.begin(key)).await?;
            self.progress.reached(&key.reader, &key.log.service, &key.log.region, at);
            Ok(at)
        })
    }

    fn take<'a>(&'a self, key: &'a Key, events: &'a [Recorded]) -> BoxFuture<'a, Result<i64, Error>> {
        Box::pin(self.batch(key, events))
    }

    fn due(&self) -> Option<Instant> {
        self.passed.due()
    }

    fn write_down<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { self.passed.settle(in_time(self.write_passed(key)).await) })
    }
}

impl Parks for Reactor {
    fn retry<'a>(&'a self, key: &'a Key, source: &'a LogSource) -> BoxFuture<'a, Result<Retried, Error>> {
        Box::pin(self.retry_parked(key, source))
    }
}
