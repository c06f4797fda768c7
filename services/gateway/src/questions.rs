//! Read models: one file per question, with its tables, its fold and its answer.

pub mod agreements;
pub mod attendance;
pub mod co_financing;
pub mod companies;
pub mod hotspots;
pub mod me;
pub mod people;
pub mod processing_activities;
pub mod regions;
pub mod retention;
pub mod sessions;
pub mod signatures;
