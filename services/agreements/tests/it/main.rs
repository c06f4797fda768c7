//! The agreements service through its own router, on real servers.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod contracts;
mod stage_agreements;
mod world;
