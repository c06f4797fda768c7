//! What may be asked of holds, and why not.

use chrono::NaiveDate;
use proto_schemas::consortium::retention_hold::Covers;
use vocabulary::{HoldId, Reason};

/// What may be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// Nobody whom it covers is forgotten while it lasts; until its last day, or until it is lifted.
    Place { hold: HoldId, covers: Covers, reason: Reason, until: Option<NaiveDate> },
    /// It holds nobody any more.
    Lift { hold: HoldId, reason: Reason },
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    #[error("The last day of a hold is today or later.")]
    OverAlready,
    #[error("Another hold bears this id: lift it, and place one under another id.")]
    AnotherHold,
    #[error("There is no such hold.")]
    NoSuchHold,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::OverAlready => "De laatste dag van een opschorting is vandaag of later.",
            Self::AnotherHold => "Een andere opschorting heeft dit kenmerk: hef die op en kies een ander kenmerk.",
            Self::NoSuchHold => "Deze opschorting bestaat niet.",
        }
        .to_owned()
    }
}
