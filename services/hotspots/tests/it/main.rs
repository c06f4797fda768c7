//! The hotspots service through its own router, on real servers.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod attendance;
mod codes;
mod hotspots;
mod reach;
mod reactions;
mod sessions;
mod world;
