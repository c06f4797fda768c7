//! How old is what we know of a log? Pure.
//!
//! ```text
//! asked: ended where we are ──────────────────────→ whole, as of that moment
//! asked: ended further, elsewhere or not at all ──→ behind, since that moment ─reached→ whole
//! ```

use chrono::{DateTime, TimeDelta, Utc};
use decider::Clock;

/// How old grants may be, and by which clock that is counted.
#[derive(Clone, Debug)]
pub struct Freshness {
    /// Nobody sets it: see [`Clock::steady`].
    pub clock: Clock,
    /// How long grants count while their log moves on without them.
    pub behind: TimeDelta,
    /// How long grants count while their log does not answer.
    pub unreachable: TimeDelta,
}

/// Where a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Raised when the log was restored.
    pub epoch: i32,
    /// The last position.
    pub position: i64,
}

/// Why grants do not count now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// The log was not asked yet, or never read as far as it went.
    #[error("the grants were not compared with their log yet")]
    Unknown,
    /// The log moves on, or is not the one that was read.
    #[error("the grants are behind their log for {} seconds", .0.num_seconds())]
    Behind(TimeDelta),
    /// The log does not answer.
    #[error("the log of the grants did not answer for {} seconds", .0.num_seconds())]
    Unreachable(TimeDelta),
}

impl Freshness {
    /// Ten seconds behind, a minute without an answer.
    #[must_use]
    pub fn by(clock: Clock) -> Self {
        Self { clock, behind: TimeDelta::seconds(10), unreachable: TimeDelta::seconds(60) }
    }
}

impl Default for Freshness {
    fn default() -> Self {
        Self::by(Clock::steady())
    }
}

/// What is known of one log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Age {
    /// Up to where it was read.
    reached: Option<End>,
    /// Where it ended when it was asked last, and when that was.
    asked: Option<(End, DateTime<Utc>)>,
    /// It went back or disappeared since.
    lost: bool,
    /// At that moment nothing of it was missing.
    whole: Option<DateTime<Utc>>,
    /// Since when something of it is missing.
    behind: Option<DateTime<Utc>>,
}

impl Age {
    /// Of a log that was not there when all of them were asked at `whole`: then nothing of it was missing.
    pub fn born(whole: Option<DateTime<Utc>>) -> Self {
        Self { whole, ..Self::default() }
    }

    /// Everything up to `end` is known.
    pub fn reached(&mut self, end: End) {
        self.reached = Some(end);
        if let Some((asked, at)) = self.asked.filter(|_| !self.lost) {
            self.compare(asked, at);
        }
    }

    /// The log ended at `end` when it was asked; `None` when it was not there.
    pub fn asked(&mut self, end: Option<End>, at: DateTime<Utc>) {
        let before = self.asked.map(|(end, _)| end);
        // A log that went back is not the log that was read, also when it grows again, until its epoch says so.
        let went_back =
            |end: End| before.is_some_and(|before| (end.epoch, end.position) < (before.epoch, before.position));
        let restored = |end: End| before.is_some_and(|before| end.epoch > before.epoch);
        match end {
            Some(end) if !went_back(end) && (!self.lost || restored(end)) => {
                (self.asked, self.lost) = (Some((end, at)), false);
                self.compare(end, at);
            }
            _ => {
                self.lost = true;
                self.behind.get_or_insert(at);
            }
        }
    }

    fn compare(&mut self, asked: End, at: DateTime<Utc>) {
        if self.reached.is_some_and(|here| here.epoch == asked.epoch && here.position >= asked.position) {
            (self.whole, self.behind) = (Some(at), None);
        } else {
            self.behind.get_or_insert(at);
        }
    }

    /// Whether what is known of it counts at this moment; a bound counts as within it.
    pub fn check(&self, now: DateTime<Utc>, freshness: &Freshness) -> Result<(), Stale> {
        if let Some(behind) = self.behind.map(|since| now - since).filter(|behind| *behind > freshness.behind) {
            return Err(Stale::Behind(behind));
        }
        let age = now - self.whole.ok_or(Stale::Unknown)?;
        if age > freshness.unreachable { Err(Stale::Unreachable(age)) } else { Ok(()) }
    }

    /// Up to where it was read, of whichever epoch.
    pub fn position(&self) -> i64 {
        self.reached.map_or(0, |here| here.position)
    }

    /// Whether it was ever listed when the logs were asked.
    pub fn was_listed(&self) -> bool {
        self.asked.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    fn end(position: i64) -> End {
        End { epoch: 1, position }
    }

    fn check(age: &Age, milliseconds: i64) -> Result<(), Stale> {
        age.check(at(milliseconds), &Freshness::default())
    }

    fn whole() -> Age {
        let mut age = Age::default();
        age.reached(end(5));
        age.asked(Some(end(5)), at(0));
        age
    }

    #[test]
    fn nothing_counts_before_the_log_was_asked_and_read_to_its_end() {
        let mut age = Age::default();
        assert_eq!(check(&age, 0), Err(Stale::Unknown));
        age.reached(end(3));
        assert_eq!(check(&age, 0), Err(Stale::Unknown));
        age.asked(Some(end(5)), at(0));
        assert_eq!(check(&age, 0), Err(Stale::Unknown));
        age.reached(end(5));
        assert_eq!(check(&age, 0), Ok(()));
    }

    #[test]
    fn grants_behind_a_log_that_moves_on_count_for_ten_seconds() {
        let mut age = whole();
        age.asked(Some(end(6)), at(1_000));
        assert_eq!(check(&age, 11_000), Ok(()));
        assert_eq!(check(&age, 11_001), Err(Stale::Behind(TimeDelta::milliseconds(10_001))));
        // Since the first event that is missing, whatever follows.
        age.asked(Some(end(7)), at(9_000));
        age.reached(end(6));
        assert!(check(&age, 11_001).is_err());
        age.reached(end(7));
        assert_eq!(check(&age, 11_001), Ok(()));
    }

    #[test]
    fn grants_of_a_log_that_does_not_answer_count_for_a_minute() {
        let age = whole();
        assert_eq!(check(&age, 60_000), Ok(()));
        assert_eq!(check(&age, 60_001), Err(Stale::Unreachable(TimeDelta::milliseconds(60_001))));
    }

    #[test]
    fn a_log_that_went_back_or_is_gone_is_not_the_one_that_was_read() {
        for goes in [Some(end(4)), None] {
            let mut age = whole();
            age.asked(goes, at(1_000));
            assert!(check(&age, 11_001).is_err(), "{goes:?}");
            // What stands at 5 when it has grown again may be another event.
            age.asked(Some(end(5)), at(12_000));
            age.reached(end(5));
            assert!(check(&age, 12_000).is_err(), "{goes:?}");
            let restored = End { epoch: 2, position: 6 };
            age.asked(Some(restored), at(13_000));
            age.reached(restored);
            assert_eq!(check(&age, 13_000), Ok(()), "{goes:?}");
        }
    }

    #[test]
    fn grants_read_under_an_earlier_epoch_do_not_count_under_the_next() {
        let mut age = whole();
        age.asked(Some(End { epoch: 2, position: 3 }), at(1_000));
        assert!(check(&age, 11_001).is_err());
        age.reached(End { epoch: 2, position: 3 });
        assert_eq!(check(&age, 11_001), Ok(()));
    }

    #[test]
    fn a_log_that_was_not_there_yet_was_known_whole() {
        let mut age = Age::born(Some(at(0)));
        assert_eq!(check(&age, 5_000), Ok(()));
        age.asked(Some(end(2)), at(5_000));
        assert_eq!(check(&age, 15_000), Ok(()));
        assert!(check(&age, 15_001).is_err());
    }
}
