//! How a company's hours are counted under one scheme unless a day says otherwise (afspraak).

use super::contribution_day::Method;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{ArrangementId, CompanyId, SchemeCode};

/// The id of the arrangement of a company under a scheme.
#[must_use]
pub fn id(company: CompanyId, scheme: &SchemeCode) -> ArrangementId {
    ArrangementId::derived(&[&company.to_string(), scheme.as_str()])
}

/// What happened to an arrangement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A method was agreed for days from a date on (methode afgesproken).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.arrangement-method-agreed.v1", rename_all = "camelCase")]
    MethodAgreed {
        /// The company whose days are counted.
        company: CompanyId,
        scheme: SchemeCode,
        /// How the company's days are counted.
        method: Method,
        /// The first day it holds for.
        from: NaiveDate,
    },
}
