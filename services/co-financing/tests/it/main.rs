//! Co-financing over HTTP, on facts of the other services.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod attendance;
mod claims;
mod contributions;
mod log;
mod play;
