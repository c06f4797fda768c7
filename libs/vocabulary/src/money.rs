//! Money and shares: whole cents and whole basis points, never floats.
//!
//! **Invariant:** nothing wraps. What is more than can be counted stays at the end of the range, where
//! [`Euros::is_countable`] tells it from an amount.

use crate::Minutes;
use crate::ranges::{MAX_CENTS, MAX_EXACT};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount in whole euro cents.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
#[schemars(extend("x-range" = [0, crate::ranges::MAX_CENTS]))]
pub struct Euros(pub i64);

impl Euros {
    /// Whole euros and no cents.
    #[must_use]
    pub const fn whole(euros: i64) -> Self {
        Self(euros.saturating_mul(100))
    }

    /// The cents.
    #[must_use]
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// Whether it is an amount, and not an end of the range, where all stays that is more than can be counted. Two of
    /// those are equal and say nothing.
    #[must_use]
    pub const fn is_countable(self) -> bool {
        self.0 < i64::MAX && self.0 > i64::MIN + 1
    }

    /// Whether a command may bring it, or a line may be worth it.
    #[must_use]
    pub const fn is_in_range(self) -> bool {
        self.0 >= 0 && self.0 <= MAX_CENTS
    }

    /// The nearest amount that a JSON number holds exactly, for an answer; whether it is another one.
    #[must_use]
    pub fn exact(self) -> (Self, bool) {
        let exact = Self(self.0.clamp(-MAX_EXACT, MAX_EXACT));
        (exact, exact != self)
    }

    /// So many times this amount.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// What `minutes` cost at this amount an hour; a half cent or more rounds away from zero.
    #[must_use]
    pub fn per_hour_for(self, minutes: Minutes) -> Self {
        Self(divide_half_up(i128::from(self.0) * i128::from(minutes.0), 60))
    }
}

impl std::ops::Add for Euros {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Euros {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::ops::Neg for Euros {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::iter::Sum for Euros {
    /// Does not depend on the order: only the total is held to the range.
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        let total = amounts.fold(0_i128, |sum, amount| sum.saturating_add(i128::from(amount.0)));
        Self(held(total))
    }
}

impl std::fmt::Display for Euros {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}€ {}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

/// A share in hundredths of a per cent: 2500 is 25 %.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[serde(transparent)]
#[schemars(extend("x-range" = [0, crate::ranges::MAX_BASIS_POINTS]))]
pub struct BasisPoints(pub u32);

impl BasisPoints {
    /// This share of an amount; a half cent or more rounds away from zero.
    #[must_use]
    pub fn of(self, amount: Euros) -> Euros {
        Euros(divide_half_up(i128::from(amount.0) * i128::from(self.0), 10_000))
    }

    /// What `minutes` cost at this share of an hourly rate, rounded once at the end:
    /// a half cent or more rounds away from zero.
    #[must_use]
    pub fn of_hours(self, minutes: Minutes, rate: Euros) -> Euros {
        Euros(divide_half_up(i128::from(rate.0) * i128::from(minutes.0) * i128::from(self.0), 600_000))
    }
}

fn divide_half_up(number: i128, by: i128) -> i64 {
    let (whole, rest) = (number.unsigned_abs() / by.unsigned_abs(), number.unsigned_abs() % by.unsigned_abs());
    let rounded = whole + u128::from(rest * 2 >= by.unsigned_abs());
    held(i128::try_from(rounded).unwrap_or(i128::MAX) * number.signum())
}

/// Within the range, at its end when it is more.
fn held(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_pupils_of_six_hours_at_a_quarter_are_fifteen_hours_of_the_rate() {
        let rate = Euros::whole(40);
        let one_pupil = BasisPoints(2500).of_hours(Minutes(360), rate);
        assert_eq!(one_pupil, Euros::whole(60));
        assert_eq!((0..10).map(|_| one_pupil).sum::<Euros>(), rate.per_hour_for(Minutes(15 * 60)));
    }

    #[test]
    fn half_a_cent_rounds_away_from_zero() {
        assert_eq!(Euros(1).per_hour_for(Minutes(30)), Euros(1));
        assert_eq!(Euros(1).per_hour_for(Minutes(29)), Euros(0));
        assert_eq!(Euros(-1).per_hour_for(Minutes(30)), Euros(-1));
        assert_eq!(BasisPoints(5000).of(Euros(-1)), Euros(-1));
    }

    #[test]
    fn an_uncountable_sum_stays_at_the_end_of_the_range() {
        let near = Euros(i64::MAX - 5);
        assert_eq!(near + near, Euros(i64::MAX));
        assert_eq!([near, near, -near].into_iter().sum::<Euros>(), near, "only the total is held to the range");
        assert!(near.is_countable() && ![near, near].into_iter().sum::<Euros>().is_countable());
        assert!(!(-(near + near)).is_countable() && !(-(-(near + near))).is_countable());
        assert_eq!(-Euros(i64::MIN), Euros(i64::MAX));
        assert_eq!(BasisPoints(u32::MAX).of_hours(Minutes(u32::MAX), Euros(i64::MIN)), Euros(i64::MIN));
        assert_eq!(Euros(i64::MAX).per_hour_for(Minutes(u32::MAX)).times(9), Euros(i64::MAX));
        assert_eq!(Euros(i64::MIN).to_string(), "-€ 92233720368547758.08");
    }

    #[test]
    fn an_amount_is_at_most_ten_thousand_million_euros() {
        assert!(Euros(0).is_in_range() && Euros(MAX_CENTS).is_in_range());
        assert!(!Euros(-1).is_in_range() && !Euros(MAX_CENTS + 1).is_in_range());
    }

    #[test]
    fn an_answer_stays_where_a_json_number_is_exact() {
        assert_eq!(Euros(MAX_EXACT).exact(), (Euros(MAX_EXACT), false));
        assert_eq!(Euros(MAX_EXACT + 1).exact(), (Euros(MAX_EXACT), true));
        assert_eq!(Euros(i64::MIN).exact(), (Euros(-MAX_EXACT), true));
    }

    #[test]
    fn amounts_are_shown_in_euros() {
        assert_eq!(Euros(-105).to_string(), "-€ 1.05");
    }
}
