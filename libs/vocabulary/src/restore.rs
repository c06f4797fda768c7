//! How a log tells that it was restored to an earlier point, and goes on from there as another epoch (hersteld).
//!
//! Every service that has a log writes it there itself, as the first event of the new epoch. One stream per epoch.

use crate::{DocumentHash, Reason};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The first part of the names of these streams; the second part is the epoch that begins.
pub const CATEGORY: &str = "restore";

/// The restore that the operator declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogRestored {
    /// The newest epoch that was published before.
    #[schemars(range(min = 1))]
    pub from_epoch: u32,
    /// The number of the epoch that begins.
    #[schemars(range(min = 2))]
    pub to_epoch: u32,
    /// The last position that was kept; 0 when nothing was.
    pub position: u64,
    /// The root of the tree of the events up to and including that position.
    pub root: DocumentHash,
    pub reason: Reason,
    /// Whether it was declared when the new epoch had begun already: then this is not its first event.
    pub afterwards: bool,
    /// The same as a signed note (C2SP), signed by the operator's key: nothing but this note is proof.
    pub note: String,
}

/// The full type of the event in the log of a service.
#[must_use]
pub fn event_type(service: &str) -> String {
    format!("nl.sterktechniekonderwijs.{service}.log-restored.v1")
}
