//! What may be asked of a PTA, and why not.

use proto_schemas::assessments::pta::Item;
use vocabulary::{BranchCode, SchoolYear};

/// What may be asked of a PTA.
#[derive(Clone, Debug)]
pub enum Command {
    /// Let an elective count, or weigh it anew.
    RegisterItem {
        /// The school.
        school: BranchCode,
        /// The cohort.
        cohort: SchoolYear,
        /// The item.
        item: Item,
    },
    /// Fix it for good.
    Freeze {
        /// The school.
        school: BranchCode,
        /// The cohort.
        cohort: SchoolYear,
    },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// What pupils were promised stays.
    #[error("this PTA is frozen; a change goes into the PTA of the next cohort")]
    Frozen,
    /// There is nothing to freeze.
    #[error("a PTA without items cannot be frozen")]
    Empty,
    /// The weight means nothing.
    #[error("a weight is 1 to 100, not {weight}")]
    Weight {
        /// The weight.
        weight: u8,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::Frozen => "dit PTA is vastgesteld; een wijziging hoort in het PTA van het volgende cohort".into(),
            Self::Empty => "een PTA zonder onderdelen kan niet worden vastgesteld".into(),
            Self::Weight { weight } => format!("een weging is 1 tot en met 100, niet {weight}"),
        }
    }
}
