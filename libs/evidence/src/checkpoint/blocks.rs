//! The tree of a log out of what its checkpoints kept aside, in blocks of 256 leaves: a proof then reads a root for each
//! block, the block its event is in, and what was recorded behind the newest checkpoint.
//!
//! A block is a whole subtree of the tree of RFC 6962, and the last, shorter one stands where its subtree would: so the
//! path of a leaf is its path within the block, and then that of the block among blocks.
//!
//! **Invariant:** nothing here is believed: what is kept must give the signed root, and a path must lead to the text.

use super::LEAVES;
use crate::said::said;
use event_log::{Pool, tenant};
use proofs::{Checkpoint, Frontier, Hash, Paths};
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::RegionId;

const BLOCK: u64 = LEAVES as u64;

/// The tree of one log at the size of a checkpoint.
pub struct Blocks<'a> {
    audit: &'a Pool,
    region: &'a RegionId,
    service: &'a str,
    signed: Checkpoint,
    /// Of each full block.
    roots: Vec<Hash>,
    /// The leaves behind the last full block.
    rest: Vec<Hash>,
}

/// The root of a tree, and the paths of the leaves that were asked for, by index.
pub type Found = (Hash, BTreeMap<u64, Vec<Hash>>);

impl<'a> Blocks<'a> {
    /// Of the newest checkpoint; nothing when there is none, or what is kept does not give the root it signs.
    pub async fn of(audit: &'a Pool, region: &'a RegionId, service: &'a str) -> sqlx::Result<Option<Self>> {
        let mut transaction = tenant(audit, region).await?;
        let note: Option<String> = sqlx::query_scalar(
            "select note from checkpoints.checkpoint where region = $1 and service = $2
             order by epoch desc, size desc limit 1",
        )
        .bind(region.as_str())
        .bind(service)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(signed) = note.as_deref().and_then(said) else { return Ok(None) };
        // A row that was full before roots were kept has none: then its leaves give it.
        let rows: Vec<Vec<u8>> = sqlx::query_scalar(
            "select coalesce(root, leaves) from checkpoints.leaves
             where region = $1 and service = $2 and epoch = $3 and number <= $4 order by number",
        )
        .bind(region.as_str())
        .bind(service)
        .bind(i32::try_from(signed.epoch).unwrap_or(i32::MAX))
        .bind(i64::try_from(signed.size / BLOCK).unwrap_or(i64::MAX))
        .fetch_all(&mut *transaction)
        .await?;
        let full = usize::try_from(signed.size / BLOCK).unwrap_or(usize::MAX);
        let mut rest = rows.get(full).map(|row| hashes(row)).unwrap_or_default();
        rest.truncate(usize::try_from(signed.size % BLOCK).unwrap_or(0));
        let roots = rows.iter().take(full).map(|row| match hashes(row).as_slice() {
            [root] => *root,
            leaves => root_of(leaves),
        });
        let blocks = Self { audit, region, service, signed, roots: roots.collect(), rest };
        let (units, _) = blocks.units(blocks.signed.size, &[]);
        Ok((root_of(&units) == blocks.signed.root).then_some(blocks))
    }

    /// What was signed.
    pub const fn signed(&self) -> &Checkpoint {
        &self.signed
    }

    /// The paths of the leaves with these indexes in the tree of `size` leaves; `behind` are those that follow the
    /// checkpoint's. Nothing when leaves are missing.
    pub async fn paths(&self, indexes: &[u64], size: u64, behind: &[Hash]) -> sqlx::Result<Option<Found>> {
        let wanted: BTreeSet<u64> = indexes.iter().copied().filter(|index| *index < size).collect();
        let mut kept = self.kept(&wanted, size).await?;
        let (mut units, last) = self.units(size, behind);
        kept.extend(last);
        if units.len() < self.roots.len() && !size.is_multiple_of(BLOCK) {
            // An earlier moment: its tree ends within a block that is full by now.
            let Some(leaves) = kept.get_mut(&(size / BLOCK)) else { return Ok(None) };
            leaves.truncate(usize::try_from(size % BLOCK).unwrap_or(0));
            units.push(root_of(leaves));
        }
        if u64::try_from(units.len()) != Ok(size.div_ceil(BLOCK)) {
            return Ok(None);
        }
        let mut among = Paths::of(wanted.iter().map(|index| index / BLOCK));
        units.iter().for_each(|unit| among.push(*unit));
        let (_, root, among) = among.end();
        let mut found = BTreeMap::new();
        let mut left = wanted.iter().copied().peekable();
        while let Some(first) = left.next() {
            let number = first / BLOCK;
            let mut inside = vec![first % BLOCK];
            while let Some(next) = left.next_if(|next| next / BLOCK == number) {
                inside.push(next % BLOCK);
            }
            let (Some(leaves), Some(above)) = (kept.get(&number), among.get(&number)) else { return Ok(None) };
            let mut within = Paths::of(inside);
            leaves.iter().for_each(|leaf| within.push(*leaf));
            let (_, _, within) = within.end();
            found.extend(within.into_iter().map(|(at, path)| (number * BLOCK + at, [path, above.clone()].concat())));
        }
        Ok((found.len() == wanted.len()).then_some((root, found)))
    }

    /// The roots of the blocks of a tree, and the leaves of those that are not kept as full ones; of an earlier moment
    /// without the last block, when that was not full.
    fn units(&self, size: u64, behind: &[Hash]) -> (Vec<Hash>, Vec<(u64, Vec<Hash>)>) {
        let full = u64::try_from(self.roots.len()).unwrap_or(u64::MAX);
        if size < self.signed.size && size / BLOCK < full {
            let full = usize::try_from(size / BLOCK).unwrap_or(usize::MAX);
            return (self.roots[..full].to_vec(), vec![]);
        }
        let mut leaves = [&self.rest, behind].concat();
        leaves.truncate(usize::try_from(size.saturating_sub(full * BLOCK)).unwrap_or(usize::MAX));
        let last: Vec<(u64, Vec<Hash>)> =
            (full..).zip(leaves.chunks(LEAVES)).map(|(number, leaves)| (number, leaves.to_vec())).collect();
        let roots = self.roots.iter().copied().chain(last.iter().map(|(_, leaves)| root_of(leaves)));
        (roots.collect(), last)
    }

    /// The leaves of the full blocks that are needed, by number.
    async fn kept(&self, wanted: &BTreeSet<u64>, size: u64) -> sqlx::Result<BTreeMap<u64, Vec<Hash>>> {
        let numbers: BTreeSet<u64> = wanted.iter().map(|index| index / BLOCK).chain([size / BLOCK]).collect();
        let numbers: Vec<i64> = numbers.into_iter().filter_map(|number| i64::try_from(number).ok()).collect();
        let mut transaction = tenant(self.audit, self.region).await?;
        let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "select number, leaves from checkpoints.leaves
             where region = $1 and service = $2 and epoch = $3 and number = any ($4) and length(leaves) = $5",
        )
        .bind(self.region.as_str())
        .bind(self.service)
        .bind(i32::try_from(self.signed.epoch).unwrap_or(i32::MAX))
        .bind(numbers)
        .bind(i32::try_from(BLOCK * 32).unwrap_or(i32::MAX))
        .fetch_all(&mut *transaction)
        .await?;
        Ok(rows.into_iter().map(|(number, leaves)| (number.unsigned_abs(), hashes(&leaves))).collect())
    }
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.as_chunks::<32>().0.to_vec()
}

/// The root of the tree over these leaves, or over roots of subtrees of one size.
pub(super) fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}
