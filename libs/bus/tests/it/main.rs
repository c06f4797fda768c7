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
mod isolation;
mod parking;
mod passing;
mod projecting;
mod reacting;
mod rebuilding;
mod relaying;
mod restoring;
mod running;
mod sharing;
mod silence;
mod storing;
mod together;
