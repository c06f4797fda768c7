//! How a figure came about: explanations, timelines, and samples that are drawn again.
//!
//! **Invariant:** nothing here asks who may see it: that is `oversight`, which explains nothing.

pub mod book;
pub mod draw;
pub mod drawing;
pub mod explain;
pub mod figure;
pub mod node;
pub mod proof;
pub mod reading;
pub mod seed;
pub mod sheet;
pub mod timeline;
