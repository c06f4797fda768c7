//! How old a pupil is on a day, and what follows from it.

use chrono::{Datelike, NaiveDate};

/// Of age from this birthday on (meerderjarig).
pub const OF_AGE: u8 = 18;

/// Whole years on a date; who was born on 29 February grows older on 1 March in other years.
#[must_use]
pub fn age_on(birth_date: NaiveDate, date: NaiveDate) -> u8 {
    let had_birthday = (date.month(), date.day()) >= (birth_date.month(), birth_date.day());
    let years = date.year() - birth_date.year() - i32::from(!had_birthday);
    u8::try_from(years.max(0)).unwrap_or(u8::MAX)
}

/// Whether a parent must speak for the pupil on a date.
#[must_use]
pub fn is_minor_on(birth_date: NaiveDate, date: NaiveDate) -> bool {
    age_on(birth_date, date) < OF_AGE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_pupil_is_a_minor_up_to_the_day_before_the_eighteenth_birthday() {
        assert!(is_minor_on(day("2009-03-01"), day("2027-02-28")));
        assert!(!is_minor_on(day("2009-03-01"), day("2027-03-01")));
    }

    #[test]
    fn born_on_a_leap_day_one_is_of_age_on_the_first_of_march() {
        assert!(is_minor_on(day("2008-02-29"), day("2026-02-28")));
        assert!(!is_minor_on(day("2008-02-29"), day("2026-03-01")));
    }

    #[test]
    fn nobody_is_younger_than_nought() {
        assert_eq!(age_on(day("2027-01-01"), day("2026-01-01")), 0);
    }
}
