//! Grows the tree of a log from its texts, and compares it with what is known of it on the way.

use super::leaves::Leaves;
use super::{NotCut, Notary, PAGE};
use bus::{Head, LogSource};
use proofs::{Frontier, Hash, leaf_hash};
use std::collections::BTreeMap;
use vocabulary::RegionId;

/// What a tree must have been on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    roots: BTreeMap<u64, Hash>,
    leaf: Option<(u64, Hash)>,
    contradicts: Option<u64>,
}

impl Expected {
    /// The root of the tree over so many events.
    pub(super) fn root(&mut self, size: u64, root: Hash) {
        if self.roots.insert(size, root).is_some_and(|other| other != root) {
            self.contradicts = Some(size);
        }
    }

    /// The event at a position, from 1.
    pub(super) fn event(&mut self, position: u64, text: &str) {
        self.leaf = Some((position, leaf_hash(text)));
    }

    /// The longest tree that must have been.
    pub(super) fn furthest(&self) -> Option<u64> {
        let leaf = self.leaf.map(|(position, _)| position);
        self.roots.keys().next_back().copied().max(leaf)
    }

    /// What does not fit a tree of this size whose last leaf this is.
    fn against(&self, tree: &Frontier, leaf: Option<&Hash>) -> Option<String> {
        let size = tree.size();
        if self.contradicts.is_some_and(|at| at == size) {
            return Some(format!("two trees of size {size} were signed or declared"));
        }
        if self.roots.get(&size).is_some_and(|root| *root != tree.root()) {
            return Some(format!("its first {size} events are not those that were signed"));
        }
        // Of a tree that is only begun with, the last leaf is not at hand.
        let (position, expected) = self.leaf?;
        (position == size && leaf.is_some_and(|leaf| *leaf != expected))
            .then(|| format!("the event at {size} is another one than its stream has"))
    }
}

impl Notary {
    /// The tree of a log up to its head, from where it begins. Leaves behind so many are kept aside, when that is wanted.
    pub(super) async fn grow(
        &self,
        mut aside: Option<(&mut event_log::Rows, u64)>,
        region: &RegionId,
        log: &LogSource,
        head: &Head,
        begin: Frontier,
        expected: &Expected,
    ) -> Result<Frontier, NotCut> {
        let service = log.service();
        let altered = |reason: String| NotCut::Altered { service: service.to_owned(), reason };
        let mut tree = begin;
        let mut leaves = match &mut aside {
            Some((connection, kept)) => Some(Leaves::of(connection, region, service, head.epoch, signed(*kept)).await?),
            None => None,
        };
        if let Some(reason) = expected.against(&tree, None) {
            return Err(altered(reason));
        }
        while signed(tree.size()) < head.position {
            let after = signed(tree.size());
            let wanted = usize::try_from(head.position - after).unwrap_or(PAGE).min(PAGE);
            let page = log.page(region, after, wanted).await;
            let page = page.map_err(|error| NotCut::Log(service.to_owned(), error))?;
            if page.is_empty() {
                let reason = format!("its head says that it ends at {}, and nothing is behind {after}", head.position);
                return Err(altered(reason));
            }
            for event in page {
                if event.position != signed(tree.size()) + 1 {
                    return Err(altered(format!("{} is missing", tree.size() + 1)));
                }
                let leaf = leaf_hash(&event.text);
                tree.push(leaf);
                if let (Some((connection, kept)), Some(leaves)) = (&mut aside, &mut leaves)
                    && tree.size() > *kept
                {
                    leaves.push(connection, leaf).await?;
                }
                if let Some(reason) = expected.against(&tree, Some(&leaf)) {
                    return Err(altered(reason));
                }
            }
        }
        if let (Some((connection, _)), Some(leaves)) = (&mut aside, &leaves) {
            leaves.rest(connection).await?;
        }
        // The head was read in one row with its tree: whoever altered both events and head is found by the memory, and
        // whoever altered one of them here.
        if head.position > 0 && head.frontier.is_empty() {
            return Err(altered("its service does not report its tree: bring it up to this version".to_owned()));
        }
        if head.frontier != tree.to_bytes() {
            return Err(altered(format!("its head holds another tree than its events, at {}", head.position)));
        }
        Ok(tree)
    }

    /// The root of the tree over the first `position` events of a remembered tree, from the leaves kept aside; nothing
    /// when they do not give the remembered root.
    pub(super) async fn root_at(
        &self,
        region: &RegionId,
        service: &str,
        (epoch, size, root): (u32, u64, Hash),
        position: u64,
    ) -> sqlx::Result<Option<Hash>> {
        let (mut tree, mut found) = (Frontier::default(), None);
        let mut row = 0;
        while tree.size() < size {
            let leaves =
                super::kept_leaves(&self.db, region, service, i32::try_from(epoch).unwrap_or(i32::MAX), row).await?;
            if leaves.is_empty() {
                return Ok(None);
            }
            for leaf in leaves {
                if tree.size() == position {
                    found = Some(tree.root());
                }
                if tree.size() < size {
                    tree.push(leaf);
                }
            }
            row += 1;
        }
        if tree.size() == position {
            found = Some(tree.root());
        }
        Ok(found.filter(|_| tree.root() == root))
    }
}

pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
