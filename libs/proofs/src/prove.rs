//! Inclusion and consistency proofs, RFC 6962: made in one pass over the leaves, in flat memory.

use crate::tree::node_hash;
use crate::{Frontier, Hash};
use std::ops::Range;

/// Makes one proof from leaves handed over in order.
///
/// Each hash of a proof is the root of one run of leaves, and no two runs overlap: one small frontier a run will do.
#[derive(Clone, Debug)]
pub struct Prover {
    size: u64,
    seen: u64,
    /// By where they begin; with each its place in the proof.
    runs: Vec<(Range<u64>, usize, Frontier)>,
    current: usize,
}

impl Prover {
    /// Proves that the leaf with this index (from 0) is in the tree of `size` leaves; `None` when it is not.
    #[must_use]
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        let mut runs = Vec::new();
        let mut within = 0..size;
        if index >= size {
            return None;
        }
        while within.end - within.start > 1 {
            let middle = middle(&within);
            if index < middle {
                runs.push(middle..within.end);
                within.end = middle;
            } else {
                runs.push(within.start..middle);
                within.start = middle;
            }
        }
        runs.reverse();
        Some(Self::of(size, runs))
    }

    /// Proves that the tree of `old` leaves is the beginning of the tree of `size`; `None` when it is longer.
    #[must_use]
    pub fn consistency(old: u64, size: u64) -> Option<Self> {
        if old > size {
            return None;
        }
        let mut runs = Vec::new();
        if old == 0 || old == size {
            return Some(Self::of(size, runs));
        }
        let mut within = 0..size;
        while within.end != old {
            let middle = middle(&within);
            if old <= middle {
                runs.push(middle..within.end);
                within.end = middle;
            } else {
                runs.push(within.start..middle);
                within.start = middle;
            }
        }
        // The checker knows the root of the old tree, when it is a whole subtree.
        if within.start > 0 {
            runs.push(within);
        }
        runs.reverse();
        Some(Self::of(size, runs))
    }

    fn of(size: u64, runs: Vec<Range<u64>>) -> Self {
        let mut runs: Vec<_> =
            runs.into_iter().enumerate().map(|(place, run)| (run, place, Frontier::default())).collect();
        runs.sort_by_key(|(run, ..)| run.start);
        Self { size, seen: 0, runs, current: 0 }
    }

    /// The next leaf; those behind the size are let be.
    pub fn push(&mut self, leaf: Hash) {
        let index = self.seen;
        self.seen += 1;
        if let Some((run, _, frontier)) = self.runs.get_mut(self.current)
            && run.contains(&index)
        {
            frontier.push(leaf);
            if self.seen == run.end {
                self.current += 1;
            }
        }
    }

    /// The proof; `None` when leaves are missing.
    #[must_use]
    pub fn proof(mut self) -> Option<Vec<Hash>> {
        self.runs.sort_by_key(|(_, place, _)| *place);
        (self.seen >= self.size).then(|| self.runs.iter().map(|(.., frontier)| frontier.root()).collect())
    }
}

/// Where the left subtree ends: the largest power of two below the length. Of two leaves at least.
const fn middle(within: &Range<u64>) -> u64 {
    within.start + (1 << (within.end - within.start - 1).ilog2())
}

/// Whether the leaf with this index (from 0) is in the tree of `size` leaves with that root (RFC 9162, 2.1.3.2).
#[must_use]
pub fn included(leaf: &Hash, index: u64, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            let up = if node == 0 { 0 } else { node.trailing_zeros() };
            node >>= up;
            last >>= up;
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the tree of `old` leaves is the beginning of the tree of `size` (RFC 9162, 2.1.4.2).
#[must_use]
pub fn consistent(old: u64, old_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if old == 0 {
        return proof.is_empty() && *old_root == Frontier::default().root();
    }
    if old == size {
        return proof.is_empty() && old_root == root;
    }
    // The old tree is a subtree of its own when its size is a power of two: then its root begins the proof.
    let begin = old.is_power_of_two().then_some(old_root);
    let mut hashes = begin.into_iter().chain(proof);
    let (true, Some(first)) = (old < size, hashes.next()) else { return false };
    let up = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> up, (size - 1) >> up);
    let (mut left, mut right) = (*first, *first);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            left = node_hash(hash, &left);
            right = node_hash(hash, &right);
            let up = if node == 0 { 0 } else { node.trailing_zeros() };
            node >>= up;
            last >>= up;
        } else {
            right = node_hash(&right, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && left == *old_root && right == *root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaf_hash;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;
    use sha2::Sha256;

    fn made(mut prover: Prover, size: u64) -> Vec<Hash> {
        (0..size).for_each(|n| prover.push(leaf_hash(&n.to_string())));
        prover.proof().unwrap()
    }

    fn root(size: u64) -> Hash {
        let mut frontier = Frontier::default();
        (0..size).for_each(|n| frontier.push(leaf_hash(&n.to_string())));
        frontier.root()
    }

    fn others(size: u64) -> MemoryBackedTree<Sha256, String> {
        let mut tree = MemoryBackedTree::new();
        (0..size).for_each(|n| tree.push(n.to_string()));
        tree
    }

    fn one(index: u64, size: u64) {
        let proof = made(Prover::inclusion(index, size).unwrap(), size);
        let theirs = others(size).prove_inclusion(usize::try_from(index).unwrap());
        assert_eq!(proof.concat(), theirs.as_bytes(), "{index} of {size}");
        let leaf = leaf_hash(&index.to_string());
        assert!(included(&leaf, index, size, &root(size), &proof), "{index} of {size}");
        assert!(!included(&leaf_hash("another"), index, size, &root(size), &proof));
        assert!(size == 1 || !included(&leaf, (index + 1) % size, size, &root(size), &proof));
        assert!(!included(&leaf, index, size, &root(size + 1), &proof));
        assert!(!included(&leaf, index, size, &root(size), &[proof.clone(), vec![leaf]].concat()));
        assert!(proof.is_empty() || !included(&leaf, index, size, &root(size), &proof[1..]));
    }

    fn grown(old: u64, size: u64) {
        let proof = made(Prover::consistency(old, size).unwrap(), size);
        if old > 0 && old < size {
            let theirs = others(size).prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(proof.concat(), theirs.as_bytes(), "{old} in {size}");
        }
        assert!(consistent(old, &root(old), size, &root(size), &proof), "{old} in {size}");
        let other = leaf_hash("another");
        assert!(!consistent(old, &other, size, &root(size), &proof), "{old} in {size}");
        assert!(old == 0 || !consistent(old, &root(old), size, &other, &proof), "{old} in {size}");
        assert!(!consistent(old, &root(old), size, &root(size), &[proof.clone(), vec![other]].concat()));
        assert!(proof.is_empty() || !consistent(old, &root(old), size, &root(size), &proof[1..]));
    }

    #[test]
    fn proofs_of_small_trees_are_those_of_an_independent_implementation() {
        for size in 1..40 {
            (0..size).for_each(|index| one(index, size));
            (0..=size).for_each(|old| grown(old, size));
        }
    }

    #[test]
    fn no_proof_is_made_of_what_is_not_there_or_of_missing_leaves() {
        assert!(Prover::inclusion(3, 3).is_none() && Prover::inclusion(0, 0).is_none());
        assert!(Prover::consistency(4, 3).is_none());
        let mut prover = Prover::inclusion(1, 3).unwrap();
        prover.push(leaf_hash("0"));
        prover.push(leaf_hash("1"));
        assert_eq!(prover.proof(), None);
    }

    proptest! {
        #[test]
        fn proofs_of_any_tree_are_those_of_an_independent_implementation(size in 1_u64..300, at in 0_u64..300) {
            one(at % size, size);
            grown(at % (size + 1), size);
        }

        #[test]
        fn no_changed_proof_is_taken(size in 2_u64..300, at in 0_u64..300, bit in 0_usize..256, which in 0_usize..9) {
            let index = at % size;
            let mut proof = made(Prover::inclusion(index, size).unwrap(), size);
            let count = proof.len();
            proof[which % count][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!included(&leaf_hash(&index.to_string()), index, size, &root(size), &proof));
            let old = 1 + at % (size - 1);
            let mut proof = made(Prover::consistency(old, size).unwrap(), size);
            let count = proof.len();
            proof[which % count][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!consistent(old, &root(old), size, &root(size), &proof));
        }

        #[test]
        fn no_size_makes_a_check_panic(index: u64, size: u64, old: u64, hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..70)) {
            let hash = [0; 32];
            let _ = included(&hash, index, size, &hash, &hashes);
            let _ = consistent(old, &hash, size, &hash, &hashes);
        }
    }
}
