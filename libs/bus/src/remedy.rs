//! What may help when streams take nothing for long.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A server that was started again is given time to be ready, and its streams to be whole.
const AGAIN_AFTER: Duration = Duration::from_secs(120);

/// What the owner of a private nats-server does when streams take nothing for long: starts it again. Copies share how long
/// ago that was.
#[derive(Clone, Default)]
pub struct Remedy(Option<Arc<Inner>>);

struct Inner {
    act: Box<dyn Fn() + Send + Sync>,
    last: Mutex<Option<Instant>>,
}

impl Remedy {
    /// `act` begins it, and returns at once.
    #[must_use]
    pub fn new(act: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(Inner { act: Box::new(act), last: Mutex::default() })))
    }

    /// Tries it, unless that was done a moment ago.
    pub(crate) fn try_it(&self) {
        let Some(inner) = &self.0 else { return };
        let mut last = inner.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= AGAIN_AFTER) {
            *last = Some(Instant::now());
            (inner.act)();
        }
    }
}

impl fmt::Debug for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remedy({})", if self.0.is_some() { "there is one" } else { "none" })
    }
}
