//! What proves a log whole: the Merkle tree of RFC 6962 over its texts.
//!
//! **Invariant:** nothing here touches the world, so what it says can be checked anywhere.

mod paths;
mod tree;

pub use paths::Paths;
pub use tree::{Frontier, Hash, leaf_hash};
