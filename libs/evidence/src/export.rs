//! One zip that holds a part of a region's history and all it takes to prove it, without the hub and without a network.
//!
//! Layout, version 1 (`manifest.json` names every file with its SHA-256):
//!
//! ```text
//! README.txt, verify.html       how to check it, by reading and in a browser
//! events/<service>.ndjson       the exact texts, one a line, by position
//! leaves/<service>.bin          every leaf from position 1, 32 bytes each, so that a part can be proven too
//! checkpoints/<service>.txt     signed notes, an empty line between them
//! leaves/<service>.epoch-<n>.bin  what was signed in an older epoch; after a restore only
//! restores/<service>.ndjson     the events that declare restores, also those outside the range; after a restore only
//! edges/<service>.ndjson        the events before and behind the range, whose dates show that nothing was left out; with
//!                               dates only
//! keys.json                     the keys they are signed with
//! policies.json                 the events that adopted a policy, also those before the range
//! schemas/<type>.schema.json    what the events in it look like
//! manifest.json                 the range, the roots, the digests
//! ```
//!
//! Names stay sealed in it; the audit service writes them beside it, for who may.
//!
//! **Invariant:** no clock, no machine and no random number is in it: once a checkpoint covers the event behind it, the same
//! range gives the same bytes, however much was appended since.

mod archive;
pub mod manifest;
mod packing;
mod page;
mod range;
mod read;
mod tables;

pub use manifest::{File, Manifest, Part};
pub use page::PAGE;
pub use range::Dates;
pub use read::{Checked, CheckedLog, Edge, Finding, check};
pub use tables::tables;

use chrono::NaiveDate;
use event_log::EventLog;
use proofs::{Malformed, Note, Verifier};
use std::path::PathBuf;
use vocabulary::RegionId;

/// What is to be exported, and where to.
#[derive(Debug)]
pub struct Export {
    /// Whose history.
    pub region: RegionId,
    /// Which part of it.
    pub dates: Dates,
    /// One per service that has a log of this region.
    pub logs: Vec<Source>,
    /// The schema of each type of event, sorted by type: those of what is in it come along, for people to read.
    pub schemas: Vec<(String, serde_json::Value)>,
    /// The zip; what is there already is replaced once the new one is whole.
    pub path: PathBuf,
}

/// A log to export from.
#[derive(Debug)]
pub struct Source {
    /// To read it.
    pub log: EventLog,
    /// Where it ended when the export began.
    pub end: i64,
    /// Its epoch, as its head has it.
    pub epoch: u32,
    /// Its checkpoints, signed; in which order does not matter.
    pub notes: Vec<Note>,
    /// The leaves that older epochs' checkpoints were cut over, 32 bytes each, from the first.
    pub older: Vec<(u32, std::fs::File)>,
    /// Every key that signed for this log.
    pub keys: Vec<Verifier>,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Which service's log is being written.
    pub service: &'a str,
    /// How many of its events are.
    pub done: u64,
    /// Out of how many.
    pub of: u64,
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The last date is before the first.
    #[error("the range runs backwards: from {from} to {to}")]
    Backward {
        /// As asked.
        from: NaiveDate,
        /// As asked.
        to: NaiveDate,
    },
    /// More may still be recorded on that date, so the same range would not give the same bytes.
    #[error("{to} is not over yet: end with {yesterday}, or leave the end out for everything recorded until now")]
    NotOver {
        /// As asked.
        to: NaiveDate,
        /// The last date that is over.
        yesterday: NaiveDate,
    },
    /// The log is damaged, and an export of it would hide that.
    #[error(
        "{service}@{position} {what}: `regiohub audit verify` lists everything that is wrong; nothing was exported"
    )]
    Damaged {
        /// The region of the log.
        service: String,
        /// The first position.
        position: i64,
        /// What is wrong there.
        what: &'static str,
    },
    /// It cannot be read.
    #[error("the log of {service} cannot be read: {error}")]
    Log {
        /// The region of the log.
        service: String,
        /// What it said.
        error: event_log::Error,
    },
    /// One of its checkpoints does not read.
    #[error("a checkpoint of {service} does not read: {error}")]
    Checkpoint {
        /// The region of the log.
        service: String,
        /// What is wrong with it.
        error: Malformed,
    },
    /// The zip cannot be written.
    #[error("{path} cannot be written: {error}")]
    Written {
        /// The zip.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
}
