//! What may be asked of a pupil's day, and why not.

use chrono::{DateTime, NaiveDate, Utc};
use vocabulary::{Minutes, PersonId, SessionId};

/// What may be asked of a pupil's day.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A session takes a part of the day (bezetten).
    BookDay {
        /// Whose day.
        pupil: PersonId,
        /// Which day.
        date: NaiveDate,
        /// Which session.
        session: SessionId,
        /// From when.
        starts_at: DateTime<Utc>,
        /// Until when.
        ends_at: DateTime<Utc>,
        /// The most the day may be booked for at the pupil's age (L4, L5); none for adults.
        cap: Option<Minutes>,
    },
    /// The session lets the pupil go (vrijgeven).
    FreeDay {
        /// Which session.
        session: SessionId,
    },
    /// The pupil comes in (binnenkomen).
    Enter {
        /// At which session.
        session: SessionId,
    },
    /// The pupil was there and left, as is noted afterwards (geweest zijn).
    NoteVisit {
        /// Which session.
        session: SessionId,
    },
    /// The pupil leaves (vertrekken).
    Leave {
        /// Which session.
        session: SessionId,
    },
}

/// Why a pupil's day says no.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The pupil is somewhere else then.
    #[error("The pupil is at another session at that time.")]
    Elsewhere,
    /// The day would be too long.
    #[error("The pupil's day would be {minutes} minutes; at this age it is {cap} at most.", minutes = .minutes.0, cap = .cap.0)]
    TooLong {
        /// What it would be.
        minutes: Minutes,
        /// What it may be.
        cap: Minutes,
    },
    /// The pupil came in already.
    #[error("The pupil was at this session: it cannot be taken from the day.")]
    WasThere,
    /// The pupil is still in at another session.
    #[error("The pupil is still checked in at another session: check out there first.")]
    StillElsewhere,
    /// The day was not booked for that session.
    #[error("The pupil is not expected at this session.")]
    NotBooked,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::Elsewhere => "De leerling is op dat moment bij een andere bijeenkomst.".into(),
            Self::TooLong { minutes, cap } => format!(
                "De dag van de leerling zou {} minuten duren; op deze leeftijd is dat hoogstens {}.",
                minutes.0, cap.0
            ),
            Self::WasThere => "De leerling was bij deze bijeenkomst: zij kan niet uit de dag worden gehaald.".into(),
            Self::StillElsewhere => {
                "De leerling is nog aangemeld bij een andere bijeenkomst: meld daar eerst af.".into()
            }
            Self::NotBooked => "De leerling wordt niet verwacht bij deze bijeenkomst.".into(),
        }
    }
}
