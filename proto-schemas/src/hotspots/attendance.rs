//! An attendance day: one pupil at one session. Stream `attendance-day/<AttendanceDayId>`.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{
    ActorId, AttendanceDayId, BranchCode, ClaimId, CompanyId, HotspotId, Minutes, PersonId, Reason, SessionId,
};

/// The id of a pupil's attendance at a session.
#[must_use]
pub fn id_of(session: SessionId, pupil: PersonId) -> AttendanceDayId {
    AttendanceDayId::derived(&[&session.to_string(), &pupil.to_string()])
}

/// How a presence came to be recorded (R225, R226).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AttendanceMethod)]
pub enum Method {
    /// The pupil scanned the code shown at the company.
    Code,
    /// Someone entered it on a list.
    List,
    /// The company stated it when it confirmed.
    Confirmation,
}

/// What happens to an attendance day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// The pupil came in (aangemeld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-checked-in.v1", rename_all = "camelCase")]
    CheckedIn {
        pupil: PersonId,
        session: SessionId,
        hotspot: HotspotId,
        company: CompanyId,
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The date of the session, in Amsterdam.
        date: NaiveDate,
        /// The moment the pupil came in, in UTC.
        at: DateTime<Utc>,
        /// How the presence was recorded.
        method: Method,
        /// The actor who entered it.
        by: ActorId,
    },
    /// The pupil left (afgemeld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-checked-out.v1", rename_all = "camelCase")]
    CheckedOut {
        /// The moment the pupil left, in UTC.
        at: DateTime<Utc>,
        /// The whole minutes between coming in and leaving, not yet cut to the session.
        minutes: Minutes,
        /// The actor who entered it.
        by: ActorId,
    },
    /// The pupil will not come, or did not (afwezig gemeld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-absence-reported.v1", rename_all = "camelCase")]
    AbsenceReported {
        pupil: PersonId,
        session: SessionId,
        hotspot: HotspotId,
        company: CompanyId,
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The date of the session, in Amsterdam.
        date: NaiveDate,
        /// It was reported after the day itself.
        late: bool,
    },
    /// The pupil is there again (hersteld gemeld).
    #[serde(
        rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-resumption-reported.v1",
        rename_all = "camelCase"
    )]
    ResumptionReported {
        /// The first day on which the pupil is present again.
        occurred_on: NaiveDate,
        /// It was reported after that day.
        late: bool,
    },
    /// The company confirmed the pupil's minutes (bevestigd). Only these count for money.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-confirmed.v1", rename_all = "camelCase")]
    Confirmed {
        pupil: PersonId,
        session: SessionId,
        hotspot: HotspotId,
        company: CompanyId,
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The date of the session, in Amsterdam.
        date: NaiveDate,
        /// The minutes that count: never more than the session.
        minutes: Minutes,
        /// The actor who confirmed the minutes.
        by: ActorId,
    },
    /// A second person put the minutes right (gecorrigeerd).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-corrected.v1", rename_all = "camelCase")]
    Corrected {
        pupil: PersonId,
        session: SessionId,
        hotspot: HotspotId,
        company: CompanyId,
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The date of the session, in Amsterdam.
        date: NaiveDate,
        /// The minutes that count from now on: never more than the session.
        minutes: Minutes,
        /// The minutes that counted until now.
        replaced: Minutes,
        /// The reason for the correction, without names of people.
        reason: Reason,
        /// The actor who corrected: neither the one who confirmed nor the one who entered it.
        by: ActorId,
    },
    /// It was counted in a claim (vastgelegd in een staat): no correction any more.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-locked.v1", rename_all = "camelCase")]
    Locked {
        /// The claim that counts this day.
        claim: ClaimId,
    },
}
