//! When a term is over. Pure.

use chrono::{Datelike, Days, Months, NaiveDate};
use proto_schemas::consortium::retention_schedule::{CountedFrom, Term};
use vocabulary::SchoolYear;

/// The day from which a term counts, for who left on `left_on`.
fn begins(from: CountedFrom, left_on: NaiveDate) -> Option<NaiveDate> {
    match from {
        CountedFrom::Leaving => Some(left_on),
        CountedFrom::SchoolYearEnd => NaiveDate::from_ymd_opt(SchoolYear::of(left_on).first() + 1, 7, 31),
        CountedFrom::CalendarYearEnd => NaiveDate::from_ymd_opt(left_on.year(), 12, 31),
    }
}

/// The last day of the term, that day included: the same day of a later month, or its last one where there is none.
#[must_use]
pub fn ends_on(term: &Term, left_on: NaiveDate) -> NaiveDate {
    let end = begins(term.counted_from, left_on)
        .and_then(|begins| begins.checked_add_months(Months::new(term.months.into())));
    end.unwrap_or(NaiveDate::MAX)
}

/// Whoever left on this day or earlier is due on `today`, and nobody else.
#[must_use]
pub fn left_by(term: &Term, today: NaiveDate) -> Option<NaiveDate> {
    // A later leaving never ends earlier. A month's end moves a term by three days at most.
    let latest = today.checked_sub_months(Months::new(term.months.into()))?.checked_add_days(Days::new(3))?;
    latest.iter_days().rev().take(400).find(|left_on| ends_on(term, *left_on) < today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto_schemas::consortium::retention_schedule::{Class, Ground};

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn term(months: u16, counted_from: CountedFrom) -> Term {
        let law = "Voorbeeld".parse().unwrap();
        Term { class: Class::Pupil, months, counted_from, ground: Ground::PublicTask, law }
    }

    #[test]
    fn a_term_ends_on_the_same_day_of_a_later_month_or_on_its_last() {
        let after = |months, left: &str| ends_on(&term(months, CountedFrom::Leaving), date(left));
        assert_eq!(after(24, "2026-07-31"), date("2028-07-31"));
        assert_eq!(after(1, "2026-01-31"), date("2026-02-28"));
        assert_eq!(after(1, "2028-01-31"), date("2028-02-29"));
        assert_eq!(after(12, "2028-02-29"), date("2029-02-28"));
        assert_eq!(after(48, "2028-02-29"), date("2032-02-29"));
    }

    #[test]
    fn a_term_may_count_from_the_end_of_the_school_year_or_of_the_year() {
        let school = |left: &str| ends_on(&term(12, CountedFrom::SchoolYearEnd), date(left));
        assert_eq!(school("2026-07-31"), date("2027-07-31"));
        assert_eq!(school("2026-08-01"), date("2028-07-31"));
        let calendar = |left: &str| ends_on(&term(12, CountedFrom::CalendarYearEnd), date(left));
        assert_eq!(calendar("2026-12-31"), date("2027-12-31"));
        assert_eq!(calendar("2027-01-01"), date("2028-12-31"));
    }

    #[test]
    fn left_by_matches_the_term_on_each_day_of_five_years() {
        let froms = [CountedFrom::Leaving, CountedFrom::SchoolYearEnd, CountedFrom::CalendarYearEnd];
        for term in froms.into_iter().flat_map(|from| [1, 2, 12, 13, 24, 120].map(|months| term(months, from))) {
            for today in date("2027-01-01").iter_days().take(5 * 366) {
                let last = left_by(&term, today).unwrap();
                let next = last.succ_opt().unwrap();
                assert!(ends_on(&term, last) < today && ends_on(&term, next) >= today, "{term:?} {today}");
            }
        }
    }

    #[test]
    fn a_term_that_goes_beyond_all_dates_never_ends() {
        assert_eq!(ends_on(&term(600, CountedFrom::Leaving), NaiveDate::MAX), NaiveDate::MAX);
        assert_eq!(left_by(&term(600, CountedFrom::Leaving), NaiveDate::MIN), None);
    }
}
