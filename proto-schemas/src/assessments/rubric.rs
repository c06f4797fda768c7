//! What is judged when a pupil takes an elective at a company (beoordelingsmodel).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::{ElectiveId, Label};

/// What can happen to the rubric of an elective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// A version was adopted (vastgesteld). Cases that are open keep the version they began with.
    #[serde(rename = "nl.sterktechniekonderwijs.assessments.rubric-adopted.v1", rename_all = "camelCase")]
    Adopted {
        /// The elective whose tasks are judged.
        elective: ElectiveId,
        /// The number of the version: 1 for the first.
        version: u32,
        /// What the pupil learns to do (leertaken).
        learning_tasks: Vec<Task>,
        /// What the pupil does for the company (werktaken).
        work_tasks: Vec<Task>,
    },
}

/// A task that is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Its code, such as `L1`; unique within the rubric.
    pub code: String,
    /// A description of what is to be shown.
    pub title: Label,
}
