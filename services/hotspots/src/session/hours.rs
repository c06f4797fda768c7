//! How long a young person may be at work on a day and in a week.

use proto_schemas::consortium::policy::{HoursCap, Policy};

/// The cap at an age (L4, L5), by the policy of the day; none for adults.
///
/// Under 14 the stricter cap holds too, and so it does when the age is not known.
#[must_use]
pub fn cap_at(age: Option<u8>, policy: &Policy) -> Option<HoursCap> {
    match age {
        None | Some(..16) => Some(policy.hours_under_16),
        Some(16 | 17) => Some(policy.hours_under_18),
        Some(18..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocabulary::Minutes;

    #[test]
    fn the_cap_changes_at_sixteen_and_ends_at_eighteen() {
        // L4, L5
        let policy = Policy::shipped();
        let cap = |age| cap_at(age, &policy).map(|cap| (cap.day, cap.week));
        assert_eq!(cap(Some(15)), Some((Minutes::hours(7), Minutes::hours(35))));
        assert_eq!(cap(Some(16)), Some((Minutes::hours(9), Minutes::hours(45))));
        assert_eq!(cap(Some(17)), cap(Some(16)));
        assert_eq!(cap(Some(18)), None);
        assert_eq!((cap(None), cap(Some(13))), (cap(Some(15)), cap(Some(15))));
    }
}
