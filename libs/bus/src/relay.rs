//! Brings a log to its stream: the stream's sequence is the log's position.
//!
//! **Invariant:** only events of the log are published, each right behind the one before it. There is no
//! checkpoint: the stream itself has the position, and refuses a relay that is behind.

use crate::alarm::{INSTRUMENTS, measure_batch, raise};
use crate::lease::{Leases, Taken};
use crate::mac::Made;
use crate::names::Log;
use crate::retrying::Retrying;
use crate::stream::{ANSWER, Held, LogStream};
use crate::supervise::Backoff;
use crate::{Error, Settings, connection, trace};
use async_nats::jetstream::context::PublishAckFuture;
use event_log::{EventLog, Line};
use opentelemetry::KeyValue;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::Uuid;

/// Relays one log.
#[derive(Clone)]
pub(crate) struct Relay {
    pub events: EventLog,
    pub stream: LogStream,
    pub leases: Leases,
    pub settings: Settings,
}

/// How long a page of events may take to be published.
const PAGE_WITHIN: Duration = Duration::from_secs(60);
/// How soon a lease that may be free now is asked for again.
const SOONEST: Duration = Duration::from_millis(50);
/// How long a relay waits at most before it tries again.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A stream that stored nothing so many times in a row, though its server answers, is made again: a server that could
/// not write once does not write to that stream again, whatever space there is.
const UNSTORED_OFTEN: u32 = 3;

/// How far a relay knows itself to be.
#[derive(Default)]
struct State {
    /// Where the stream ends, when that is known.
    at: Option<i64>,
    /// The position up to which others were notified of the log.
    told: i64,
    /// Whether a stream of a former name is gone.
    tidy: bool,
    /// Where another process has the lease: when it is asked for again, which is when that one may not have renewed it.
    free_at: Option<Instant>,
    /// How often in a row the stream stored nothing.
    unstored: u32,
}

impl Relay {
    /// Relays until the end comes. `head` grows with the log.
    pub async fn run(self, head: watch::Receiver<i64>, end: CancellationToken) -> Result<(), Error> {
        let lease = format!("relay/{}", self.stream.name);
        self.relay(&lease, head, &end).await;
        self.stream.stuck.remove(&self.stream.name);
        self.leases.give_back(&lease).await;
        Ok(())
    }

    async fn relay(&self, lease: &str, mut head: watch::Receiver<i64>, end: &CancellationToken) {
        let mut backoff = Backoff::up_to(LONGEST_PAUSE);
        let mut retrying = Retrying::new(self.settings.alarm_after);
        let mut state = State::default();
        let (mut doubts, mut next_look) = (self.stream.doubts().await, Instant::now());
        while !end.is_cancelled() {
            let upto = *head.borrow_and_update();
            let stepped = tokio::select! {
                () = end.cancelled() => return,
                connected = timeout(ANSWER, connection::there(&self.stream.client)) => match connected {
                    Ok(()) => self.connected_step(lease, &mut state, upto).await,
                    Err(_) => Err(Error::Late(ANSWER)),
                }
            };
            match stepped {
                Ok(()) => {
                    backoff.reset();
                    retrying.worked();
                    self.stream.stuck.remove(&self.stream.name);
                    state.unstored = 0;
                }
                Err(error) => {
                    state.at = None;
                    match error {
                        Error::Ahead { .. } | Error::Differs { .. } => self.raise(&error),
                        _ => {
                            let Log { service, region, .. } = &self.stream.log;
                            tracing::warn!(service, %region, %error, "not relayed, trying again");
                            state.unstored += u32::from(matches!(error, Error::Unstored(_)));
                            let of_nats = matches!(
                                error,
                                Error::Unstored(_) | Error::JetStream(_) | Error::Late(_) | Error::Disconnected
                            );
                            if retrying.failed("the relay", service, region.as_str(), &error) && of_nats {
                                self.stream.stuck.add(&self.stream.name);
                                // A server that is not there is started again already, or takes its time.
                                if self.stream.connected() {
                                    self.settings.remedy.try_it();
                                }
                            }
                            if !backoff.wait(end).await {
                                return;
                            }
                            continue;
                        }
                    }
                }
            }
            tokio::select! {
                () = end.cancelled() => return,
                changed = head.changed() => if changed.is_err() { return },
                position = doubts.next(next_look) => {
                    self.look_at(position, &mut state).await;
                    next_look = Instant::now() + self.settings.look_every;
                }
                // Nothing happened for a while: compare, so that what a stream lost is refilled.
                () = sleep_until(state.free_at.unwrap_or_else(|| Instant::now() + self.settings.compare_every)) => {
                    state.at = None;
                    state.free_at = None;
                }
            }
        }
    }

    /// A step for as long as the connection is there. Each answer that a server takes with it would be waited for in
    /// vain, while the one that was started in its place has nothing to do.
    async fn connected_step(&self, lease: &str, state: &mut State, upto: i64) -> Result<(), Error> {
        tokio::select! {
            biased;
            stepped = self.step(lease, state, upto) => stepped,
            () = connection::gone(&self.stream.client) => Err(Error::Disconnected),
        }
    }

    /// Relays what there is, when this process has the lease.
    async fn step(&self, lease: &str, state: &mut State, upto: i64) -> Result<(), Error> {
        if !self.leases.has(lease) {
            state.at = None; // It was frozen for long, or cut off: what the stream holds may be another's.
        }
        if state.at.is_none() && !self.is_elected(lease, state).await? {
            // The process that has the lease may not know of this process's events yet.
            if upto > state.told {
                self.stream.ping(upto).await;
                state.told = upto;
            }
            return Ok(());
        }
        if state.unstored >= UNSTORED_OFTEN {
            tracing::warn!(stream = self.stream.name, "the stream stores nothing, and is rebuilt");
            state.unstored = 0;
            self.make_again().await?;
        }
        let last = match state.at {
            Some(last) => last,
            None => self.compare().await?,
        };
        let relayed = self.publish(last).await?;
        state.at = Some(relayed);
        self.measure(upto - relayed);
        if relayed > last {
            self.stream.ping(relayed).await;
        }
        if !state.tidy {
            // The stream is whole now.
            self.stream.remove_former().await?;
            state.tidy = true;
        }
        Ok(())
    }

    async fn is_elected(&self, lease: &str, state: &mut State) -> Result<bool, Error> {
        if state.free_at.is_some_and(|free_at| Instant::now() < free_at) {
            return Ok(false);
        }
        state.free_at = match self.leases.take(lease).await? {
            Taken::Here(_) => None,
            Taken::Elsewhere(left) => Some(Instant::now() + left.max(SOONEST).min(self.settings.compare_every)),
        };
        Ok(state.free_at.is_none())
    }

    /// Compares, and relays all there is. For callers that cannot wait for the task.
    pub async fn catch_up(&self) -> Result<i64, Error> {
        let last = self.compare().await?;
        let relayed = self.publish(last).await?;
        self.stream.remove_former().await?;
        Ok(relayed)
    }

    /// Looks at a message that a reader did not believe: the hint itself is not believed either.
    async fn look_at(&self, position: i64, state: &mut State) {
        if state.at.is_none() {
            return; // Another process relays this log, or a person must look first.
        }
        if let Ok(Some(message)) = self.stream.message(position).await
            && self.stream.made(&message, position) == Made::BySomebody
        {
            self.raise(&Error::Forged { stream: self.stream.name.clone(), position });
            // Whatever fails here is done by the next comparison, which finds no stream, or a part of it.
            state.at = None;
            if let Err(error) = self.make_again().await {
                tracing::warn!(stream = self.stream.name, %error, "the stream could not be made again yet");
            }
        }
    }

    /// Where the stream ends, once it is known to be the log's. A stream that is not there, lacks something before its
    /// end, or ends with a message that no relay with the key published, is rebuilt.
    async fn compare(&self) -> Result<i64, Error> {
        let name = &self.stream.name;
        self.stream.check_bound();
        let last = match self.stream.held().await? {
            Some(Held { last, whole: true }) => last,
            Some(_) => {
                tracing::warn!(stream = name, "the stream lost events before its end, and is rebuilt");
                return self.make_again().await;
            }
            None => {
                self.stream.make().await?;
                return Ok(0);
            }
        };
        // `None`: it was lost a moment ago, and the next comparison sees it.
        let Some(message) = self.stream.message(last).await?.filter(|_| last > 0) else { return Ok(last) };
        let Log { service, region, .. } = self.stream.log.clone();
        let line = self.events.lines(&region, last - 1, 1).await?.into_iter().next();
        // Without text, under a true code, it stands for an event that is too large.
        let left_out = message.payload.is_empty() && self.stream.made(&message, last) != Made::BySomebody;
        let same = line.as_ref().is_some_and(|line| left_out || message.payload == line.text);
        match self.stream.made(&message, last) {
            Made::WithTheNewest => {}
            Made::WithAnother | Made::BySomebody if same => {
                tracing::info!(
                    stream = name,
                    "the stream was made without a key, or with an earlier one, and is rebuilt"
                );
                return self.make_again().await;
            }
            Made::WithAnother => {}
            Made::BySomebody => {
                self.raise(&Error::Forged { stream: name.clone(), position: last });
                return self.make_again().await;
            }
        }
        if line.is_none() {
            let heads = self.events.heads().await?;
            let head = heads.iter().find(|head| head.region == region).map_or(0, |head| head.position);
            return Err(Error::Ahead { stream: name.clone(), last, head, service, region });
        }
        if !same {
            return Err(self.differs(last));
        }
        if self.is_there(any_before(last)).await? { Ok(last) } else { self.make_again().await }
    }

    /// Whether one of the older messages is what the relay published: a server counts also what it cannot read any
    /// more.
    async fn is_there(&self, position: i64) -> Result<bool, Error> {
        let name = &self.stream.name;
        match self.stream.message(position).await? {
            Some(message) if self.stream.made(&message, position) == Made::BySomebody => {
                self.raise(&Error::Forged { stream: name.clone(), position });
                Ok(false)
            }
            Some(_) => Ok(true),
            None => {
                tracing::warn!(stream = name, position, "the stream lost an event, and is rebuilt");
                Ok(false)
            }
        }
    }

    /// An empty stream in place of one that is not the log's.
    async fn make_again(&self) -> Result<i64, Error> {
        self.stream.remove().await?;
        self.stream.make().await?;
        Ok(0)
    }

    /// Publishes everything behind `last`; answers where the stream ends then.
    async fn publish(&self, mut last: i64) -> Result<i64, Error> {
        let mut acks = VecDeque::new();
        loop {
            // As many acknowledgements as a page is long are on their way meanwhile.
            let page = self.events.lines(&self.stream.log.region, last, self.settings.window).await?;
            let Some(end) = page.last() else { break };
            let span = tracing::info_span!("relay", service = self.stream.log.service, region = %self.stream.log.region, events = page.len(), upto = end.position);
            trace::continues(&span, &page);
            measure_batch("relay", page.len());
            last = end.position;
            let full = page.len() == self.settings.window;
            // Each acknowledgement has its deadline: this is for what a connection does not take.
            let published = timeout(PAGE_WITHIN, self.publish_page(page, &mut acks).instrument(span)).await;
            published.unwrap_or(Err(Error::Late(PAGE_WITHIN)))?;
            if !full {
                break; // What came since moves the head, and has its own turn.
            }
        }
        while let Some(ack) = acks.pop_front() {
            self.acknowledged(ack).await?;
        }
        Ok(last)
    }

    async fn publish_page(&self, page: Vec<Line>, acks: &mut VecDeque<(i64, PublishAckFuture)>) -> Result<(), Error> {
        for line in page {
            if acks.len() >= self.settings.window
                && let Some(ack) = acks.pop_front()
            {
                self.acknowledged(ack).await?;
            }
            let position = line.position;
            let ack = if self.stream.is_too_large(&line) {
                let (stream, bytes, most) = (self.stream.name.clone(), line.text.len(), self.stream.most());
                self.raise(&Error::TooLarge { stream, position, bytes, most });
                self.stream.publish_left_out(&line).await?
            } else {
                self.stream.publish(line).await?
            };
            acks.push_back((position, ack));
        }
        Ok(())
    }

    async fn acknowledged(&self, (position, ack): (i64, PublishAckFuture)) -> Result<(), Error> {
        if self.stream.stored(ack).await? != position.unsigned_abs() {
            return Err(self.differs(position));
        }
        Ok(())
    }

    fn differs(&self, position: i64) -> Error {
        let Log { service, region, .. } = self.stream.log.clone();
        Error::Differs { stream: self.stream.name.clone(), position, service, region }
    }

    fn raise(&self, error: &Error) {
        raise("relay", &self.stream.log.service, self.stream.log.region.as_str(), error);
    }

    fn measure(&self, lag: i64) {
        let labels = [
            KeyValue::new("service", self.stream.log.service.clone()),
            KeyValue::new("region", self.stream.log.region.to_string()),
        ];
        INSTRUMENTS.relay_lag.record(lag.max(0), &labels);
    }
}

/// A position up to and including `last`, another one each time. Nothing is guarded by it: it finds what is lost
/// sooner.
fn any_before(last: i64) -> i64 {
    let any = Uuid::new_v4().as_u64_pair().1 >> 8;
    i64::try_from(any % last.unsigned_abs().max(1)).unwrap_or(0) + 1
}
