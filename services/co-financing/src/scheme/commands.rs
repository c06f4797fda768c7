//! What may be asked of a scheme, and why not.

use proto_schemas::co_financing::scheme::Terms;
use vocabulary::{ClaimId, Label};

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Register it, or its terms anew.
    Register {
        /// Its name.
        name: Label,
        /// Where its terms can be read.
        source: Label,
        /// Its terms.
        terms: Terms,
    },
    /// A claim is being fixed that saw so many fixed ones.
    FixClaim {
        /// Which claim.
        claim: ClaimId,
        /// Its year.
        year: u16,
        /// How many fixed claims its lines were found beside.
        seen: usize,
    },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Two at once would claim the same lines.
    #[error("another claim under this scheme is being fixed; try again")]
    AnotherFixed,
    /// Forwards only.
    #[error("the claim of {year} is fixed already")]
    LaterFixed {
        /// The year that is fixed.
        year: u16,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::AnotherFixed => {
                "een andere staat onder deze regeling wordt net vastgesteld; vraag het opnieuw".into()
            }
            Self::LaterFixed { year } => format!("de staat van {year} is al vastgesteld"),
        }
    }
}
