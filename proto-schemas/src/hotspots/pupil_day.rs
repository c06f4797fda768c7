//! The day of one pupil, across hotspots: nobody is in two places at once. Stream `pupil-day/<PupilDayId>`.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{PersonId, PupilDayId, SessionId};

/// The id of a pupil's day.
#[must_use]
pub fn id_of(pupil: PersonId, date: NaiveDate) -> PupilDayId {
    PupilDayId::derived(&[&pupil.to_string(), &date.to_string()])
}

/// What happens to a pupil's day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A part of the day was taken by a session (dagdeel bezet).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-day-booked.v1", rename_all = "camelCase")]
    Booked {
        /// Whose day.
        pupil: PersonId,
        /// Which day, in Amsterdam.
        date: NaiveDate,
        /// By which session.
        session: SessionId,
        /// From when.
        starts_at: DateTime<Utc>,
        /// Until when.
        ends_at: DateTime<Utc>,
    },
    /// The session lets the pupil go again (dagdeel vrijgegeven).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-day-freed.v1", rename_all = "camelCase")]
    Freed {
        /// Which session.
        session: SessionId,
    },
    /// The pupil came in at a session (binnengekomen): one open check-in at a time.
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-day-entered.v1", rename_all = "camelCase")]
    Entered {
        /// Which session.
        session: SessionId,
    },
    /// The pupil left it (vertrokken).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-day-left.v1", rename_all = "camelCase")]
    Left {
        /// Which session.
        session: SessionId,
    },
}
