//! What may be asked of a pupil's week, and why not.

use chrono::NaiveDate;
use vocabulary::{Minutes, PersonId, SessionId};

/// What may be asked of a pupil's week.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A session takes hours of the week (bezetten).
    BookWeek {
        /// Whose week.
        pupil: PersonId,
        /// Its first day.
        monday: NaiveDate,
        /// Which session.
        session: SessionId,
        /// How long it is.
        minutes: Minutes,
        /// The most the week may be booked for at the pupil's age (L4, L5); none for adults.
        cap: Option<Minutes>,
    },
    /// The session lets the pupil go (vrijgeven).
    FreeWeek {
        /// Which session.
        session: SessionId,
    },
}

/// Why a pupil's week says no.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The week would be too long.
    #[error("The pupil's week would be {minutes} minutes; at this age it is {cap} at most.", minutes = .minutes.0, cap = .cap.0)]
    TooLong {
        /// What it would be.
        minutes: Minutes,
        /// What it may be.
        cap: Minutes,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::TooLong { minutes, cap } => format!(
                "De week van de leerling zou {} minuten tellen; op deze leeftijd is dat hoogstens {}.",
                minutes.0, cap.0
            ),
        }
    }
}
