//! The region: who takes part in it, what its partners planned, and the rules that it set.

pub mod consortium;
pub mod member;
pub(crate) mod members;
pub mod policy;
pub mod school_import;
