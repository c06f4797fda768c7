//! One read model of a region as numbers.

use crate::table_digest::TableDigest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One read model as numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Digested {
    /// In whose database.
    pub service: String,
    /// Its name.
    pub name: String,
    /// The version of its tables and fold: another one makes another digest.
    pub version: i32,
    /// Up to where each log was replayed.
    pub positions: BTreeMap<String, i64>,
    /// Its tables.
    pub tables: Vec<TableDigest>,
}
