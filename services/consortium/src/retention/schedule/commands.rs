//! What may be asked of a retention schedule, and why not.

use chrono::NaiveDate;
use proto_schemas::consortium::retention_schedule::Term;

/// Adopt a schedule, whole.
#[derive(Clone, Debug)]
pub struct Adopt {
    /// The first day on which it decides.
    pub valid_from: NaiveDate,
    /// At most one a class; a class without one is kept.
    pub terms: Vec<Term>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("A retention schedule works forward only: this one may be valid from {earliest} on.")]
    WorksBackward { earliest: NaiveDate },
    #[error("A schedule has at least one term. To keep everybody, place a hold on the region.")]
    NoTerms,
    #[error("A class has one term.")]
    ClassTwice,
    #[error("A term is 1 to 600 months.")]
    NoSuchTerm,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::WorksBackward { earliest } => {
                format!("Een bewaarschema werkt alleen vooruit: dit mag gelden vanaf {earliest}.")
            }
            Self::NoTerms => {
                "Een schema heeft ten minste één termijn. Om iedereen te bewaren: stel een opschorting voor de regio in."
                    .to_owned()
            }
            Self::ClassTwice => "Een klasse heeft één termijn.".to_owned(),
            Self::NoSuchTerm => "Een termijn is 1 tot 600 maanden.".to_owned(),
        }
    }
}
