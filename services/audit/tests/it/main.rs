//! The audit service on real servers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod looks;
mod mandates;
mod reveals;
mod world;
