//! Something that is tried again and again: when that lasts, somebody hears what it waits for.

use crate::alarm::raise;
use std::fmt::Display;
use std::time::Duration;
use tokio::time::Instant;

/// Counts how long something has been tried without success. It raises one alarm, and a second one only after it worked
/// in between.
pub struct Retrying {
    after: Duration,
    since: Option<Instant>,
    told: bool,
}

impl Retrying {
    /// The alarm comes when it has failed for so long.
    pub fn new(after: Duration) -> Self {
        Self { after, since: None, told: false }
    }

    /// It failed once more: `what`, for the log of `service` in `region`, waits for what `error` says. Whether that has
    /// lasted too long.
    pub fn failed(&mut self, what: &str, service: &str, region: &str, error: &dyn Display) -> bool {
        let lasted = self.since.get_or_insert_with(Instant::now).elapsed();
        if lasted < self.after {
            return false;
        }
        if !self.told {
            self.told = true;
            let waited = format!("{error} (tried for {} seconds, and tried on)", lasted.as_secs());
            raise(&format!("{what} waits"), service, region, &waited);
        }
        true
    }

    /// It worked.
    pub fn worked(&mut self) {
        if self.told {
            tracing::info!("what was tried for long works again");
        }
        *self = Self::new(self.after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_alarm_comes_after_its_time_and_not_for_what_worked_in_between() {
        let after = Duration::from_secs(30);
        let mut retrying = Retrying::new(after);
        assert!(!retrying.failed("a", "hotspots", "ons", &"away"));
        tokio::time::advance(after - Duration::from_secs(1)).await;
        assert!(!retrying.failed("a", "hotspots", "ons", &"away"));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(retrying.failed("a", "hotspots", "ons", &"away"));
        retrying.worked();
        assert!(!retrying.failed("a", "hotspots", "ons", &"away"));
    }
}
