//! What one company does at one session on one date counts under one scheme (gelegenheid).

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{CompanyId, OccasionId, SchemeCode, SessionId};

/// The id of the occasion that company, session and date name together.
#[must_use]
pub fn id(company: CompanyId, session: SessionId, date: NaiveDate) -> OccasionId {
    OccasionId::derived(&[&company.to_string(), &session.to_string(), &date.to_string()])
}

/// What happened to an occasion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// It counts under this scheme and under no other (regeling toegewezen).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.occasion-assigned.v1", rename_all = "camelCase")]
    Assigned {
        /// The company that contributes.
        company: CompanyId,
        /// The session that is counted.
        session: SessionId,
        /// The date of the session, in Amsterdam.
        date: NaiveDate,
        /// The only scheme that it counts under.
        scheme: SchemeCode,
    },
}
