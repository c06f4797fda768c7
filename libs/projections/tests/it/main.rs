//! Projections against a real PostgreSQL and a real NATS.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod broken;
#[path = "../../../bus/tests/it/counts.rs"]
mod counts;
#[expect(dead_code, reason = "reactions are tried where the bus is")]
#[path = "../../../bus/tests/it/scratch.rs"]
mod scratch;

mod isolation;
mod parking;
mod passing;
mod projecting;
mod rebuilding;
mod running;
mod sharing;
mod together;
