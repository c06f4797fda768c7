//! Proves, replays and explains a history, and keeps what auditors do in a log of its own.
//!
//! **Invariant:** nothing here gives a command to another service.

pub mod access_export;
mod api;
pub mod book;
pub mod draw;
pub mod drawing;
pub mod explain;
pub mod export;
pub mod figure;
mod inspections;
pub mod look;
mod looks;
pub mod mandate;
mod mandates;
pub mod node;
pub mod proof;
pub mod reading;
pub mod replay;
pub mod sample;
mod sealed_names;
pub mod sheet;
pub mod timeline;
pub mod verify;

use bus::LogSource;
use chassis::{Hub, Service};
use std::sync::Arc;

/// What the audit works with.
#[derive(Clone, Debug)]
pub(crate) struct Audit {
    /// Its own log and database.
    pub hub: Hub,
    /// The logs of every service, its own among them.
    pub logs: Arc<[LogSource]>,
}

/// The service, wired.
#[must_use]
pub fn service() -> Service {
    Service::new("audit")
        .routes_of(api::routes, |hub, sources| Audit { hub: hub.clone(), logs: sources.into() })
        .keeps_looks(looks::keeper)
        .projection(mandates::Mandates)
        .projection(inspections::Inspections)
        .projection(sealed_names::SealedNames)
}
