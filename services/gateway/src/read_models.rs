//! Read models: a folder for each context, and in it a file for each question with its tables, its fold and its answer.

pub mod agreements;
pub mod co_financing;
pub mod consortium;
pub mod hotspots;
