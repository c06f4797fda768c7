//! Tokens against a real discovery server on loopback, with keys made here.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod development;
mod issuer;
mod keys;
mod refresh;
mod tokens;
