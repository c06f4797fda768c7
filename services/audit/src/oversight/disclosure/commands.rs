//! What may be asked of a disclosure, and why not.

use crate::oversight::look::commands::Known;
use chrono::NaiveDate;
use proto_schemas::audit::disclosure::Form;
use std::collections::BTreeMap;
use vocabulary::{DocumentHash, MandateId, PersonId, Reason, Service};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Let whoever asks read what is held about a person, for that person.
    OpenAccess {
        /// About whom; whoever asks looked that they are known.
        person: PersonId,
        reason: Reason,
    },
    /// Open the names of everybody in an export.
    ExportNames {
        /// The first date of the export.
        from: Option<NaiveDate>,
        /// The last date of the export.
        to: Option<NaiveDate>,
        reason: Reason,
        /// The logs in the export.
        logs: Vec<Service>,
        /// The mandate of the auditor who gets them.
        known: Known,
    },
    /// Take logs out of the hub.
    ExportLogs {
        /// As what.
        form: Form,
        /// The first date of the export.
        from: Option<NaiveDate>,
        /// The last date of the export.
        to: Option<NaiveDate>,
        /// By service, the last position that it may reach.
        ends: BTreeMap<String, i64>,
        /// The mandate under which names are asked for beside it.
        mandate: Option<MandateId>,
    },
    /// The files are there.
    WriteExport {
        /// SHA-256 of each.
        digests: BTreeMap<String, DocumentHash>,
    },
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("Names are given out under a mandate, and this one does not hold today.")]
    NoMandate,
    #[error("This mandate does not allow names to be given out.")]
    NamesNotCovered,
    #[error("This mandate does not cover the log of {}, which is in the export.", log.as_str())]
    NotCovered { log: Service },
    #[error("This id belongs to another disclosure.")]
    AlreadyGivenOut,
    #[error("No export was begun under this id.")]
    NotBegun,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        let told = match self {
            Self::NoMandate => "Namen worden onder een mandaat verstrekt, en dit mandaat geldt vandaag niet.",
            Self::NamesNotCovered => "Dit mandaat staat niet toe dat namen worden verstrekt.",
            Self::NotCovered { log } => {
                return format!("Dit mandaat gaat niet over het logboek van {}, dat in de export zit.", log.as_str());
            }
            Self::AlreadyGivenOut => "Onder dit id is al iets verstrekt.",
            Self::NotBegun => "Onder dit id is geen export begonnen.",
        };
        told.to_owned()
    }
}
