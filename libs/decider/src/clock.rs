//! The present moment: a value that tests set.

use chrono::{DateTime, Utc};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// Tells the moment. Copies tell the same time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Utc::now))
    }

    /// Begins at the machine's moment and counts on from there, even when the machine's clock is set: for how long ago
    /// something was, not for when.
    #[must_use]
    pub fn steady() -> Self {
        let (began, counting) = (Utc::now(), Instant::now());
        Self(Arc::new(move || began + counting.elapsed()))
    }

    /// Stands still at `moment`.
    #[must_use]
    pub fn fixed(moment: DateTime<Utc>) -> Self {
        Self(Arc::new(move || moment))
    }

    /// Stands still at `moment` until the hand moves it.
    #[must_use]
    pub fn settable(moment: DateTime<Utc>) -> (Self, Hand) {
        let hand = Hand(Arc::new(Mutex::new(moment)));
        let read = hand.clone();
        (Self(Arc::new(move || read.now())), hand)
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// Moves a settable clock.
#[derive(Clone, Debug)]
pub struct Hand(Arc<Mutex<DateTime<Utc>>>);

impl Hand {
    /// From now on it is `moment`.
    pub fn set(&self, moment: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = moment;
    }

    /// From now on it is this much later.
    pub fn advance(&self, by: chrono::TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settable_clock_moves_in_every_copy() {
        let (clock, hand) = Clock::settable(DateTime::UNIX_EPOCH);
        let copy = clock.clone();
        hand.advance(chrono::TimeDelta::seconds(5));
        assert_eq!(copy.now().timestamp(), 5);
    }
}
