//! The inclusion paths of many leaves, found in one pass over all leaves of a tree.

use crate::Hash;
use crate::tree::node_hash;
use std::collections::BTreeMap;

/// Finds the inclusion paths (RFC 6962, section 2.1.1) of chosen leaves while all leaves go by.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    wanted: BTreeMap<u64, usize>,
    found: Vec<Vec<Hash>>,
    /// Perfect subtrees, largest first: the root, its size, and which of the wanted leaves are below it.
    subtrees: Vec<(Hash, u64, Vec<usize>)>,
    size: u64,
}

impl Paths {
    /// Wants the paths of the leaves with these indexes, from 0.
    #[must_use]
    pub fn of(indexes: impl IntoIterator<Item = u64>) -> Self {
        let mut wanted = BTreeMap::new();
        for index in indexes {
            let next = wanted.len();
            wanted.entry(index).or_insert(next);
        }
        let found = vec![Vec::new(); wanted.len()];
        Self { wanted, found, subtrees: vec![], size: 0 }
    }

    /// The next leaf; or the next subtree of a tree of whole ones, by its root.
    pub fn push(&mut self, leaf: Hash) {
        let below = self.wanted.get(&self.size).copied().into_iter().collect();
        let (mut node, mut size, mut below) = (leaf, 1, below);
        while self.subtrees.last().is_some_and(|(_, other, _)| *other == size) {
            let Some(left) = self.subtrees.pop() else { break };
            (node, below) = self.joined(left, (node, size, below));
            size *= 2;
        }
        self.subtrees.push((node, size, below));
        self.size += 1;
    }

    /// The tree head over all leaves that went by, and the path of each wanted leaf by its index; a leaf that did not
    /// go by has none.
    #[must_use]
    pub fn end(mut self) -> (u64, Hash, BTreeMap<u64, Vec<Hash>>) {
        let mut whole = self.subtrees.pop();
        while let Some(left) = self.subtrees.pop() {
            whole = whole.map(|(node, size, below)| {
                let sizes = left.1 + size;
                let (node, below) = self.joined(left, (node, size, below));
                (node, sizes, below)
            });
        }
        let root = whole.map_or_else(|| crate::Frontier::default().root(), |(root, ..)| root);
        let size = self.size;
        let paths = self.wanted.iter().filter(|(index, _)| **index < size);
        (size, root, paths.map(|(index, place)| (*index, self.found[*place].clone())).collect())
    }

    fn joined(&mut self, left: (Hash, u64, Vec<usize>), right: (Hash, u64, Vec<usize>)) -> (Hash, Vec<usize>) {
        left.2.iter().for_each(|place| self.found[*place].push(right.0));
        right.2.iter().for_each(|place| self.found[*place].push(left.0));
        (node_hash(&left.0, &right.0), [left.2, right.2].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ct_merkle::RootHash;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;

    #[test]
    fn every_path_is_the_one_an_independent_implementation_finds() {
        let mut other = MemoryBackedTree::<Sha256, String>::new();
        for size in 1..70_u64 {
            other.push(format!("event {}", size - 1));
            let mut paths = Paths::of(0..size + 2);
            (0..size).for_each(|n| paths.push(crate::leaf_hash(&format!("event {n}"))));
            let (counted, root, found) = paths.end();
            assert_eq!((counted, found.len() as u64), (size, size));
            let theirs: RootHash<Sha256> = other.root();
            assert_eq!(root.as_slice(), theirs.as_bytes().as_slice());
            for (index, path) in found {
                let proof = other.prove_inclusion(usize::try_from(index).unwrap());
                assert_eq!(path.concat(), proof.as_bytes(), "{index} of {size}");
            }
        }
    }
}
