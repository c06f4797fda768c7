//! Which positions the dates of a request mean.

use super::Error;
use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Europe::Amsterdam;
use event_log::EventLog;
use vocabulary::{RegionId, amsterdam_date};

/// Dates of recording in the Netherlands, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// None: from the beginning.
    pub from: Option<NaiveDate>,
    /// None: up to the end of each log.
    pub to: Option<NaiveDate>,
}

impl Dates {
    /// Refuses dates that no export can keep its promise for.
    ///
    /// # Errors
    /// When the last date is before the first, or is not over yet at `now`.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), Error> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            return Err(Error::Backward { from, to });
        }
        match self.to {
            Some(to) if to >= amsterdam_date(now) => {
                Err(Error::NotOver { to, yesterday: amsterdam_date(now) - Days::new(1) })
            }
            _ => Ok(()),
        }
    }

    /// The positions behind which the range begins, and with which it ends, in a log that ends at `end`.
    pub(super) async fn positions(
        &self,
        log: &EventLog,
        region: &RegionId,
        end: i64,
    ) -> Result<(i64, i64), event_log::Error> {
        let until = match self.to {
            Some(to) => log.recorded_before(region, midnight(to + Days::new(1))).await?.min(end),
            None => end,
        };
        let after = match self.from {
            Some(from) => log.recorded_before(region, midnight(from)).await?.min(until),
            None => 0,
        };
        Ok((after, until))
    }
}

/// The moment at which a date begins in the Netherlands, where clocks never change at midnight.
fn midnight(date: NaiveDate) -> DateTime<Utc> {
    let local = date.and_time(chrono::NaiveTime::MIN);
    Amsterdam.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |moment| moment.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_in_amsterdam_in_summer_and_in_winter() {
        assert_eq!(midnight(date("2026-07-01")).to_rfc3339(), "2026-06-30T22:00:00+00:00");
        assert_eq!(midnight(date("2026-12-01")).to_rfc3339(), "2026-11-30T23:00:00+00:00");
    }

    #[test]
    fn a_day_that_is_not_over_is_refused_and_yesterday_is_not() {
        let now = "2026-09-01T22:30:00Z".parse().unwrap(); // The second, in the Netherlands.
        let until = |to| Dates { from: None, to: Some(date(to)) }.check(now);
        assert!(until("2026-09-01").is_ok());
        let refused = until("2026-09-02").unwrap_err().to_string();
        assert!(refused.contains("2026-09-01"), "{refused}");
    }

    #[test]
    fn a_range_that_runs_backwards_is_refused() {
        let dates = Dates { from: Some(date("2026-09-02")), to: Some(date("2026-09-01")) };
        assert!(matches!(dates.check("2027-01-01T00:00:00Z".parse().unwrap()), Err(Error::Backward { .. })));
    }
}
