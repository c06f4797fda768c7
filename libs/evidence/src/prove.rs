//! Proves that one event stands in a log, for whoever has nothing but the key.

use crate::checkpoint::Blocks;
use crate::inclusion::Inclusion;
use crate::said::said;
use crate::verify::Log;
use bus::LogSource;
use event_log::Pool;
use proofs::{Checkpoint, Hash, Prover, included, leaf_hash};

/// Proves an event against a checkpoint: leaves go by in order, from the first.
#[derive(Debug)]
pub struct Proving {
    log: Log,
    position: i64,
    checkpoint: String,
    said: Checkpoint,
    prover: Prover,
    event: Option<String>,
    seen: u64,
}

impl Proving {
    /// Begins; nothing when the checkpoint does not read or does not reach the position.
    #[must_use]
    pub fn new(log: Log, position: i64, checkpoint: &str) -> Option<Self> {
        let said = said(checkpoint)?;
        let index = u64::try_from(position.checked_sub(1)?).ok()?;
        let prover = Prover::inclusion(index, said.size)?;
        Some(Self { log, position, checkpoint: checkpoint.to_owned(), said, prover, event: None, seen: 0 })
    }

    /// How many texts are needed.
    #[must_use]
    pub const fn wants(&self) -> u64 {
        self.said.size
    }

    /// The next text.
    pub fn push(&mut self, text: &str) {
        self.seen += 1;
        if i64::try_from(self.seen) == Ok(self.position) {
            self.event(text.to_owned());
        }
        self.prover.push(leaf_hash(text));
    }

    /// The next leaf, where the texts are not read.
    pub fn leaf(&mut self, leaf: Hash) {
        self.prover.push(leaf);
    }

    /// The text that is proven, where the texts are not read.
    pub fn event(&mut self, text: String) {
        self.event = Some(text);
    }

    /// The proof; nothing when texts are missing, or are not those that were signed.
    #[must_use]
    pub fn end(self) -> Option<Inclusion> {
        let (event, path) = (self.event?, self.prover.proof()?);
        let index = u64::try_from(self.position - 1).ok()?;
        included(&leaf_hash(&event), index, self.said.size, &self.said.root, &path).then(|| Inclusion {
            event: Some(event),
            checkpoint: Some(self.checkpoint),
            ..Inclusion::of(self.log, self.position, &path)
        })
    }
}

/// Proves an event against the newest checkpoint out of what was kept aside when that was cut, without reading the log.
/// Nothing when it is another one, or what is kept does not lead from the event to what was signed.
///
/// # Errors
/// When a database or the log does not answer.
pub async fn out_of_kept(
    audit: &Pool,
    source: &LogSource,
    log: &Log,
    position: i64,
    checkpoint: &str,
) -> Result<Option<Inclusion>, bus::Error> {
    let index = position.checked_sub(1).and_then(|index| u64::try_from(index).ok());
    let (Some(index), Some(blocks)) = (index, Blocks::of(audit, &log.region, &log.service).await?) else {
        return Ok(None);
    };
    let signed = blocks.signed();
    if said(checkpoint).as_ref() != Some(signed) {
        return Ok(None);
    }
    let Some((root, mut paths)) = blocks.paths(&[index], signed.size, &[]).await? else { return Ok(None) };
    let event = source.page(&log.region, position - 1, 1).await?.pop();
    let (Some(event), Some(path)) = (event, paths.remove(&index)) else { return Ok(None) };
    let holds = root == signed.root && included(&leaf_hash(&event.text), index, signed.size, &root, &path);
    Ok(holds.then(|| Inclusion {
        event: Some(event.text),
        checkpoint: Some(checkpoint.to_owned()),
        ..Inclusion::of(log.clone(), position, &path)
    }))
}
