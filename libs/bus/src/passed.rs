//! Events that do not concern a reader and are not in its checkpoint yet: a service folds a few categories of a log,
//! and a transaction for everything else would cost more than what it does.
//!
//! **Invariant:** what is forgotten with the process is only that it read something it need not read.

use event_log::Recorded;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Positions behind a checkpoint that concern nobody.
pub struct Passed {
    /// How often they are written while more comes.
    every: Duration,
    state: Mutex<State>,
}

struct State {
    /// From behind the first, up to and including the second.
    span: Option<(i64, i64)>,
    written: Instant,
}

impl Passed {
    /// With `Duration::ZERO` every checkpoint is due at once.
    pub fn new(every: Duration) -> Self {
        Self { every, state: Mutex::new(State { span: None, written: Instant::now() }) }
    }

    /// Lets events go by that concern nobody. The position reached, unless it is time to write that down.
    pub fn by(&self, events: &[Recorded]) -> Option<i64> {
        self.by_between(events.first()?.position, events.last()?.position)
    }

    /// The same of all events from the first position to the last.
    pub fn by_between(&self, first: i64, last: i64) -> Option<i64> {
        let mut state = self.state();
        if state.written.elapsed() >= self.every {
            return None;
        }
        let from = match state.span {
            Some((from, to)) if to + 1 == first => from,
            _ => first - 1,
        };
        state.span = Some((from, last));
        Some(last)
    }

    /// Where a reader is whose checkpoint says `at`.
    pub fn beyond(&self, at: i64) -> i64 {
        match self.state().span {
            Some((from, to)) if (from..to).contains(&at) => to,
            _ => at,
        }
    }

    /// The events that passed by, from behind the first position up to the second, and are not in the checkpoint.
    pub fn span(&self) -> Option<(i64, i64)> {
        self.state().span
    }

    /// The time when the checkpoint is due, though nothing more comes.
    pub fn due(&self) -> Option<Instant> {
        let state = self.state();
        state.span.map(|_| state.written + self.every)
    }

    /// What came of writing it down: what failed is tried again.
    pub fn settle<E>(&self, outcome: Result<(), E>) -> Result<(), E> {
        match outcome {
            Ok(()) => self.written(),
            Err(_) => self.state().written = Instant::now(),
        }
        outcome
    }

    /// Every checkpoint has been written.
    pub fn written(&self) {
        *self.state() = State { span: None, written: Instant::now() };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When that moment has come; never, without one.
pub async fn at_last(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
