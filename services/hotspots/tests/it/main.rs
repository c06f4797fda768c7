//! The hotspots service through its own router, on real servers.

mod attendance;
mod codes;
mod hotspots;
mod reactions;
mod sessions;
mod world;
