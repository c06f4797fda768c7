//! Keeps histories in Postgres: append, load, read, prove.
//!
//! One log per service and region, with positions 1, 2, 3 … in commit order. An event is stored
//! as the exact text of its CloudEvent; that text is what is hashed, published and replayed.
//!
//! **Invariant:** no event is ever updated or deleted, and no position is ever skipped.

/// All that a log is made of: a copy, move or restore of a region takes each of these tables.
pub const TABLES: [&str; 3] = ["event_log.head", "event_log.event", "event_log.kept"];

mod append;
mod appender;
mod beside;
mod between;
mod bulk;
mod cached_connection;
mod conform;
mod database;
mod envelope;
mod error;
mod execute;
mod loader;
mod log;
mod nonconforming;
mod read;
mod receipt;
mod recent;
mod recorded;
mod restored;
mod size;
mod skimmed;
mod streams;
mod telemetry;
mod turn;
mod unreadable;
mod vouched;

pub use append::{Append, Change, Context, NewEvent, data_of};
pub use between::Lines;
pub use bulk::Decoded;
pub use database::{APP_ROLE, Database, ensure_app_role, tenant, tenant_holding_rows, tenant_in_batches};
pub use envelope::Envelope;
pub use error::{Error, Refused};
pub use execute::{Batch, Loaded};
pub use log::{EventLog, Head};
pub use nonconforming::Nonconforming;
pub use proofs::{Frontier, Hash, leaf_hash};
pub use read::Line;
pub use receipt::{KeptAnswer, Receipt};
pub use recorded::Recorded;
pub use restored::{Restoration, Restored};
pub use sessions::{
    IN_BATCHES, Limits, Pool, ROWS_HELD, RawTransaction, Rows, Transaction, begin, is_outage, set_durable,
    without_values,
};
pub use size::MAX_EVENT_BYTES;
pub use skimmed::Skimmed;
pub use turn::Turn;
pub use unreadable::Unreadable;
