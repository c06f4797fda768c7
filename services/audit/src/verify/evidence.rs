//! What is known of a log from aside: signed checkpoints, and the keys they were signed with.

use super::{Finding, Log, What};
use crate::cosigned::{Cosigned, seen};
use chrono::{DateTime, Utc};
use proofs::{Checkpoint, Hash, NotSigned, Note, Verifier};
use std::collections::BTreeMap;

/// Signed checkpoints of one log, and the keys that may have signed them.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// In any order.
    pub checkpoints: Vec<Signed>,
    /// Of the region.
    pub keys: Vec<Key>,
    /// Who must have signed as well.
    pub witnesses: Vec<Verifier>,
}

/// A checkpoint as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// When it was cut.
    pub cut_at: DateTime<Utc>,
    /// The signed note.
    pub note: String,
}

/// A key, and from when to when it signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its public half.
    pub verifier: Verifier,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; none while it signs.
    pub until: Option<DateTime<Utc>>,
}

/// The checkpoints of the newest epoch that are to be believed: the root at each size.
#[derive(Debug, Default)]
pub(super) struct Believed {
    roots: BTreeMap<u64, Hash>,
    pub epoch: u32,
    /// The epochs that were begun by a signed checkpoint.
    pub forks: Vec<u32>,
    /// What the witnesses signed, each by its place among those that were given: two may have one name.
    pub cosigned: Vec<(usize, Cosigned)>,
}

impl Believed {
    pub(super) fn at(&self, size: u64) -> Option<Hash> {
        self.roots.get(&size).copied()
    }

    pub(super) fn longest(&self) -> Option<u64> {
        self.roots.last_key_value().map(|(size, _)| *size)
    }
}

/// Which checkpoints to believe, and what is wrong with the others.
pub(super) fn weighed(log: &Log, evidence: &Evidence) -> (Believed, Vec<Finding>) {
    let mut wrong = Vec::new();
    let mut read: Vec<Checkpoint> = Vec::new();
    let mut cosigned = Vec::new();
    for signed in &evidence.checkpoints {
        match believe(log, signed, &evidence.keys) {
            Ok(checkpoint) => {
                let (by, forged) = cosigners(signed, checkpoint.size, &evidence.witnesses);
                cosigned.extend(by.into_iter().map(|by| (checkpoint.epoch, by)));
                wrong.extend(forged);
                read.push(checkpoint);
            }
            Err(finding) => wrong.push(finding),
        }
    }
    let epoch = read.iter().map(|checkpoint| checkpoint.epoch).max().unwrap_or(1);
    let mut believed = Believed { epoch, ..Believed::default() };
    for checkpoint in &read {
        if checkpoint.epoch > 1 && !believed.forks.contains(&checkpoint.epoch) {
            believed.forks.push(checkpoint.epoch);
        }
        if checkpoint.epoch < epoch {
            // A restore was declared: the log went on otherwise.
            continue;
        }
        let other = believed.roots.insert(checkpoint.size, checkpoint.root);
        if other.is_some_and(|root| root != checkpoint.root) {
            let says = format!("two checkpoints of size {} were signed over different trees", checkpoint.size);
            wrong.push(Finding::aside(What::Contradiction, says));
        }
    }
    believed.forks.sort_unstable();
    believed.cosigned = cosigned.into_iter().filter(|(of, _)| *of == epoch).map(|(_, by)| by).collect();
    (believed, wrong)
}

/// Which of these witnesses signed a checkpoint, and what is signed in the name of one that did not.
fn cosigners(signed: &Signed, size: u64, witnesses: &[Verifier]) -> (Vec<(usize, Cosigned)>, Vec<Finding>) {
    let Ok(note) = signed.note.parse::<Note>() else { return Default::default() };
    let (mut by, mut forged) = (Vec::new(), Vec::new());
    for (place, witness) in witnesses.iter().enumerate() {
        match seen(&note, witness) {
            Ok(at) => by.push((place, Cosigned { witness: witness.name().to_owned(), size, at })),
            Err(NotSigned::Forged(name)) => forged.push(forgery(&name, size)),
            Err(NotSigned::Absent(_)) => {}
        }
    }
    (by, forged)
}

fn forgery(name: &str, size: u64) -> Finding {
    Finding::aside(What::Forged, format!("the signature of {name} under the checkpoint of size {size} does not fit"))
}

/// Reads a checkpoint and checks whose it is.
pub(crate) fn believe(log: &Log, signed: &Signed, keys: &[Key]) -> Result<Checkpoint, Finding> {
    let unreadable = |error| Finding::aside(What::CheckpointUnreadable, format!("a checkpoint does not read: {error}"));
    let note: Note = signed.note.parse().map_err(unreadable)?;
    let checkpoint: Checkpoint = note.text.parse().map_err(unreadable)?;
    let size = checkpoint.size;
    if !checkpoint.origin.ends_with(&format!("/{}/{}", log.region, log.service)) {
        let says = format!("the checkpoint of size {size} is of {}, not of this log", checkpoint.origin);
        return Err(Finding::aside(What::OtherLog, says));
    }
    let mut known = false;
    for key in keys {
        match note.signed_by(&key.verifier) {
            Ok(_) if signed.cut_at < key.from || key.until.is_some_and(|until| signed.cut_at > until) => {
                let says =
                    format!("the checkpoint of size {size} was signed by a key that did not sign at {}", signed.cut_at);
                return Err(Finding::aside(What::KeyNotValid, says));
            }
            Ok(_) => known = true,
            Err(NotSigned::Forged(name)) => return Err(forgery(&name, size)),
            Err(NotSigned::Absent(_)) => {}
        }
    }
    if known {
        return Ok(checkpoint);
    }
    Err(Finding::aside(
        What::UnknownKey,
        format!("the checkpoint of size {size} is signed by no key that is known here"),
    ))
}
