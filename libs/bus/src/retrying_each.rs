//! Many things that are tried again and again, such as the signing of every log: each raises an alarm of its own.

use crate::retrying::Retrying;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

/// Counts for each log apart how long something has been tried without success. See [`Retrying`].
pub struct RetryingEach {
    what: &'static str,
    after: Duration,
    /// By service and region; absent for what worked the last time.
    failing: BTreeMap<(String, String), Retrying>,
}

impl RetryingEach {
    /// `what` is tried; an alarm comes when it has failed for so long.
    #[must_use]
    pub fn new(what: &'static str, after: Duration) -> Self {
        Self { what, after, failing: BTreeMap::new() }
    }

    /// What came of one attempt, for the log of `service` in `region`. Returns whether it has failed for too long.
    pub fn tried<T, E: Display>(&mut self, service: &str, region: &str, done: &Result<T, E>) -> bool {
        let key = (service.to_owned(), region.to_owned());
        match done {
            Ok(_) => {
                if let Some(mut before) = self.failing.remove(&key) {
                    before.worked();
                }
                false
            }
            Err(error) => {
                let failing = self.failing.entry(key).or_insert_with(|| Retrying::new(self.after));
                failing.failed(self.what, service, region, error)
            }
        }
    }

    /// Whether an attempt failed that has not worked since.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        !self.failing.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWAY: Result<(), &str> = Err("away");

    #[tokio::test(start_paused = true)]
    async fn each_log_raises_its_own_alarm_and_none_is_hidden_by_another_that_works() {
        let mut signing = RetryingEach::new("signing", Duration::from_secs(30));
        assert!(!signing.tried("hotspots", "ons", &AWAY));
        tokio::time::advance(Duration::from_secs(30)).await;
        assert!(!signing.tried("agreements", "ons", &AWAY));
        assert!(!signing.tried("agreements", "aa", &Ok::<(), &str>(())));
        assert!(signing.tried("hotspots", "ons", &AWAY) && signing.is_failing());
        signing.tried("hotspots", "ons", &Ok::<(), &str>(()));
        signing.tried("agreements", "ons", &Ok::<(), &str>(()));
        assert!(!signing.is_failing() && !signing.tried("hotspots", "ons", &AWAY));
    }
}
