//! The gateway's questions on real servers, told by events of the services it reads.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod access;
mod agreements;
mod alone;
mod attendance;
mod behind;
mod forward;
mod indexes;
mod money;
mod order;
mod pages;
mod people;
mod processing;
mod reach;
mod region;
mod rounding;
mod sessions;
mod signatures;
mod silence;
mod strangers;
mod world;
