//! Time as schools and companies count it.

use crate::Invalid;
use crate::ranges::MAX_DAY_MINUTES;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Europe::Amsterdam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The date in the Netherlands at a moment.
#[must_use]
pub fn amsterdam_date(moment: DateTime<Utc>) -> NaiveDate {
    moment.with_timezone(&Amsterdam).date_naive()
}

/// A length of time in whole minutes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[serde(transparent)]
#[schemars(extend("x-range" = [0, crate::ranges::MAX_MINUTES]))]
pub struct Minutes(pub u32);

impl Minutes {
    /// Whole hours.
    #[must_use]
    pub const fn hours(hours: u32) -> Self {
        Self(hours.saturating_mul(60))
    }
}

impl Minutes {
    /// From one moment to another; none when it is before, and at the end of the range when it is further than that.
    #[must_use]
    pub fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self(u32::try_from((until - from).num_minutes().max(0)).unwrap_or(u32::MAX))
    }
}

impl std::ops::Add for Minutes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Minutes {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self(0), |sum, minutes| sum + minutes)
    }
}

/// Minutes of one person on one day, as a command brings them: at most 1,440.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct DayMinutes(u32);

impl TryFrom<u32> for DayMinutes {
    type Error = Invalid;
    fn try_from(minutes: u32) -> Result<Self, Invalid> {
        let fits = minutes <= MAX_DAY_MINUTES;
        if fits { Ok(Self(minutes)) } else { Err(Invalid::new("minutes of a day", "at most 1,440")) }
    }
}

impl From<DayMinutes> for u32 {
    fn from(minutes: DayMinutes) -> Self {
        minutes.0
    }
}

impl From<DayMinutes> for Minutes {
    fn from(minutes: DayMinutes) -> Self {
        Self(minutes.0)
    }
}

impl JsonSchema for DayMinutes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DayMinutes".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 0, "maximum": MAX_DAY_MINUTES })
    }
}

impl utoipa::PartialSchema for DayMinutes {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(0))
            .maximum(Some(MAX_DAY_MINUTES))
            .into()
    }
}

impl ToSchema for DayMinutes {
    fn name() -> std::borrow::Cow<'static, str> {
        "DayMinutes".into()
    }
}

/// A school year, 1 August up to and including 31 July (schooljaar), as in `2026-2027`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SchoolYear {
    first: i32,
}

impl SchoolYear {
    /// The school year that `date` falls in.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        Self { first: if date.month() >= 8 { date.year() } else { date.year() - 1 } }
    }

    /// The calendar year it begins in.
    #[must_use]
    pub const fn first(self) -> i32 {
        self.first
    }
}

impl std::fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.first, self.first + 1)
    }
}

impl std::str::FromStr for SchoolYear {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let years = text.split_once('-').and_then(|(a, b)| Some((a.parse::<i32>().ok()?, b.parse::<i32>().ok()?)));
        match years {
            Some((first, last)) if last == first + 1 && (2000..2100).contains(&first) => Ok(Self { first }),
            _ => Err(Invalid::new("school year", "two years that follow each other, such as 2026-2027")),
        }
    }
}

impl TryFrom<String> for SchoolYear {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<SchoolYear> for String {
    fn from(year: SchoolYear) -> Self {
        year.to_string()
    }
}

impl JsonSchema for SchoolYear {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SchoolYear".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^20[0-9]{2}-2[0-9]{3}$" })
    }
}

impl utoipa::PartialSchema for SchoolYear {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^20[0-9]{2}-2[0-9]{3}$"))
            .examples(["2026-2027"])
            .into()
    }
}

impl ToSchema for SchoolYear {
    fn name() -> std::borrow::Cow<'static, str> {
        "SchoolYear".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_runs_back_has_no_minutes_and_a_very_long_one_the_most() {
        let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (first, last) = (moment("0001-01-01T00:00:00Z"), moment("9999-12-31T23:59:59Z"));
        assert_eq!(Minutes::between(last, first), Minutes(0));
        assert_eq!(Minutes::between(first, last), Minutes(u32::MAX));
        assert_eq!(Minutes::between(first, moment("0001-01-01T01:00:59Z")), Minutes(60));
    }

    #[test]
    fn a_day_has_1440_minutes() {
        assert_eq!(DayMinutes::try_from(1_440).map(Minutes::from), Ok(Minutes(1_440)));
        assert!(DayMinutes::try_from(1_441).is_err());
        assert!(serde_json::from_str::<DayMinutes>("1441").is_err());
    }

    #[test]
    fn a_day_begins_at_midnight_in_amsterdam() {
        let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(amsterdam_date(moment("2026-07-01T21:59:59Z")).to_string(), "2026-07-01");
        assert_eq!(amsterdam_date(moment("2026-07-01T22:00:00Z")).to_string(), "2026-07-02");
        assert_eq!(amsterdam_date(moment("2026-01-01T22:59:59Z")).to_string(), "2026-01-01");
    }

    #[test]
    fn a_school_year_begins_on_the_first_of_august() {
        let year = |y, m, d| SchoolYear::of(NaiveDate::from_ymd_opt(y, m, d).unwrap()).to_string();
        assert_eq!(year(2026, 7, 31), "2025-2026");
        assert_eq!(year(2026, 8, 1), "2026-2027");
        assert!("2026-2028".parse::<SchoolYear>().is_err());
    }
}
