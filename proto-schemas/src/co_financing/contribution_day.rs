//! What one company puts in on one day of a session, under one scheme (bijdragedag).

use crate::category::Member;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use vocabulary::{
    ActorId, AttendanceDayId, BasisPoints, BranchCode, CompanyId, ContributionDayId, DocumentHash, Euros, HotspotId,
    Minutes, Reason, SchemeCode, SessionId,
};

/// The day that every event of a stream is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// The company that contributes.
    pub company: CompanyId,
    /// The hotspot where the session is.
    pub hotspot: HotspotId,
    /// The session that day.
    pub session: SessionId,
    /// The date in the Netherlands.
    pub date: NaiveDate,
    /// The scheme that the day counts under.
    pub scheme: SchemeCode,
}

impl Day {
    /// The id that company, session, date and scheme name together; the hotspot follows from the session.
    #[must_use]
    pub fn id(&self) -> ContributionDayId {
        ContributionDayId::derived(&[
            &self.company.to_string(),
            &self.session.to_string(),
            &self.date.to_string(),
            self.scheme.as_str(),
        ])
    }
}

/// How a day is counted; one way for the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Minutes of each pupil × share × rate (forfaitair).
    Forfait,
    /// Minutes of the supervisor × rate (werkelijk).
    Actual,
}

/// A confirmed attendance: what a cent leads back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attendance {
    /// The attendance day of the pupil.
    pub attendance_day: AttendanceDayId,
    /// The id of the event that confirmed or corrected it, in the log of hotspots.
    pub event: Uuid,
    /// The position of that event in the region's log of hotspots.
    pub position: i64,
    /// The minutes that the company confirmed.
    pub minutes: Minutes,
    /// The school that answers for the pupil there.
    pub school: BranchCode,
    /// The actor who confirmed or corrected the minutes.
    pub confirmed_by: ActorId,
}

/// The reason that a confirmed attendance has no line for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unaccrued {
    /// The region has no rate that is valid on this date: it accrues once there is one.
    NoRate,
    /// The day is counted by the supervisor's minutes.
    Actual,
    /// Its line was taken back by someone of the region.
    TakenBack,
    /// Nothing of it was confirmed: zero minutes.
    NoMinutes,
    /// More minutes than a day has were confirmed: nothing counts until that is corrected.
    OutOfRange,
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("contribution-day-attendance-noted", "attendances", "/attendance/attendanceDay"),
    Member::set("contribution-day-pupil-accrued", "lines", "/line"),
    Member::set("contribution-day-supervisor-accrued", "lines", "/line"),
    Member::set("contribution-day-reversed", "reversed", "/line"),
];

/// What happened to a contribution day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// How the day is counted was chosen (methode gekozen): forfait or actual, never both.
    #[serde(
        rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-method-chosen.v1",
        rename_all = "camelCase"
    )]
    MethodChosen {
        day: Day,
        /// How the day is counted from now on.
        method: Method,
    },

    /// A confirmed attendance became known that brings no line for now (aanwezigheid genoteerd).
    #[serde(
        rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-attendance-noted.v1",
        rename_all = "camelCase"
    )]
    AttendanceNoted {
        day: Day,
        /// The attendance as the company confirmed it.
        attendance: Attendance,
        /// The reason that it has no line.
        why: Unaccrued,
    },

    /// A pupil's confirmed minutes became money (forfait toegekend).
    #[serde(
        rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-pupil-accrued.v1",
        rename_all = "camelCase"
    )]
    PupilAccrued {
        day: Day,
        /// The number of the line in its day, from 1, never used again.
        line: u32,
        /// The attendance it rests on.
        attendance: Attendance,
        /// The part of a pupil's time that counts as supervision.
        share: BasisPoints,
        /// Euros an hour, as the region adopted it.
        rate: Euros,
        /// The version of the region's policy that share and rate are from.
        policy_version: u32,
        /// Minutes × share × rate, rounded once: half a cent or more away from zero.
        amount: Euros,
    },

    /// The supervisor's minutes became money (werkelijke uren toegekend).
    #[serde(
        rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-supervisor-accrued.v1",
        rename_all = "camelCase"
    )]
    SupervisorAccrued {
        day: Day,
        /// The number of the line in its day, from 1, never used again.
        line: u32,
        /// Time of the supervisor with the group.
        minutes: Minutes,
        /// Euros an hour, as the region adopted it.
        rate: Euros,
        /// The version of the region's policy that the rate is from.
        policy_version: u32,
        /// Minutes × rate, rounded once: half a cent or more away from zero.
        amount: Euros,
        /// The actor who entered the minutes.
        entered_by: ActorId,
        /// The confirmed attendances that show that there was a group.
        attendance_days: Vec<AttendanceDayId>,
    },

    /// A line was taken back (regel teruggedraaid).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-reversed.v1", rename_all = "camelCase")]
    Reversed {
        day: Day,
        /// The line that no longer lives.
        line: u32,
        /// The amount of the line with the other sign, so that adding up events is enough.
        amount: Euros,
        /// The attendance the line rested on, if it was a pupil's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attendance_day: Option<AttendanceDayId>,
        /// The correction in the log of hotspots that caused it; absent when a person asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        correction: Option<Uuid>,
        /// The reason for the reversal, without names of people.
        reason: Reason,
        /// The actor who asked for it, or who corrected the attendance.
        by: ActorId,
    },

    /// The company signed for the lines as they stood (ondertekend door het bedrijf).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-signed.v1", rename_all = "camelCase")]
    Signed {
        day: Day,
        /// The actor who signed for the company.
        by: ActorId,
        /// SHA-256 over the living lines, as in `figures`.
        digest: DocumentHash,
        /// The number of lines.
        lines: u32,
        /// The sum of the lines, in euro cents.
        total: Euros,
        /// Whether the pupils' shares count for more time than the longest attendance of the day:
        /// ten pupils of six hours at 25 % are fifteen hours beside one supervisor's six.
        group_effect: bool,
    },

    /// A line changed after the company had signed: its signature, and what rested on it, no longer stands
    /// (handtekening vervallen).
    #[serde(
        rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-signature-voided.v1",
        rename_all = "camelCase"
    )]
    SignatureVoided {
        day: Day,
        /// The digest that had been signed.
        digest: DocumentHash,
    },

    /// Another person of the region verified the signed lines (geverifieerd).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-verified.v1", rename_all = "camelCase")]
    Verified {
        day: Day,
        /// The actor who verified: none of those who confirmed, entered or signed.
        by: ActorId,
        /// The digest that was signed and verified.
        digest: DocumentHash,
        /// The sum of the lines, in euro cents.
        total: Euros,
    },

    /// The signed lines were not accepted as they stand (afgewezen).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.contribution-day-rejected.v1", rename_all = "camelCase")]
    Rejected {
        day: Day,
        /// The actor who rejected the lines.
        by: ActorId,
        /// The digest that had been signed.
        digest: DocumentHash,
        /// The reason for the rejection, without names of people.
        reason: Reason,
    },
}
