//! What may be asked of an occasion, and why not.

use chrono::NaiveDate;
use vocabulary::{CompanyId, SchemeCode, SessionId};

/// Count it under this scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    /// Which company.
    pub company: CompanyId,
    /// At which session.
    pub session: SessionId,
    /// On which date.
    pub date: NaiveDate,
    /// Under which scheme.
    pub scheme: SchemeCode,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// No line in two schemes.
    #[error("this company's part in this session counts under the scheme {scheme}; nothing counts under two")]
    OtherScheme {
        /// The one it has.
        scheme: SchemeCode,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        let Self::OtherScheme { scheme } = self;
        format!(
            "het aandeel van dit bedrijf in deze bijeenkomst telt onder de regeling {scheme}; niets telt onder twee"
        )
    }
}
