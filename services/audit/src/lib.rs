//! Proves, replays and explains a history, and keeps what auditors do in a log of its own.
//!
//! **Invariant:** nothing here gives a command to another service.

mod api;
pub mod book;
pub mod explain;
pub mod figure;
pub mod mandate;
pub mod node;
pub mod proof;
pub mod reading;
pub mod verify;

use bus::LogSource;
use chassis::{Hub, Service};
use std::sync::Arc;

/// What the audit works with.
#[derive(Clone, Debug)]
pub(crate) struct Audit {
    /// Its own log and database.
    #[expect(dead_code, reason = "what auditors do is kept from the next slice on")]
    pub hub: Hub,
    /// The logs of every service, its own among them.
    pub logs: Arc<[LogSource]>,
}

/// The service, wired.
#[must_use]
pub fn service() -> Service {
    Service::new("audit").routes_of(api::routes, |hub, sources| Audit { hub: hub.clone(), logs: sources.into() })
}
