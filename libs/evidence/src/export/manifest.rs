//! What an export says of itself: `manifest.json`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use vocabulary::RegionId;

/// What the manifest's `format` says.
pub const FORMAT: &str = "regiohub-export";
/// Raised when a reader of the version before would misread an export.
pub const VERSION: u32 = 1;
/// Where the manifest stands in the zip.
pub const NAME: &str = "manifest.json";

/// What an export holds. Everything in it follows from the other files, so that it can be recomputed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The name of the format, always the same.
    pub format: String,
    /// The version of the format.
    pub version: u32,
    /// Whose history.
    pub region: RegionId,
    /// The first date of recording in the Netherlands; none: from the beginning.
    pub from: Option<NaiveDate>,
    /// The last date of recording in the Netherlands; none: up to the end of each log when it was exported.
    pub to: Option<NaiveDate>,
    /// One per service that has a log of this region, by service.
    pub logs: Vec<Part>,
    /// Every other file, by name.
    pub files: Vec<File>,
}

/// Which part of the log of one service is in the export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Which service wrote it.
    pub service: String,
    /// The position of the first event.
    pub first: u64,
    /// The position of the last event; one less than `first` when the range has none.
    pub last: u64,
    /// How many leaves there are, from position 1: up to the first checkpoint that covers `last`, and where there is a last
    /// date the event behind it as well.
    pub size: u64,
    /// The root of the tree over them, base64.
    pub root: String,
    /// The sizes of the checkpoints, each up to `size`; of older epochs all.
    pub checkpoints: Vec<u64>,
}

/// A file in the zip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// With its folder.
    pub name: String,
    /// How long it is, unpacked.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
}

/// The events of a service, one text a line.
#[must_use]
pub fn events(service: &str) -> String {
    format!("events/{service}.ndjson")
}

/// The leaves of a service, 32 bytes each.
#[must_use]
pub fn leaves(service: &str) -> String {
    format!("leaves/{service}.bin")
}

/// The leaves that were signed of a service in an older epoch, 32 bytes each: where the log went on otherwise.
#[must_use]
pub fn older_leaves(service: &str, epoch: u32) -> String {
    format!("leaves/{service}.epoch-{epoch}.bin")
}

/// The events that declare restores of a service's log, one text a line; only where there are some.
#[must_use]
pub fn restores(service: &str) -> String {
    format!("restores/{service}.ndjson")
}

/// The events before and behind the range of a service, one text a line, where the export has dates: evidence that nothing
/// of those dates was left out.
#[must_use]
pub fn edges(service: &str) -> String {
    format!("edges/{service}.ndjson")
}

/// The checkpoints of a service: signed notes, an empty line between them.
#[must_use]
pub fn checkpoints(service: &str) -> String {
    format!("checkpoints/{service}.txt")
}
