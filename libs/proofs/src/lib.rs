//! What proves a log whole: the Merkle tree of RFC 6962 over its texts.
//!
//! **Invariant:** nothing here touches the world, so what it says can be checked anywhere.

mod tree;

pub use tree::{Frontier, Hash, leaf_hash};
