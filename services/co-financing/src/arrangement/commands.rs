//! What may be asked of an arrangement, and why not.

use chrono::NaiveDate;
use proto_schemas::co_financing::contribution_day::Method;
use vocabulary::{CompanyId, SchemeCode};

/// Count the company's days this way from a date on.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreeMethod {
    /// Which company.
    pub company: CompanyId,
    /// Under which scheme.
    pub scheme: SchemeCode,
    pub method: Method,
    /// The first day it holds for.
    pub from: NaiveDate,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Forwards only.
    #[error("a method is valid from today at the earliest, and {from} is past")]
    Backwards {
        /// The date given.
        from: NaiveDate,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        let Self::Backwards { from } = self;
        format!("een methode geldt op zijn vroegst vanaf vandaag, {from} is voorbij")
    }
}
