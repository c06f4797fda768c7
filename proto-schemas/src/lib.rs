//! Every event of the hub, as Rust types and as contracts generated from them.
//!
//! One module per service, in it one module per aggregate with an `Event` enum.
//! To add an aggregate: its module, and a line in `CATEGORIES` of its service.
//! To add an event: add the variant, add `examples/<type>.example.json`, run `make schemas`.

pub mod agreements;
pub mod assessments;
pub mod audit;
pub mod co_financing;
pub mod consortium;
pub mod hotspots;
pub mod restore;

mod catalogue;
mod category;
mod contract;

pub use catalogue::{categories, contracts};
pub use category::{Category, Member};
pub use contract::Contract;
