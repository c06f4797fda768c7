//! One run of an import: how far it is, and what came of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::BranchCode;

/// What happened to an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A file without errors was taken in (import gestart).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.import-started.v1", rename_all = "camelCase")]
    Started {
        kind: Kind,
        total: u32,
        /// The schools that the rows are about.
        schools: Vec<BranchCode>,
    },

    /// So many rows are prepared; none is written yet (import gevorderd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.import-advanced.v1", rename_all = "camelCase")]
    Advanced { done: u32 },

    /// All rows were written, in the same append as this (import voltooid).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.import-finished.v1", rename_all = "camelCase")]
    Finished { registered: u32, changed: u32, unchanged: u32 },

    /// Nothing was written (import mislukt).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.import-failed.v1", rename_all = "camelCase")]
    Failed {
        /// A stable code in kebab-case, such as `vault-unavailable`.
        code: String,
    },
}

/// The kinds of people that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ImportKind)]
pub enum Kind {
    /// Secondary schools from the DUO file.
    Schools,
    /// Pupils from a school's administration.
    Pupils,
}
