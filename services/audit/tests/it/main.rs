//! The audit service on real servers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod checkpoints;
mod export;
mod logs;
mod looks;
mod mandates;
mod reveals;
mod tamper;
mod witnesses;
mod world;
