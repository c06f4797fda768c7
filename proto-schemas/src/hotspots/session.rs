//! A session: one visit of a group of pupils to a hotspot. Stream `session/<SessionId>`.

use crate::category::Member;
use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{BranchCode, CompanyId, HotspotId, Label, PersonId, Reason};

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("session-pupil-enrolled", "pupils", "/pupil"),
    Member::taken("session-pupil-withdrawn", "pupils", "/pupil"),
    Member::set("session-teacher-assigned", "teachers", "/teacher"),
];

/// What happens to a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A session was planned (bijeenkomst gepland).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.session-planned.v1", rename_all = "camelCase")]
    Planned {
        hotspot: HotspotId,
        company: CompanyId,
        /// The date of the session, in Amsterdam.
        date: NaiveDate,
        /// The start of the session, in UTC.
        starts_at: DateTime<Utc>,
        /// The end of the session, in UTC, on the same date.
        ends_at: DateTime<Utc>,
        /// The most pupils that may be enrolled (R121).
        max: u8,
        /// Fewer pupils than this need a reason at the start (R121).
        min: u8,
        /// Theory is taught at the company: a teacher or instructor must be assigned (R105).
        theory_at_company: bool,
        /// The activities of the pupils, by their names in the safety check.
        activities: Vec<Label>,
        /// The highest minimum age of those activities, in whole years on the day (R210).
        minimum_age: u8,
    },
    /// A pupil was enrolled (leerling ingeschreven).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.session-pupil-enrolled.v1", rename_all = "camelCase")]
    PupilEnrolled {
        pupil: PersonId,
        /// The school where the pupil is registered.
        home_school: BranchCode,
        /// The school that answers for the pupil here: the host school, if there is one.
        school: BranchCode,
    },
    /// A pupil was withdrawn (leerling uitgeschreven).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.session-pupil-withdrawn.v1", rename_all = "camelCase")]
    PupilWithdrawn { pupil: PersonId },
    /// A teacher or instructor of a school comes along (docent of instructeur toegewezen).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.session-teacher-assigned.v1", rename_all = "camelCase")]
    TeacherAssigned {
        /// The teacher who comes along.
        teacher: PersonId,
        /// The school of the teacher.
        school: BranchCode,
    },
    /// The session began (begonnen).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.session-started.v1", rename_all = "camelCase")]
    Started {
        /// The moment it began, in UTC.
        at: DateTime<Utc>,
        /// The number of pupils enrolled at that moment.
        enrolled: u8,
        /// The reason that it went on with fewer pupils than the minimum; absent when there were enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        small_group: Option<Reason>,
    },
    /// The session ended (afgerond).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.session-finished.v1", rename_all = "camelCase")]
    Finished {
        /// The moment it ended, in UTC.
        at: DateTime<Utc>,
        hotspot: HotspotId,
        company: CompanyId,
        /// The date of the session, in Amsterdam.
        date: NaiveDate,
    },
    /// It did not take place (geannuleerd).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.session-cancelled.v1", rename_all = "camelCase")]
    Cancelled {
        /// The reason for the cancellation, without names of people.
        reason: Reason,
        hotspot: HotspotId,
        company: CompanyId,
        /// The day it would have been, in Amsterdam.
        date: NaiveDate,
        /// The number of pupils enrolled: the measure of what the cancellation costs.
        enrolled: u8,
    },
}
