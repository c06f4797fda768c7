//! Keeps histories in Postgres: append, load, read, prove.
//!
//! One log per service and region, with positions 1, 2, 3 … in commit order. An event is stored
//! as the exact text of its CloudEvent; that text is what is hashed, published and replayed.
//!
//! **Invariant:** no event is ever updated or deleted, and no position is ever skipped.

mod append;
mod appender;
mod beside;
mod between;
mod bulk;
mod conform;
mod database;
mod durable;
mod envelope;
mod error;
mod execute;
mod held;
mod loader;
mod log;
mod read;
mod recorded;
mod restored;
mod size;
mod streams;
mod telemetry;

pub use append::{Append, Change, Context, NewEvent};
pub use between::Lines;
pub use bulk::Decoded;
pub use conform::Nonconforming;
pub use database::{APP_ROLE, Database, begin, ensure_app_role, tenant};
pub use durable::set_durable;
pub use envelope::{Envelope, Unreadable};
pub use error::{Error, Refused};
pub use execute::{Batch, Done, Kept, Loaded};
pub use log::{EventLog, Head};
pub use proofs::{Frontier, Hash, leaf_hash};
pub use read::Line;
pub use recorded::Recorded;
pub use restored::{Restoration, Restored};
pub use size::MAX_EVENT_BYTES;
