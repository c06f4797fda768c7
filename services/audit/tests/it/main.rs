//! The audit service on real servers.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access_exports;
mod alone;
mod blocks;
mod checkpoints;
mod consistency;
mod export;
mod handed;
mod logs;
mod looks;
mod mandates;
mod names;
mod proofs;
mod reveals;
mod samples;
mod signing;
mod silenced;
mod tamper;
mod witnesses;
mod world;
