//! What one auditor may look at, why, and for how long (opdracht). One stream per auditor: one mandate at a time.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, MandateId, Reason, Service};

/// The mandate under which something was done: the auditor's stream, and the number of the mandate in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Under {
    /// The stream of the auditor's mandates.
    pub mandate: MandateId,
    /// Their first, second … one.
    pub number: u32,
}

/// What happened to an auditor's mandate. Another one may be opened after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// An auditor was given a mandate (mandaat geopend).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.mandate-opened.v1", rename_all = "camelCase")]
    Opened {
        auditor: ActorId,
        /// Their first, second … one.
        number: u32,
        /// The assignment of the auditor (opdracht).
        assignment: Reason,
        /// The first day on which the mandate is valid.
        from: NaiveDate,
        /// The last day on which the mandate is valid.
        until: NaiveDate,
        /// The logs that the mandate covers; at least one.
        logs: Vec<Service>,
        /// Whether names may be revealed, each with a reason.
        names: bool,
        given_by: ActorId,
    },

    /// It was ended before its last day (mandaat beëindigd).
    #[serde(rename = "nl.sterktechniekonderwijs.audit.mandate-ended.v1", rename_all = "camelCase")]
    Ended {
        number: u32,
        reason: Reason,
        /// The day on which it ended.
        occurred_on: NaiveDate,
    },
}
