//! What may be asked of a policy, and why not.

use chrono::NaiveDate;
use proto_schemas::consortium::policy::Policy;

/// Adopt a policy, whole.
#[derive(Clone, Debug)]
pub struct Adopt {
    /// Facts from this date on fall under it.
    pub valid_from: NaiveDate,
    /// Every value.
    pub policy: Policy,
    /// When the programme starts, if a plan was adopted.
    pub programme_from: Option<NaiveDate>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("A policy works forward only: this one may be valid from {earliest} on.")]
    WorksBackward { earliest: NaiveDate },
    #[error("These settings make no sense: {setting}.")]
    Senseless { setting: &'static str },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::WorksBackward { earliest } => {
                format!("Beleid werkt alleen vooruit: dit mag gelden vanaf {earliest}.")
            }
            Self::Senseless { setting } => format!("Deze instellingen kloppen niet: {setting}."),
        }
    }
}
