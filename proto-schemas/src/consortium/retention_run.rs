//! One run of the retention schedule: who was forgotten because their term was over, in numbers (bewaarronde).

use super::retention_schedule::Class;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happened in a run. A run that had nobody to forget leaves nothing, unless somebody asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// So many of a class were forgotten, in the same append as this (bewaarronde gevorderd).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.retention-run-advanced.v1", rename_all = "camelCase")]
    Advanced {
        schedule_version: u32,
        class: Class,
        /// The number of people whose term is over.
        people: u32,
        /// The last day of the term that ended last.
        ended_until: NaiveDate,
        occurred_on: NaiveDate,
    },

    /// Whoever was due is forgotten, or held back (bewaarronde voltooid).
    #[serde(rename = "nl.sterktechniekonderwijs.consortium.retention-run-finished.v1", rename_all = "camelCase")]
    Finished {
        /// How many people were forgotten in all.
        forgotten: u32,
        /// The people whose term is over and whom a hold covers, by class.
        held: Vec<Held>,
        occurred_on: NaiveDate,
    },
}

/// The number of people of a class that are held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HeldBack)]
pub struct Held {
    /// The class of these people.
    pub class: Class,
    /// The number of people held back.
    pub people: u32,
}
