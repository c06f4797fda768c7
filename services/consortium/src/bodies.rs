//! Bodies that the operations of several things share.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;
use utoipa::ToSchema;
use vocabulary::Reason;

/// The day on which a fact happened.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FactDate {
    /// The date of the fact; today when absent (datum).
    pub(crate) occurred_on: Option<NaiveDate>,
}

/// The reason of a fact, and the day on which it happened.
#[derive(Clone, Debug, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReasonAndDate {
    /// The reason; never a person's name (reden).
    pub(crate) reason: Reason,
    /// The date of the fact; today when absent (datum).
    pub(crate) occurred_on: Option<NaiveDate>,
}
