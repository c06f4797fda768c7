//! One pair of catalogue files and what reading them changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vocabulary::{DocumentHash, ElectiveId};

/// What can happen to an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// Both files were read whole, and the catalogue follows them (catalogus ingelezen).
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.catalogue-import-completed.v1", rename_all = "camelCase")]
    Completed {
        /// SHA-256 of the file with electives, in hexadecimal.
        electives_hash: DocumentHash,
        /// SHA-256 of the file with deeltaken, in hexadecimal.
        deeltaken_hash: DocumentHash,
        /// How many electives and profile modules the file holds.
        electives: u32,
        /// How many deeltaken they have together.
        deeltaken: u32,
        /// The number of electives that were not in the catalogue yet.
        added: u32,
        /// The electives of the catalogue that the files describe differently.
        changed: Vec<ElectiveId>,
    },
}
