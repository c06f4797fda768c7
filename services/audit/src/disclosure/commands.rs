//! What may be asked of a disclosure, and why not.

use crate::look::commands::Known;
use chrono::NaiveDate;
use vocabulary::{PersonId, Reason};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Let whoever asks read what is held about a person, for that person.
    OpenAccess {
        /// About whom; whoever asks looked that they are known.
        person: PersonId,
        /// Why.
        reason: Reason,
    },
    /// Open the names of everybody in an export.
    ExportNames {
        /// The first date of the export.
        from: Option<NaiveDate>,
        /// The last date of the export.
        to: Option<NaiveDate>,
        /// Why.
        reason: Reason,
        /// The mandate of the auditor who gets them.
        known: Known,
    },
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("Names are given out under a mandate, and this one does not hold today.")]
    NoMandate,
    #[error("This mandate does not allow that names are given out.")]
    NamesNotCovered,
    #[error("Something was given out under this id.")]
    AlreadyGivenOut,
}

impl decider::Refusal for Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoMandate => "no-mandate",
            Self::NamesNotCovered => "names-not-covered",
            Self::AlreadyGivenOut => "already-given-out",
        }
    }

    fn in_dutch(&self) -> String {
        match self {
            Self::NoMandate => "Namen worden onder een mandaat verstrekt, en dit mandaat geldt vandaag niet.",
            Self::NamesNotCovered => "Dit mandaat staat niet toe dat namen worden verstrekt.",
            Self::AlreadyGivenOut => "Onder dit id is al iets verstrekt.",
        }
        .to_owned()
    }
}
