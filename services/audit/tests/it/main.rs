//! The audit service on real servers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod export;
mod looks;
mod mandates;
mod reveals;
mod world;
