//! The log against a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conforming;
mod counter;
mod own;
mod scratch;
mod standby;
#[path = "../../../testkit/src/way.rs"]
mod way;

mod appending;
mod durable;
mod failover;
mod giving_up;
mod in_flight;
mod isolation;
mod kept;
mod reading;
mod resting;
mod restoring;
mod silence;
mod turn;
mod unknown;
