//! The week of one pupil: how long they are at companies. Stream `pupil-week/<PupilWeekId>`.

use crate::category::Member;
use chrono::{Datelike, Days, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{Minutes, PersonId, PupilWeekId, SessionId};

/// The first day of the week of `date`.
#[must_use]
pub fn monday_of(date: NaiveDate) -> NaiveDate {
    date - Days::new(u64::from(date.weekday().num_days_from_monday()))
}

/// The id of a pupil's week, Monday to Sunday.
#[must_use]
pub fn id_of(pupil: PersonId, date: NaiveDate) -> PupilWeekId {
    PupilWeekId::derived(&[&pupil.to_string(), &monday_of(date).to_string()])
}

/// Events of which a timeline shows a member of a collection.
pub(super) const MEMBERS: &[Member] = &[
    Member::set("pupil-week-booked", "bookings", "/session"),
    Member::taken("pupil-week-freed", "bookings", "/session"),
];

/// What happens to a pupil's week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A session took hours of the week (uren bezet).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-week-booked.v1", rename_all = "camelCase")]
    Booked {
        pupil: PersonId,
        /// The Monday with which the week begins, in Amsterdam.
        monday: NaiveDate,
        /// The session that takes hours of the week.
        session: SessionId,
        /// The length of that session, in minutes.
        minutes: Minutes,
    },
    /// The session lets the pupil go again (uren vrijgegeven).
    #[serde(rename = "nl.sterktechniekonderwijs.hotspots.pupil-week-freed.v1", rename_all = "camelCase")]
    Freed { session: SessionId },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_from_monday_to_sunday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(monday_of(day("2026-09-07")), day("2026-09-07"));
        assert_eq!(monday_of(day("2026-09-13")), day("2026-09-07"));
        assert_eq!(monday_of(day("2026-09-14")), day("2026-09-14"));
    }
}
