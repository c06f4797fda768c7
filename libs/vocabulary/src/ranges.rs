//! The ranges of numbers and dates in a command.
//!
//! Ranges bind what is asked from now on. What was written before may be wider: readers take the width of the type, and
//! the published schemas of events stay as they are.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// The keyword beside a type or a field in a JSON Schema that holds the least and the most that a request may bring.
/// Schemas of requests turn it into `minimum` and `maximum`; those of events leave it out.
pub const RANGE: &str = "x-range";

/// Cents. Ten thousand million euros: 27 times what all regions of 2025–2028 get together (S6).
pub const MAX_CENTS: i64 = 1_000_000_000_000;
/// Minutes of one thing. Ten thousand hours: the longest trajectory has 1,280 (L1).
pub const MAX_MINUTES: u32 = 600_000;
/// Minutes of one person on one day.
pub const MAX_DAY_MINUTES: u32 = 1_440;
/// Cents an hour. A thousand euros: the rate in many budgets is fifty (S12).
pub const MAX_HOURLY_CENTS: i64 = 100_000;
/// The whole, in hundredths of a per cent.
pub const MAX_BASIS_POINTS: u32 = 10_000;
/// The most that a JSON number holds exactly everywhere, in either direction (RFC 7493): totals in answers stay there.
pub const MAX_EXACT: i64 = 9_007_199_254_740_991;
/// The first year: none of what the hub keeps is older.
pub const FIRST_YEAR: i32 = 2000;
/// The last year.
pub const LAST_YEAR: i32 = 2099;

/// Whether a command may bring this date.
#[must_use]
pub fn is_date_in_range(date: NaiveDate) -> bool {
    (FIRST_YEAR..=LAST_YEAR).contains(&date.year())
}

/// Whether a command may bring this moment.
#[must_use]
pub fn is_moment_in_range(moment: DateTime<Utc>) -> bool {
    is_date_in_range(moment.date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_of_2000_to_2099() {
        let date = |text: &str| is_date_in_range(text.parse().unwrap());
        assert!(date("2000-01-01") && date("2099-12-31"));
        assert!(!date("1999-12-31") && !date("2100-01-01") && !date("9999-12-31"));
        assert!(!is_moment_in_range("1999-12-31T23:59:59Z".parse().unwrap()));
        assert!(is_moment_in_range("2099-12-31T23:59:59Z".parse().unwrap()));
    }

    #[test]
    fn a_million_lines_at_the_bound_stay_within_what_is_counted() {
        assert!(MAX_CENTS.checked_mul(1_000_000).is_some());
        assert!(MAX_CENTS.checked_mul(9_000).is_some_and(|total| total < MAX_EXACT));
    }
}
