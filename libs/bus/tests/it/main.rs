//! The bus against a real PostgreSQL and a real NATS.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod alarms;
mod counts;
mod own_nats;
mod scratch;

mod far;
mod forging;
mod freezing;
mod hinting;
mod reacting;
mod relaying;
mod restoring;
mod silence;
mod storing;
