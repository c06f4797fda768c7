//! The Merkle tree over a log, RFC 6962: only its frontier is kept.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The leaf of an event: `SHA-256(0x00 ‖ text)`.
#[must_use]
pub fn leaf_hash(text: &str) -> Hash {
    Sha256::new().chain_update([0]).chain_update(text).finalize().into()
}

pub(crate) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The roots of the perfect subtrees of a tree, largest first: all that is needed to grow it.
///
/// Growing is counting in binary: each set bit of the size is one subtree, each carry joins two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Reads a frontier of `size` leaves back; `None` when the bytes are not of that size.
    #[must_use]
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (roots, rest) = bytes.as_chunks::<32>();
        (rest.is_empty() && roots.len() == size.count_ones() as usize).then(|| Self { size, roots: roots.to_vec() })
    }

    /// The roots one after another, 32 bytes each.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            // As many roots as the size has ones, so there is one to join.
            let Some(left) = self.roots.pop() else { break };
            node = node_hash(&left, &node);
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The tree head; for an empty tree the hash of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.roots
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(|| Sha256::digest([]).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;

    #[test]
    fn the_root_is_the_one_an_independent_implementation_finds() {
        let mut frontier = Frontier::default();
        let mut other = MemoryBackedTree::<Sha256, String>::new();
        for n in 0..300 {
            let text = format!("event {n}");
            frontier.push(leaf_hash(&text));
            other.push(text);
            assert_eq!(frontier.root().as_slice(), other.root().as_bytes().as_slice(), "{n}");
            assert_eq!(Frontier::from_bytes(frontier.size(), &frontier.to_bytes()), Some(frontier.clone()));
        }
    }

    #[test]
    fn a_frontier_of_another_size_is_not_read() {
        let mut frontier = Frontier::default();
        frontier.push(leaf_hash("one"));
        assert_eq!(Frontier::from_bytes(3, &frontier.to_bytes()), None);
        assert_eq!(Frontier::from_bytes(1, &frontier.to_bytes()[1..]), None);
    }
}
