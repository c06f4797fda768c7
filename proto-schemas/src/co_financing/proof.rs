//! A paper proves one contribution and no other (bewijsstuk); its id is the hash of its content.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{ContributionId, SchemeCode};

/// What happened to a paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// It proves this contribution from now on (bewijsstuk gebruikt).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.proof-used.v1", rename_all = "camelCase")]
    Used {
        /// The contribution that the paper proves.
        contribution: ContributionId,
        /// The scheme of that contribution.
        scheme: SchemeCode,
    },

    /// Its contribution was rejected or taken back, it may prove another (bewijsstuk vrijgegeven).
    #[serde(rename = "nl.sterktechniekonderwijs.co-financing.proof-released.v1", rename_all = "camelCase")]
    Released {
        /// The contribution that the paper proved until now.
        contribution: ContributionId,
    },
}
