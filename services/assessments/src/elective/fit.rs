//! Do the deeltaken of an elective fit the days a company has (R100, R101)?

use proto_schemas::assessments::elective::{Elective, Kind};
use vocabulary::Minutes;

/// The usual size of an elective (R095): 80 to 100 clock hours.
pub const USUAL_SIZE: std::ops::RangeInclusive<Minutes> = Minutes::hours(80)..=Minutes::hours(100);

/// What fits, and what is left to the school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// What the elective takes, in minutes.
    pub needed: Minutes,
    /// Whether the size is the elective's own or, where it states none, the least that is usual.
    pub assumed: bool,
    /// What the days hold, in minutes.
    pub available: Minutes,
    /// The deeltaken that fit whole, in order.
    pub fits: Vec<String>,
    /// The others.
    pub left: Vec<String>,
}

/// Whether an elective has another size than usual; a profile module has no usual size.
#[must_use]
pub fn of_unusual_size(elective: &Elective) -> bool {
    elective.kind == Kind::Elective && elective.size.is_some_and(|size| !USUAL_SIZE.contains(&size))
}

/// Fills `days` of `day` minutes with deeltaken in their order, until one does not fit whole.
///
/// A deeltaak takes its part of the elective's size by the number of its end terms: the only measure
/// that the catalogue has. Sums are compared, so nothing is lost in rounding.
#[must_use]
pub fn in_days(elective: &Elective, days: u16, day: Minutes) -> Fit {
    let needed = elective.size.unwrap_or(*USUAL_SIZE.start());
    let available = Minutes(u32::from(days).saturating_mul(day.0));
    // Without end terms every deeltaak weighs the same.
    let bare = elective.deeltaken.iter().all(|deeltaak| deeltaak.end_terms == 0);
    let weight = |end_terms: u8| if bare { 1 } else { u64::from(end_terms) };
    let total: u64 = elective.deeltaken.iter().map(|deeltaak| weight(deeltaak.end_terms)).sum();

    let mut fit = Fit { needed, assumed: elective.size.is_none(), available, fits: vec![], left: vec![] };
    let mut reached = 0;
    for deeltaak in &elective.deeltaken {
        reached += weight(deeltaak.end_terms);
        let fits = fit.left.is_empty() && reached * u64::from(needed.0) <= total * u64::from(available.0);
        let list = if fits { &mut fit.fits } else { &mut fit.left };
        list.push(deeltaak.code.clone());
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::elective_of;

    const DAY: Minutes = Minutes::hours(8);

    #[test]
    fn two_deeltaken_of_eighty_hours_fit_ten_days_of_eight() {
        let fit = in_days(&elective_of(&[5, 5], None), 10, DAY);
        assert_eq!((fit.needed, fit.assumed, fit.available), (Minutes::hours(80), true, Minutes::hours(80)));
        assert_eq!((fit.fits.len(), fit.left.len()), (2, 0));
    }

    // R100, R101: some electives have five deeltaken, and those do not all fit ten days.
    #[test]
    fn of_five_deeltaken_of_a_hundred_hours_four_fit_ten_days() {
        let elective = elective_of(&[4, 4, 4, 4, 4], Some(Minutes::hours(100)));
        let fit = in_days(&elective, 10, DAY);
        assert_eq!((fit.fits.len(), fit.left.len()), (4, 1));
        assert_eq!(fit.left, ["X/5"]);
        assert_eq!(in_days(&elective, 12, DAY).left.len(), 1, "four hours short");
        assert_eq!(in_days(&elective, 13, DAY).left.len(), 0);
    }

    #[test]
    fn a_deeltaak_weighs_by_its_end_terms() {
        // 1 + 9 of 10: the second takes nine tenths of 100 hours.
        let elective = elective_of(&[1, 9], Some(Minutes::hours(100)));
        assert_eq!(in_days(&elective, 12, DAY).fits, ["X/1"]);
        let bare = elective_of(&[0, 0], Some(Minutes::hours(100)));
        assert_eq!(in_days(&bare, 7, DAY).fits, ["X/1"], "without end terms they weigh the same");
    }

    #[test]
    fn in_no_days_nothing_fits() {
        assert_eq!(in_days(&elective_of(&[1, 1], None), 0, DAY).fits, Vec::<String>::new());
    }

    // R095
    #[test]
    fn eighty_to_a_hundred_hours_is_usual() {
        for (minutes, unusual) in [(4799, true), (4800, false), (6000, false), (6001, true)] {
            assert_eq!(of_unusual_size(&elective_of(&[1], Some(Minutes(minutes)))), unusual, "{minutes}");
        }
        assert!(!of_unusual_size(&elective_of(&[1], None)), "a size that is not stated is not unusual");
    }
}
