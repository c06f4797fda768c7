//! Which connections may still work: after one did not answer, none that is older.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Since when connections are believed to work. Copies share it.
///
/// When packets vanish, no connection gets an error: each would be waited for in vain, one after the other. So the first
/// that does not answer in time costs all of its age their place in the pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust(Arc<Mutex<Option<Instant>>>);

impl Trust {
    /// From now on only connections count that are made from now on.
    pub fn lose(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection of that age may still be used.
    pub fn covers(&self, age: Duration) -> bool {
        let lost = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lost.is_none_or(|lost| age < lost.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_older_than_one_that_did_not_answer_is_not_used() {
        let trust = Trust::default();
        assert!(trust.covers(Duration::from_secs(60)));
        trust.lose();
        assert!(!trust.covers(Duration::from_secs(60)));
        assert!(trust.covers(Duration::ZERO));
    }
}
