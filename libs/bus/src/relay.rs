//! Brings a log to its stream: the stream's sequence is the log's position.
//!
//! **Invariant:** only events of the log are published, each right behind the one before it. There is no
//! checkpoint: the stream itself says how far it is, and refuses whoever is behind.

use crate::alarm::{INSTRUMENTS, raise};
use crate::discovery::ping;
use crate::lease::Leases;
use crate::names::Log;
use crate::stream::{Held, Streams};
use crate::supervise::Backoff;
use crate::{Error, Settings, trace};
use async_nats::jetstream::context::PublishAckFuture;
use event_log::{EventLog, Line};
use opentelemetry::KeyValue;
use std::collections::VecDeque;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// Relays one log.
#[derive(Clone)]
pub(crate) struct Relay {
    pub events: EventLog,
    pub log: Log,
    pub streams: Streams,
    pub leases: Leases,
    pub settings: Settings,
}

impl Relay {
    /// Relays until the end comes. `head` grows with the log.
    pub async fn run(self, mut head: watch::Receiver<i64>, end: CancellationToken) -> Result<(), Error> {
        let lease = format!("relay/{}", self.streams.names.stream(&self.log));
        let mut backoff = Backoff::new();
        let (mut at, mut told) = (None, 0);
        while !end.is_cancelled() {
            let upto = *head.borrow_and_update();
            match self.step(&lease, &mut at, &mut told, upto).await {
                Ok(()) => backoff.reset(),
                Err(error) => {
                    at = None;
                    match error {
                        Error::Ahead { .. } | Error::Differs { .. } => {
                            raise("relay", &self.log.service, self.log.region.as_str(), &error);
                        }
                        _ => {
                            tracing::warn!(service = self.log.service, region = %self.log.region, %error, "not relayed, trying again");
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
                // Nothing happened for a while: compare, so that what a stream lost is refilled.
                () = tokio::time::sleep(self.settings.compare_every) => at = None,
            }
        }
        Ok(())
    }

    /// Relays what there is, when this process has the lease. `at` is where the stream ends, when that is known,
    /// `told` up to where others were told of the log.
    async fn step(&self, lease: &str, at: &mut Option<i64>, told: &mut i64, upto: i64) -> Result<(), Error> {
        if at.is_none() && !self.leases.take(lease).await? {
            // Whoever has it may not know of this process's events yet.
            if upto > *told {
                ping(&self.streams.client, &self.streams.names, &self.events, &self.log.region, upto).await;
                *told = upto;
            }
            return Ok(());
        }
        let last = match *at {
            Some(last) => last,
            None => self.compare().await?,
        };
        let relayed = self.publish(last).await?;
        *at = Some(relayed);
        self.measure(upto - relayed);
        if relayed > last {
            ping(&self.streams.client, &self.streams.names, &self.events, &self.log.region, relayed).await;
        }
        Ok(())
    }

    /// Compares, and relays all there is. For whoever cannot wait for the task.
    pub async fn catch_up(&self) -> Result<i64, Error> {
        let last = self.compare().await?;
        self.publish(last).await
    }

    /// Where the stream ends, once it is known to be the log's. A stream that is not there, or lacks something
    /// before its end, is made anew.
    async fn compare(&self) -> Result<i64, Error> {
        let last = match self.streams.held(&self.log).await? {
            Some(Held { last, whole: true }) => last,
            Some(_) => {
                let name = self.streams.names.stream(&self.log);
                tracing::warn!(stream = name, "the stream lost events before its end, and is made anew");
                self.streams.remove(&self.log).await?;
                self.streams.make(&self.log).await?;
                0
            }
            None => {
                self.streams.make(&self.log).await?;
                0
            }
        };
        if last > 0 {
            let Some(line) = self.events.lines(&self.log.region, last - 1, 1).await?.into_iter().next() else {
                let heads = self.events.heads().await?;
                let head = heads.iter().find(|head| head.region == self.log.region).map_or(0, |head| head.position);
                let Log { service, region, .. } = self.log.clone();
                let stream = self.streams.names.stream(&self.log);
                return Err(Error::Ahead { stream, last, head, service, region });
            };
            // `None`: it was lost a moment ago, and the next comparison sees it.
            if self.streams.text(&self.log, last).await?.is_some_and(|text| text != line.text.as_bytes()) {
                return Err(self.differs(last));
            }
        }
        Ok(last)
    }

    /// Publishes everything behind `last`; answers where the stream ends then.
    async fn publish(&self, mut last: i64) -> Result<i64, Error> {
        let mut acks = VecDeque::new();
        loop {
            // As many acknowledgements as a page is long are on their way meanwhile.
            let page = self.events.lines(&self.log.region, last, self.settings.window).await?;
            let Some(end) = page.last() else { break };
            let span = tracing::info_span!("relay", service = self.log.service, region = %self.log.region, events = page.len(), upto = end.position);
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
            acks.push_back((line.position, self.streams.publish(&self.log, line).await?));
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
        let Log { service, region, .. } = self.log.clone();
        Error::Differs { stream: self.streams.names.stream(&self.log), position, service, region }
    }

    fn measure(&self, lag: i64) {
        let labels =
            [KeyValue::new("service", self.log.service.clone()), KeyValue::new("region", self.log.region.to_string())];
        INSTRUMENTS.relay_lag.record(lag.max(0), &labels);
    }
}
