//! What may be asked of an attendance day, and why not.

use crate::session::Visit;
use chrono::{DateTime, NaiveDate, Utc};
use proto_schemas::hotspots::attendance::Method;
use vocabulary::{ClaimId, Minutes, Reason};

/// What may be asked of an attendance day.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The pupil is there (aanmelden).
    CheckIn {
        /// Who and where.
        visit: Visit,
        /// Since when.
        at: DateTime<Utc>,
        /// How that is known.
        method: Method,
    },
    /// The pupil leaves (afmelden).
    CheckOut { at: DateTime<Utc> },
    /// The pupil is not there (afwezig melden).
    ReportAbsence {
        /// Who and where.
        visit: Visit,
    },
    /// The pupil is there again (hersteld melden).
    ReportResumption {
        /// From which day on.
        occurred_on: NaiveDate,
    },
    /// The company says how long the pupil was there (bevestigen).
    Confirm {
        /// Who and where.
        visit: Visit,
        /// How long; without it, from coming in until leaving, or until the session's end when nobody noted the
        /// leaving.
        minutes: Option<Minutes>,
    },
    /// A second person puts the minutes right (corrigeren).
    Correct {
        /// Who and where.
        visit: Visit,
        /// How long.
        minutes: Minutes,
        reason: Reason,
    },
    /// The day was claimed (vastzetten).
    Lock {
        /// In which claim.
        claim: ClaimId,
    },
}

/// Why an attendance day says no.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The moment is yet to come.
    #[error("That moment is in the future.")]
    InTheFuture,
    /// The moment is on another day than the session.
    #[error("The session is on another day.")]
    AnotherDay,
    /// The session was over by then.
    #[error("The session was over by then.")]
    Over,
    /// The pupil left already.
    #[error("The pupil has checked out already.")]
    AlreadyLeft,
    /// The pupil did not come in.
    #[error("The pupil has not checked in.")]
    NotCheckedIn,
    /// Leaving before coming in.
    #[error("The pupil checks out after checking in.")]
    BeforeCheckIn,
    /// The pupil came in, so is not absent.
    #[error("The pupil has checked in, so is not absent.")]
    WasThere,
    /// The pupil was reported absent.
    #[error("The pupil was reported absent.")]
    Absent,
    /// The pupil is still there.
    #[error("The pupil is still present: confirm after check-out or after the end of the session.")]
    StillThere,
    /// More minutes than the session has.
    #[error("The session lasts {max} minutes: no more than that counts.", max = .max.0)]
    MoreThanSession {
        /// The most.
        max: Minutes,
    },
    /// Other minutes were confirmed before.
    #[error("{minutes} minutes were confirmed already: a second person may correct them.", minutes = .minutes.0)]
    AlreadyConfirmed {
        /// What was confirmed.
        minutes: Minutes,
    },
    /// Nothing to correct or lock.
    #[error("Nothing was confirmed yet.")]
    NotConfirmed,
    /// The same person again.
    #[error("Someone else must correct this: you entered or confirmed it.")]
    SamePerson,
    /// It was claimed.
    #[error("This day was claimed and stays as it is.")]
    Locked,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::InTheFuture => "Dat moment moet nog komen.".into(),
            Self::AnotherDay => "De bijeenkomst is op een andere dag.".into(),
            Self::Over => "De bijeenkomst was toen al afgelopen.".into(),
            Self::AlreadyLeft => "De leerling is al afgemeld.".into(),
            Self::NotCheckedIn => "De leerling is niet aangemeld.".into(),
            Self::BeforeCheckIn => "De leerling meldt zich af nadat hij is aangemeld.".into(),
            Self::WasThere => "De leerling is aangemeld en dus niet afwezig.".into(),
            Self::Absent => "De leerling is afwezig gemeld.".into(),
            Self::StillThere => {
                "De leerling is er nog: bevestig na de afmelding of na het einde van de bijeenkomst.".into()
            }
            Self::MoreThanSession { max } => format!("De bijeenkomst duurt {} minuten: meer telt niet.", max.0),
            Self::AlreadyConfirmed { minutes } => {
                format!("Er zijn al {} minuten bevestigd: een tweede persoon kan dat corrigeren.", minutes.0)
            }
            Self::NotConfirmed => "Er is nog niets bevestigd.".into(),
            Self::SamePerson => "Iemand anders moet dit corrigeren: u heeft het zelf ingevoerd of bevestigd.".into(),
            Self::Locked => "Deze dag is gedeclareerd en blijft zoals hij is.".into(),
        }
    }
}
