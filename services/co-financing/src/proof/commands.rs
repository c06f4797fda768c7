//! What may be asked of a proof, and why not.

use vocabulary::{ContributionId, SchemeCode};

/// What may be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Let it prove this contribution.
    Use {
        /// Which contribution.
        contribution: ContributionId,
        /// Under which scheme.
        scheme: SchemeCode,
    },
    /// Its contribution ended.
    Release {
        /// Which contribution.
        contribution: ContributionId,
    },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nothing is funded twice. To a company it is not told whose contribution it is: perhaps another company's.
    #[error("this paper already proves {}", .by.as_ref().map_or("another contribution".to_owned(), |(contribution, scheme)| format!("the contribution {contribution} under the scheme {scheme}")))]
    InUse {
        /// Which contribution, under which scheme.
        by: Option<(ContributionId, SchemeCode)>,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        let Self::InUse { by } = self;
        by.as_ref().map_or("dit bewijsstuk hoort al bij een andere bijdrage".to_owned(), |(contribution, scheme)| {
            format!("dit bewijsstuk hoort al bij bijdrage {contribution} onder de regeling {scheme}")
        })
    }
}
