//! Brings a log to its stream: the stream's sequence is the log's position.
//!
//! **Invariant:** only events of the log are published, each right behind the one before it. There is no
//! checkpoint: the stream itself says how far it is, and refuses whoever is behind.

use crate::alarm::{INSTRUMENTS, raise};
use crate::lease::Leases;
use crate::mac::Made;
use crate::names::Log;
use crate::stream::{Held, LogStream};
use crate::supervise::Backoff;
use crate::{Error, Settings, trace};
use async_nats::jetstream::context::PublishAckFuture;
use event_log::{EventLog, Line};
use opentelemetry::KeyValue;
use std::collections::VecDeque;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// Relays one log.
#[derive(Clone)]
pub(crate) struct Relay {
    pub events: EventLog,
    pub stream: LogStream,
    pub leases: Leases,
    pub settings: Settings,
}

/// How far a relay knows itself to be.
#[derive(Default)]
struct State {
    /// Where the stream ends, when that is known.
    at: Option<i64>,
    /// Up to where others were told of the log.
    told: i64,
    /// Whether a stream of a former name is gone.
    tidy: bool,
}

impl Relay {
    /// Relays until the end comes. `head` grows with the log.
    pub async fn run(self, mut head: watch::Receiver<i64>, end: CancellationToken) -> Result<(), Error> {
        let lease = format!("relay/{}", self.stream.name);
        let mut backoff = Backoff::new();
        let mut state = State::default();
        let (mut doubts, mut next_look) = (self.stream.doubts().await, Instant::now());
        while !end.is_cancelled() {
            let upto = *head.borrow_and_update();
            match self.step(&lease, &mut state, upto).await {
                Ok(()) => backoff.reset(),
                Err(error) => {
                    state.at = None;
                    match error {
                        Error::Ahead { .. } | Error::Differs { .. } => self.raise(&error),
                        _ => {
                            let Log { service, region, .. } = &self.stream.log;
                            tracing::warn!(service, %region, %error, "not relayed, trying again");
                            if !backoff.wait(&end).await {
                                return Ok(());
                            }
                            continue;
                        }
                    }
                }
            }
            tokio::select! {
                () = end.cancelled() => return Ok(()),
                changed = head.changed() => if changed.is_err() { return Ok(()) },
                position = doubts.next(next_look) => {
                    self.look_at(position, &mut state).await;
                    next_look = Instant::now() + self.settings.look_every;
                }
                // Nothing happened for a while: compare, so that what a stream lost is refilled.
                () = tokio::time::sleep(self.settings.compare_every) => state.at = None,
            }
        }
        Ok(())
    }

    /// Relays what there is, when this process has the lease.
    async fn step(&self, lease: &str, state: &mut State, upto: i64) -> Result<(), Error> {
        if state.at.is_none() && !self.leases.take(lease).await? {
            // Whoever has it may not know of this process's events yet.
            if upto > state.told {
                self.stream.ping(upto).await;
                state.told = upto;
            }
            return Ok(());
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

    /// Compares, and relays all there is. For whoever cannot wait for the task.
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
    /// end, or ends with what no relay that has the key published, is made anew.
    async fn compare(&self) -> Result<i64, Error> {
        let name = &self.stream.name;
        let last = match self.stream.held().await? {
            Some(Held { last, whole: true }) => last,
            Some(_) => {
                tracing::warn!(stream = name, "the stream lost events before its end, and is made anew");
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
        let same = line.as_ref().is_some_and(|line| message.payload == line.text);
        match self.stream.made(&message, last) {
            Made::WithTheNewest => {}
            Made::WithAnother | Made::BySomebody if same => {
                tracing::info!(
                    stream = name,
                    "the stream was made without a key, or with an earlier one, and is made anew"
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
        if same { Ok(last) } else { Err(self.differs(last)) }
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
            INSTRUMENTS.batch.record(page.len() as u64, &[KeyValue::new("task", "relay")]);
            last = end.position;
            let full = page.len() == self.settings.window;
            self.publish_page(page, &mut acks).instrument(span).await?;
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
            acks.push_back((line.position, self.stream.publish(line).await?));
        }
        Ok(())
    }

    async fn acknowledged(&self, (position, ack): (i64, PublishAckFuture)) -> Result<(), Error> {
        let ack = ack.await.map_err(Error::jetstream)?;
        if ack.sequence != position.unsigned_abs() {
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
