//! Access: who holds which role.

pub mod grant;
