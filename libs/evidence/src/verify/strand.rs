//! What was signed of a log in one epoch, held against its tree while that grows.

use proofs::{Frontier, Hash};
use std::collections::BTreeMap;

/// The checkpoints of one epoch, and how far the log agrees with them.
#[derive(Debug)]
pub(super) struct Strand {
    roots: BTreeMap<u64, Hash>,
    /// The tree over the leaves that were kept aside; none from where one is not known.
    kept: Option<Frontier>,
    /// Where a text first gave another leaf than the one kept aside.
    differs: Option<u64>,
    /// The size of the last checkpoint that the log agrees with.
    agreed: u64,
    /// Where the log first went on otherwise than was signed. Later trees contain that, so nothing is compared behind it.
    pub diverged: Option<Divergence>,
}

/// Where a log is another one than was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Divergence {
    /// The first position that may differ.
    pub from: u64,
    /// The size of the checkpoint that shows it.
    pub size: u64,
    /// Whether `from` is the very position; else it lies between `from` and `size`.
    pub exact: bool,
    /// The log ends before `from`.
    pub cut_off: bool,
    /// Behind the last checkpoint that the log agrees with: an earlier position than `from` may differ, where that is not exact.
    pub floor: u64,
}

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// Nothing was signed of this size, or what was known before has told already.
    Nothing,
    /// The log has the root that was signed; the first place where a leaf kept aside was altered, if one was.
    Agrees(Option<u64>),
    /// It has another one.
    Diverges,
}

impl Default for Strand {
    fn default() -> Self {
        Self { roots: BTreeMap::new(), kept: Some(Frontier::default()), differs: None, agreed: 0, diverged: None }
    }
}

impl Strand {
    /// One more checkpoint; false when another root was signed of that size.
    pub(super) fn signed(&mut self, size: u64, root: Hash) -> bool {
        *self.roots.entry(size).or_insert(root) == root
    }

    pub(super) fn longest(&self) -> u64 {
        self.roots.last_key_value().map_or(0, |(size, _)| *size)
    }

    /// The leaf at the next place: as it was kept aside, and of the text.
    pub(super) fn keep(&mut self, place: u64, kept: Option<Hash>, leaf: Option<Hash>) {
        if let (Some(kept), Some(leaf)) = (kept, leaf)
            && kept != leaf
        {
            self.differs.get_or_insert(place);
        }
        self.kept = self.kept.take().and_then(|tree| grown(tree, kept));
    }

    /// Holds the tree against the checkpoint of this size, when there is one.
    pub(super) fn compare(&mut self, place: u64, tree: Option<&Frontier>) -> Compared {
        let (Some(signed), Some(tree), None) = (self.roots.get(&place), tree, self.diverged) else {
            return Compared::Nothing;
        };
        if tree.root() == *signed {
            self.agreed = place;
            return Compared::Agrees(self.differs.take());
        }
        // Kept leaves that give the signed root are the ones that were signed.
        let kept = self.kept.as_ref().is_some_and(|tree| tree.root() == *signed);
        let exact = self.differs.filter(|_| kept);
        self.diverged = Some(Divergence {
            from: exact.unwrap_or(self.agreed + 1),
            size: place,
            exact: exact.is_some(),
            cut_off: false,
            floor: self.agreed + 1,
        });
        Compared::Diverges
    }

    /// A leaf that was kept aside of what stood behind the end of the log.
    pub(super) fn behind(&mut self, kept: Hash) {
        if self.kept.as_ref().is_some_and(|tree| tree.size() < self.longest()) {
            self.kept = self.kept.take().and_then(|tree| grown(tree, Some(kept)));
        }
    }

    /// The log ends here.
    pub(super) fn end(&mut self, size: u64) {
        let longest = self.longest();
        if self.diverged.is_some() || longest <= size {
            return;
        }
        let signed = self.roots.get(&longest).copied();
        let proven = self.kept.as_ref().is_some_and(|tree| tree.size() == longest && Some(tree.root()) == signed);
        let differs = self.differs.filter(|_| proven);
        self.diverged = Some(Divergence {
            from: differs.unwrap_or(size + 1),
            size: longest,
            exact: proven,
            cut_off: differs.is_none(),
            floor: self.agreed + 1,
        });
    }
}

/// A tree with one more leaf; none when that is not known.
pub(super) fn grown(mut tree: Frontier, leaf: Option<Hash>) -> Option<Frontier> {
    tree.push(leaf?);
    Some(tree)
}
