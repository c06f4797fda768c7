//! The day of one pupil, across hotspots: nobody is in two places at once. Stream `pupil-day/<PupilDayId>`.

use crate::category::Member;
use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{PersonId, PupilDayId, SessionId};

/// The id of a pupil's day.
#[must_use]
pub fn id_of(pupil: PersonId, date: NaiveDate) -> PupilDayId {
    PupilDayId::derived(&[&pupil.to_string(), &date.to_string()])
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("pupil-day-booked", "bookings", "/session"),
    Member::taken("pupil-day-freed", "bookings", "/session"),
    Member::set("pupil-day-entered", "present", "/session"),
    Member::taken("pupil-day-left", "present", "/session"),
];

/// What happens to a pupil's day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A part of the day was taken by a session (dagdeel bezet).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-day-booked.v1", rename_all = "camelCase")]
    Booked {
        pupil: PersonId,
        /// The date of the day, in Amsterdam.
        date: NaiveDate,
        /// The session that takes this part of the day.
        session: SessionId,
        /// The start of that session, in UTC.
        starts_at: DateTime<Utc>,
        /// The end of that session, in UTC.
        ends_at: DateTime<Utc>,
    },
    /// The session lets the pupil go again (dagdeel vrijgegeven).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-day-freed.v1", rename_all = "camelCase")]
    Freed { session: SessionId },
    /// The pupil came in at a session (binnengekomen): one open check-in at a time.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-day-entered.v1", rename_all = "camelCase")]
    Entered { session: SessionId },
    /// The pupil left it (vertrokken).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-day-left.v1", rename_all = "camelCase")]
    Left { session: SessionId },
}
