//! The log against a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conforming;
mod counter;
mod scratch;

mod appending;
mod durable;
mod giving_up;
mod isolation;
mod reading;
mod resting;
mod restoring;
