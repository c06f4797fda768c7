//! A listener under attack, asked over real connections; peers that say nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod connections;
mod heartbeat;
mod listener;
mod peers;
