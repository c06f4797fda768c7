//! Group commit: appends to one log queue while a commit is in flight and go together in the next.

mod batch;
mod write;

use crate::append::Append;
use crate::execute::Done;
use crate::held::{Held, KEPT};
use crate::{Error, Frontier, telemetry};
use batch::Batch;
use chrono::{DateTime, Utc};
use decider::Clock;
use sqlx::PgPool;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::timeout;
use vocabulary::RegionId;

/// How many events go into one transaction, unless one append alone is larger.
const MOST: usize = 1_024;
/// An append and who waits for its answer.
pub(crate) struct Request {
    pub append: Append,
    pub answer: oneshot::Sender<Result<Done, Error>>,
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
    pub app: PgPool,
    pub region: RegionId,
    pub service: &'static str,
    pub source: String,
    pub clock: Clock,
    pub written: broadcast::Sender<(RegionId, i64)>,
}

impl Appender {
    /// Serves until every sender is gone; what was accepted by then is written first.
    pub(crate) async fn run(self, mut requests: mpsc::Receiver<Request>) {
        // A guess: the first append is told the true end of the log.
        let mut tip = Tip { recorded_at: DateTime::UNIX_EPOCH, frontier: Frontier::default() };
        let mut waiting = VecDeque::new();
        let mut held = Held::of(&self.app);
        loop {
            if waiting.is_empty() {
                let request = match timeout(KEPT, requests.recv()).await {
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
            while waiting.len() < MOST {
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
        held: &mut Held,
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
                let write = write::write(held, &self.region, &tip, &batch);
                tokio::pin!(write);
                loop {
                    tokio::select! {
                        biased;
                        result = &mut write => break result,
                        request = requests.recv(), if open && next.len() < MOST => match request {
                            Some(request) => next.add(request, &self.region, &self.source),
                            None => open = false,
                        },
                    }
                }
            };
            match result {
                Ok(write::Outcome::Written) => {
                    telemetry::committed(self.service, began.elapsed(), batch.len());
                    tip = batch.tip.clone();
                    batch.answer();
                    // Nobody listening is fine: the relay also looks by itself.
                    let _ = self.written.send((self.region.clone(), tip.position()));
                    if next.is_empty() {
                        return tip;
                    }
                    held.ease();
                    // Whoever was just answered may have more to ask: it goes along instead of waiting for a commit.
                    yield_now().await;
                    while next.len() < MOST {
                        let Ok(request) = requests.try_recv() else { break };
                        next.add(request, &self.region, &self.source);
                    }
                    batch = next;
                }
                Ok(write::Outcome::Moved(true_tip)) => {
                    put_back(waiting, batch, next);
                    return true_tip;
                }
                Ok(write::Outcome::Blocked(standing)) => {
                    let survivors = batch.sift(&standing);
                    next.requests().into_iter().rev().for_each(|request| waiting.push_front(request));
                    survivors.into_iter().rev().for_each(|request| waiting.push_front(request));
                    return tip;
                }
                Err(error) => {
                    tracing::warn!(%error, region = %self.region, events = batch.len(), "append failed");
                    held.release();
                    batch.fail(error);
                    // Those that came meanwhile have their own try.
                    next.requests().into_iter().rev().for_each(|request| waiting.push_front(request));
                    return tip;
                }
            }
        }
    }

    fn fill(&self, batch: &mut Batch, waiting: &mut VecDeque<Request>) {
        while batch.len() < MOST {
            let Some(request) = waiting.pop_front() else { break };
            batch.add(request, &self.region, &self.source);
        }
    }
}

fn put_back(waiting: &mut VecDeque<Request>, batch: Batch, next: Batch) {
    next.requests().into_iter().rev().for_each(|request| waiting.push_front(request));
    batch.requests().into_iter().rev().for_each(|request| waiting.push_front(request));
}
