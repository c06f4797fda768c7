//! Refusals that still hold: a client that asks again before its refusal ends costs one hash, and no verification.

use crate::buckets::Spent;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Looking for refusals that have ended is linear, so it is done no oftener than this.
const SWEEP_PAUSE: Duration = Duration::from_secs(1);

/// Until when tokens are refused, each in a region.
///
/// **Invariant:** no more than `max_keys` are remembered; one on top is verified each time.
pub(crate) struct Refused {
    max_keys: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    until: HashMap<u64, Instant>,
    swept: Option<Instant>,
}

impl Refused {
    pub fn new(max_keys: usize) -> Self {
        Self { max_keys: max_keys.max(1), state: Mutex::default() }
    }

    /// How long one is refused still. A bucket fills with time alone, so nothing ends a refusal sooner.
    pub fn holds(&self, key: u64, now: Instant) -> Option<Spent> {
        let until = *self.state().until.get(&key)?;
        let again_in = until.saturating_duration_since(now);
        (!again_in.is_zero()).then_some(Spent { again_in })
    }

    /// One was refused.
    pub fn remember(&self, key: u64, now: Instant, spent: Spent) {
        let mut state = self.state();
        let State { until, swept } = &mut *state;
        if until.len() >= self.max_keys && !until.contains_key(&key) {
            if swept.is_none_or(|swept| now.saturating_duration_since(swept) >= SWEEP_PAUSE) {
                *swept = Some(now);
                until.retain(|_, until| *until > now);
            }
            if until.len() >= self.max_keys {
                return;
            }
        }
        until.insert(key, now + spent.again_in);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Spent = Spent { again_in: Duration::from_secs(1) };

    #[test]
    fn a_refusal_holds_until_it_ends_and_for_nobody_else() {
        let (refused, now) = (Refused::new(10), Instant::now());
        refused.remember(1, now, SECOND);
        assert_eq!(refused.holds(1, now), Some(SECOND));
        assert_eq!(refused.holds(2, now), None);
        assert_eq!(refused.holds(1, now + SECOND.again_in), None);
    }

    #[test]
    fn refusals_that_ended_make_room_and_no_more_are_remembered_than_may() {
        let (refused, now) = (Refused::new(2), Instant::now());
        for key in 1..=3 {
            refused.remember(key, now, SECOND);
        }
        assert_eq!(refused.holds(3, now), None);
        let later = now + SECOND.again_in;
        refused.remember(3, later, SECOND);
        assert_eq!(refused.holds(3, later), Some(SECOND));
    }
}
