//! What one auditor may look at, why, and for how long (opdracht). One stream per auditor: one mandate at a time.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ActorId, MandateId, Reason};

/// The log of one service in the region (logboek).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = MandateLog)]
pub enum Log {
    /// Who takes part.
    Consortium,
    /// Where learning happens.
    Hotspots,
    /// What was agreed.
    Agreements,
    /// What was learned.
    Assessments,
    /// What companies put in.
    CoFinancing,
    /// What auditors did.
    Audit,
}

impl Log {
    /// Every log of a region.
    pub const ALL: [Self; 6] =
        [Self::Consortium, Self::Hotspots, Self::Agreements, Self::Assessments, Self::CoFinancing, Self::Audit];

    /// The service that writes it, such as `co-financing`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consortium => "consortium",
            Self::Hotspots => "hotspots",
            Self::Agreements => "agreements",
            Self::Assessments => "assessments",
            Self::CoFinancing => "co-financing",
            Self::Audit => "audit",
        }
    }
}

/// Under which mandate something was done: the auditor's stream, and which of their mandates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Under {
    /// The auditor's mandates.
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
        /// What for (opdracht).
        assignment: Reason,
        /// First day it holds.
        from: NaiveDate,
        /// Last day it holds.
        until: NaiveDate,
        /// Which logs it covers; at least one.
        logs: Vec<Log>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_reads_as_the_service_that_writes_it() {
        for log in Log::ALL {
            assert_eq!(serde_json::to_value(log).unwrap(), log.as_str());
        }
    }
}
