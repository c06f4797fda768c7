//! What the region may set: one document, in versions that work forward only.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{BasisPoints, Euros, Minutes};

/// What happened to a region's policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// The region adopted a policy, valid for facts from a date on (beleid vastgesteld).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.policy-adopted.v1", rename_all = "camelCase")]
    Adopted {
        /// The number of the version: 1 for the first.
        version: u32,
        /// Facts on this date and later fall under it, until a later version is valid.
        valid_from: NaiveDate,
        policy: Policy,
    },
}

/// All settings of a region: every version holds every value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// Most pupils in a session.
    #[schema(maximum = 255)]
    pub group_max: u8,
    /// Fewer pupils than this at the start need a reason.
    #[schema(maximum = 255)]
    pub group_min: u8,
    /// A safety check is good for this many months.
    #[schema(maximum = 255)]
    pub safety_term_months: u8,
    /// The share of pupils' minutes that counts as supervision (forfait, S21).
    pub forfait_share: BasisPoints,
    /// The rate of an hour of supervision, in euro cents. There is no official rate, so there is no default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisor_rate: Option<Euros>,
    /// The share of the subsidisable budget that companies should put in (S1–S4).
    pub target_share: BasisPoints,
    /// The share of cases that another assessor judges again.
    pub sample_share: BasisPoints,
    /// A difference of more than this many tenths of a grade opens a talk.
    #[schema(maximum = 255)]
    pub grade_difference_tenths: u8,
    /// A check-in code changes after so many seconds.
    #[schema(maximum = 65535)]
    pub code_seconds: u16,
    /// A check-in code is good for so many seconds.
    #[schema(maximum = 65535)]
    pub code_valid_seconds: u16,
    /// Hours caps at 14 and 15 years, school time included (L4).
    pub hours_under_16: HoursCap,
    /// Hours caps at 16 and 17 years, school time included (L5).
    pub hours_under_18: HoursCap,
    /// A week of this many minutes or more at a company warns.
    pub week_warns_from: Minutes,
    /// Coach visits needed before a placement is completed.
    #[schema(maximum = 255)]
    pub coach_visits: u8,
    /// Minutes of active supervision a day that a stage agreement must give.
    pub supervision_minutes: Minutes,
    /// A concern report is acknowledged within so many working days.
    #[schema(maximum = 255)]
    pub concern_working_days: u8,
}

/// The time that a young person may work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoursCap {
    /// The maximum per day, in minutes.
    pub day: Minutes,
    /// The maximum per week, in minutes.
    pub week: Minutes,
}

impl Policy {
    /// The values shipped with the hub. **Invariant:** no rate.
    #[must_use]
    pub const fn shipped() -> Self {
        Self {
            group_max: 10,
            group_min: 8,
            safety_term_months: 12,
            forfait_share: BasisPoints(2500),
            supervisor_rate: None,
            target_share: BasisPoints(1000),
            sample_share: BasisPoints(500),
            grade_difference_tenths: 10,
            code_seconds: 15,
            code_valid_seconds: 30,
            hours_under_16: HoursCap { day: Minutes::hours(7), week: Minutes::hours(35) },
            hours_under_18: HoursCap { day: Minutes::hours(9), week: Minutes::hours(45) },
            week_warns_from: Minutes::hours(40),
            coach_visits: 3,
            supervision_minutes: Minutes(60),
            concern_working_days: 1,
        }
    }
}
