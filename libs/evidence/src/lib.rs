//! Proves a log whole: verifies it, signs where it is, proves its events, exports it, and has witnesses see it.
//!
//! **Invariant:** nothing here knows what an event says: envelopes only. What events must look like is given as schemas.

pub mod checkpoint;
pub mod consistency;
pub mod cosigned;
pub mod export;
pub mod inclusion;
pub mod inspect;
pub mod keyring;
pub mod prove;
pub mod proving;
mod said;
pub mod schedule;
mod seen;
pub mod signer;
pub mod verify;
pub mod witness;
pub mod witnesses;

pub use said::said;
