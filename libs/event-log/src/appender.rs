//! Group commit: appends to one log queue while a commit is in flight and go together in the next.

mod batch;
mod write;

use crate::append::Append;
use crate::cached_connection::{CachedConnection, IDLE_TIMEOUT};
use crate::receipt::Receipt;
use crate::recent::Recent;
use crate::vouched::Vouched;
use crate::{Error, Frontier, is_outage, telemetry, without_values};
use batch::Batch;
use chrono::{DateTime, Utc};
use decider::Clock;
use sessions::{Pool, Sessions};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::timeout;
use vocabulary::RegionId;

/// How many events go into one transaction, unless one append alone is larger.
const MAX_BATCH_EVENTS: usize = 1_024;

/// An append and who waits for its answer.
pub(crate) struct Request {
    pub append: Append,
    pub answer: oneshot::Sender<Result<Receipt, Error>>,
    pub purpose: Purpose,
    /// The database did not take a batch that it was in.
    pub alone: bool,
}

/// What an append is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is to be on disk, also when it says nothing: then all before it is.
    Write,
    /// It asks whether the appender gets through to the database.
    Look,
}

/// Where a log ends.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    pub recorded_at: DateTime<Utc>,
    pub frontier: Frontier,
}

impl Tip {
    pub(crate) fn position(&self) -> i64 {
        // A log of 2^63 events does not fit on any disk.
        i64::try_from(self.frontier.size()).unwrap_or(i64::MAX)
    }
}

/// Writes to one log of one region, for this process.
pub(crate) struct Appender {
    pub app: Pool,
    pub sessions: Sessions,
    pub vouched: Vouched,
    pub recent: Recent,
    pub region: RegionId,
    pub service: &'static str,
    pub source: String,
    pub clock: Clock,
    pub written: broadcast::Sender<(RegionId, i64)>,
}

impl Appender {
    /// Serves until every sender is gone; what was accepted by then is written first.
    pub(crate) async fn run(self, mut requests: mpsc::Receiver<Request>) {
        // A guess: the first append learns the true end of the log.
        let mut tip = Tip { recorded_at: DateTime::UNIX_EPOCH, frontier: Frontier::default() };
        let mut waiting = VecDeque::new();
        let mut held = CachedConnection::of(&self.app);
        loop {
            if waiting.is_empty() {
                let request = match timeout(IDLE_TIMEOUT, requests.recv()).await {
                    Ok(request) => request,
                    Err(_) => {
                        held.release();
                        requests.recv().await
                    }
                };
                match request {
                    Some(request) => waiting.push_back(request),
                    None => return,
                }
            }
            while waiting.len() < MAX_BATCH_EVENTS {
                let Ok(request) = requests.try_recv() else { break };
                waiting.push_back(request);
            }
            let mut batch = Batch::after(&tip, Arc::default(), self.clock.now());
            self.fill(&mut batch, &mut waiting);
            if batch.is_empty() {
                continue;
            }
            tip = self.write(batch, tip, &mut held, &mut requests, &mut waiting).await;
            held.ease();
        }
    }

    /// Writes `batch`, and while it is in flight prepares the next one from what comes in.
    async fn write(
        &self,
        first: Batch,
        mut tip: Tip,
        held: &mut CachedConnection,
        requests: &mut mpsc::Receiver<Request>,
        waiting: &mut VecDeque<Request>,
    ) -> Tip {
        let mut batch = first;
        loop {
            let before = batch.close();
            let mut next = Batch::after(&batch.tip, before, self.clock.now());
            self.fill(&mut next, waiting);
            let mut open = true;
            let began = Instant::now();
            let result = {
                let write = write::write(held, &self.sessions, &self.region, &tip, &batch);
                tokio::pin!(write);
                loop {
                    tokio::select! {
                        biased;
                        result = &mut write => break result,
                        request = requests.recv(), if open && next.takes_more(MAX_BATCH_EVENTS) => match request {
                            Some(request) => next.add(request, &self.region, &self.source),
                            None => open = false,
                        },
                    }
                }
            };
            match result {
                Ok(write::Outcome::Written) => {
                    self.recent.wrote(&self.region, tip.position() + 1, &batch.streams);
                    tip = batch.tip.clone();
                    if batch.commits() {
                        telemetry::committed(self.service, began.elapsed(), batch.len());
                        self.vouched.up_to(&self.region, tip.position());
                    }
                    let grown = !batch.streams.is_empty();
                    batch.answer(&mut next);
                    if grown {
                        // Nobody listening is fine: the relay also looks by itself.
                        let _ = self.written.send((self.region.clone(), tip.position()));
                    }
                    if next.is_empty() {
                        return tip;
                    }
                    held.ease();
                    // A caller who was just answered may have more to ask: it joins instead of waiting for a commit.
                    yield_now().await;
                    while next.takes_more(MAX_BATCH_EVENTS) {
                        let Ok(request) = requests.try_recv() else { break };
                        next.add(request, &self.region, &self.source);
                    }
                    batch = next;
                }
                Ok(write::Outcome::Moved(true_tip)) => {
                    self.vouched.ends(&self.region, true_tip.position());
                    self.recent.forget(&self.region);
                    put_back(waiting, batch.requests(), next);
                    return true_tip;
                }
                Ok(write::Outcome::Blocked(standing)) => {
                    put_back(waiting, batch.sift(&standing), next);
                    return tip;
                }
                // Nothing was written. One of them is to blame, and the others are not to suffer for it.
                Err(error) if !is_outage(&error) && batch.appends() > 1 => {
                    put_back(waiting, batch.apart(), next);
                    return tip;
                }
                Err(error) => {
                    let told = without_values(&error);
                    tracing::warn!(error = told, region = %self.region, events = batch.len(), "append failed");
                    if is_outage(&error) {
                        self.vouched.doubt(&self.region);
                        self.recent.forget(&self.region);
                    }
                    // Those that came meanwhile have their own try.
                    put_back(waiting, batch.fail(error), next);
                    return tip;
                }
            }
        }
    }

    fn fill(&self, batch: &mut Batch, waiting: &mut VecDeque<Request>) {
        while batch.takes_more(MAX_BATCH_EVENTS) {
            let Some(request) = waiting.pop_front_if(|request| batch.is_empty() || !request.alone) else { break };
            batch.add(request, &self.region, &self.source);
        }
    }
}

fn put_back(waiting: &mut VecDeque<Request>, batch: Vec<Request>, next: Batch) {
    batch.into_iter().chain(next.requests()).rev().for_each(|request| waiting.push_front(request));
}
