//! Who someone is, and what they may do.

pub mod table;

pub use table::{Row, row};
