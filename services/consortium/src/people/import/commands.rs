//! What may be asked of an import, and why not.

use proto_schemas::consortium::import::Kind;
use vocabulary::BranchCode;

/// What may be asked. Only the service itself asks: a client sends a file.
#[derive(Clone, Debug)]
pub enum Command {
    /// A file without errors came in.
    Start { kind: Kind, total: u32, schools: Vec<BranchCode> },
    /// So many rows are prepared.
    Advance { done: u32 },
    /// All rows are written, in the same append.
    Finish { registered: u32, changed: u32, unchanged: u32 },
    /// Nothing is written, because of this.
    Fail { code: String },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("The import has not started.")]
    NotStarted,
    #[error("The import is over.")]
    Over,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::NotStarted => "De import is nog niet begonnen.".into(),
            Self::Over => "De import is al klaar.".into(),
        }
    }
}
