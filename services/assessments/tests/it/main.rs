//! The service whole: real router, grants, log, vault and lookups.

#![expect(clippy::unwrap_used, reason = "what a test begins with may panic as well")]

mod case;
mod catalogue;
mod region;
