//! Relays a log to JetStream and follows it.
//!
//! ```text
//! log in Postgres ─relay→ stream ─follow→ reaction: a command under an id of its own
//!        │                   └────follow→ whatever else keeps a checkpoint, such as a projection
//!        └──────── what a stream lacks is read from Postgres ────────┘
//! ```
//!
//! **Invariant:** nothing here decides what is true. Every stream and checkpoint can be thrown away and made again from the
//! logs.

mod alarm;
mod bus;
pub mod checkpoint;
mod connect;
mod connection;
mod deadline;
mod discovery;
mod error;
mod follow;
mod lease;
pub mod live;
mod mac;
mod names;
mod next;
pub mod parked;
mod passed;
mod progress;
mod reaction;
mod reactor;
mod relay;
mod remedy;
mod retrying;
mod retrying_each;
pub mod rows;
mod run;
mod settings;
mod settle;
mod source;
mod stream;
mod stuck;
mod supervise;
mod tables;
pub mod trace;
mod turns;
mod users;

pub use alarm::{measure_batch, measure_lag, raise};
pub use bus::Bus;
pub use connect::{Nats, NatsAccess, NoNats, connect, connect_as, connect_when_there};
pub use deadline::in_time;
pub use discovery::LogEnds;
pub use error::{Error, is_locked};
pub use follow::{Follow, Follower, Parks, Retried, patiently, retry_parked};
pub use lease::{Leases, Taken};
pub use mac::{MessageKey, MessageKeys};
pub use names::{Log, Names, NotARoot};
pub use next::{due, gap};
pub use parked::{OnParked, Parked, none_parked};
pub use passed::{Passed, at_last};
pub use progress::{Behind, LOOKUP_TIMEOUT, Lag, Progress};
pub use reaction::{CannotReact, Reaction, part};
pub use remedy::Remedy;
pub use retrying::Retrying;
pub use retrying_each::RetryingEach;
pub use settings::{ALARM_AFTER, Settings};
pub use settle::NONE_BEHIND;
pub use source::{Head, LogSource, There, check_sources, one_of_each, sources_of};
pub use supervise::{Backoff, Supervised, supervise};
pub use tables::{making_tables, migrate};
pub use turns::Turns;
pub use users::{NatsUser, nats_users};
