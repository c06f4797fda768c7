//! Every event of the hub, as Rust types and as contracts generated from them.
//!
//! One module per service, in it one module per aggregate with an `Event` enum.
//! To add an event: add the variant, add `examples/<type>.example.json`, run `make schemas`.

pub mod agreements;
pub mod assessments;
pub mod audit;
pub mod co_financing;
pub mod consortium;
pub mod hotspots;
pub mod restore;

mod contract;
mod contracts;

pub use contract::Contract;
pub use contracts::contracts;
