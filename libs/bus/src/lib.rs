//! Relays a log to JetStream and feeds it to projections and reactions.
//!
//! ```text
//! log in Postgres ─relay→ stream ─follow→ projection: rows + checkpoint in one transaction
//!        │                   └────follow→ reaction: a command under an id of its own
//!        └──────── what a stream lacks, and every rebuild, is read from Postgres ────────┘
//! ```
//!
//! **Invariant:** nothing here decides what is true. Every stream, checkpoint and read model can
//! be thrown away and made again from the logs.

mod alarm;
mod bus;
mod checkpoint;
mod connect;
mod connection;
mod difference;
mod digest;
mod direct;
mod discovery;
mod error;
mod follow;
mod group;
mod lease;
mod mac;
mod names;
mod parked;
mod passed;
mod progress;
mod projection;
mod projector;
mod reaction;
mod reactor;
mod read_model;
mod rebuild;
mod relay;
mod remedy;
mod retrying;
mod rows;
mod runner;
mod scratch;
mod settings;
mod settle;
mod shape;
mod source;
mod stream;
mod stuck;
mod supervise;
mod tables;
mod together;
mod trace;
mod turns;
mod users;

pub use alarm::raise;
pub use bus::Bus;
pub use connect::{Nats, NatsAccess, NoNats, connect, connect_as, connect_when_there};
pub use difference::{Column, Copies, Difference, What};
pub use digest::{TableDigest, digest, digests};
pub use error::Error;
pub use follow::Retried;
pub use mac::{MessageKey, MessageKeys};
pub use names::{Names, NotARoot};
pub use parked::{Parked, parked};
pub use progress::{Behind, Lag, Progress};
pub use projection::{CannotApply, OnParked, Projection, Reads};
pub use reaction::{CannotReact, Reaction, part};
pub use read_model::{ReadModel, Replayed, Snapshot, Standing, Watch, rebuild_into};
pub use remedy::Remedy;
pub use scratch::Scratch;
pub use settings::Settings;
pub use source::{Head, LogSource, There};
pub use tables::migrate;
pub use users::{NatsUser, nats_users};
