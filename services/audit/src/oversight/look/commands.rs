//! What may be asked of a look, and why not.

use crate::oversight::mandate::Mandate;
use std::collections::BTreeMap;
use vocabulary::{MandateId, PersonId, Reason, Service};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Keep that somebody is shown something.
    Look {
        /// The operation's id.
        operation: String,
        /// Which service answers.
        service: String,
        /// What was asked, without names.
        about: BTreeMap<String, String>,
        /// The logs that the answer is made of.
        reads: Vec<Service>,
        /// What the hub knows.
        known: Known,
    },
    /// Keep that a name is revealed.
    Reveal {
        person: PersonId,
        reason: Reason,
        /// What the hub knows.
        known: Known,
    },
}

/// What the hub knows of who looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The id of their mandates.
    pub id: MandateId,
    /// Their mandates.
    pub mandate: Mandate,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error(
        "An auditor looks under a mandate, and none of yours holds today. The programme leader or controller opens one."
    )]
    NoMandate,
    #[error("Your mandate does not cover the log of {}.", log.as_str())]
    NotCovered { log: Service },
    #[error("Your mandate does not allow names to be revealed.")]
    NamesNotCovered,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::NoMandate => {
                "Een auditor kijkt onder een mandaat, en geen van de uwe geldt vandaag. De programmaleider of controller opent er een."
                    .to_owned()
            }
            Self::NotCovered { log } => format!("Uw mandaat gaat niet over het logboek van {}.", log.as_str()),
            Self::NamesNotCovered => "Uw mandaat staat niet toe dat namen worden onthuld.".to_owned(),
        }
    }
}
