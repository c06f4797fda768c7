//! What may be asked of a run, and why not.

use chrono::NaiveDate;
use proto_schemas::consortium::{retention_run::Held, retention_schedule::Class};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// So many of a class are forgotten in the same append.
    Advance { schedule_version: u32, class: Class, people: u32, ended_until: NaiveDate },
    /// Whoever was due is forgotten, or held back.
    Finish { held: Vec<Held> },
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("This run is finished.")]
    Finished,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        "Deze ronde is voltooid.".to_owned()
    }
}
