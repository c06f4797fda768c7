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
        /// Who.
        pupil: PersonId,
        /// At which session.
        session: SessionId,
        /// At which hotspot.
        hotspot: HotspotId,
        /// At which company.
        company: CompanyId,
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The day, in Amsterdam.
        date: NaiveDate,
        /// When.
        at: DateTime<Utc>,
        /// How it was recorded.
        method: Method,
        /// Who entered it.
        by: ActorId,
    },
    /// The pupil left (afgemeld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-checked-out.v1", rename_all = "camelCase")]
    CheckedOut {
        /// When.
        at: DateTime<Utc>,
        /// Between coming in and leaving, whole minutes, not yet cut to the session.
        minutes: Minutes,
        /// Who entered it.
        by: ActorId,
    },
    /// The pupil will not come, or did not (afwezig gemeld).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-absence-reported.v1", rename_all = "camelCase")]
    AbsenceReported {
        /// Who.
        pupil: PersonId,
        /// At which session.
        session: SessionId,
        /// At which hotspot.
        hotspot: HotspotId,
        /// At which company.
        company: CompanyId,
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The day, in Amsterdam.
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
        /// From which day on.
        occurred_on: NaiveDate,
        /// It was reported after that day.
        late: bool,
    },
    /// The company confirmed the pupil's minutes (bevestigd). Only these count for money.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-confirmed.v1", rename_all = "camelCase")]
    Confirmed {
        /// Who.
        pupil: PersonId,
        /// At which session.
        session: SessionId,
        /// At which hotspot.
        hotspot: HotspotId,
        /// At which company.
        company: CompanyId,
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The day, in Amsterdam.
        date: NaiveDate,
        /// What counts: never more than the session.
        minutes: Minutes,
        /// Who confirmed.
        by: ActorId,
    },
    /// A second person put the minutes right (gecorrigeerd).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-corrected.v1", rename_all = "camelCase")]
    Corrected {
        /// Who.
        pupil: PersonId,
        /// At which session.
        session: SessionId,
        /// At which hotspot.
        hotspot: HotspotId,
        /// At which company.
        company: CompanyId,
        /// The school that answers for the pupil.
        school: BranchCode,
        /// The day, in Amsterdam.
        date: NaiveDate,
        /// What counts from now on: never more than the session.
        minutes: Minutes,
        /// What counted before.
        replaced: Minutes,
        /// Why.
        reason: Reason,
        /// Who corrected: neither who confirmed nor who entered it.
        by: ActorId,
    },
    /// It was counted in a claim (vastgelegd in een staat): no correction any more.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.attendance-day-locked.v1", rename_all = "camelCase")]
    Locked {
        /// In which claim.
        claim: ClaimId,
    },
}
