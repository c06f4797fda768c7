//! What is held against a log: what the auditor brought, and what lies beside the log.
//!
//! **Invariant:** where a key was given, only what it signed sets a root, a size or an epoch. Keys, epochs and notes that
//! came along with what is checked are listed, and switch nothing off.

use super::strand::Strand;
use super::{Finding, Log, What};
use crate::cosigned::{Cosigned, seen};
use chrono::{DateTime, Utc};
use proofs::{Checkpoint, Hash, NotSigned, Note, Verifier};
use std::collections::{BTreeMap, BTreeSet};

/// What the auditor brought along, by another way than what is checked.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Keys that sign checkpoints. With one of these, no other key is believed; with none, nobody vouches for anything.
    pub keys: Vec<Verifier>,
    /// Who must have signed as well.
    pub witnesses: Vec<Verifier>,
    /// Keys with which an operator declares restores.
    pub operators: Vec<Verifier>,
    /// Checkpoints that were kept elsewhere, as signed notes.
    pub checkpoints: Vec<String>,
    /// The epochs whose forks the auditor accepts.
    pub accepted_forks: BTreeSet<u32>,
}

/// What is known of one log besides its lines.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The checkpoints that lie beside the log, in any order.
    pub checkpoints: Vec<Signed>,
    /// The keys that lie beside the log. They show only whether the log is consistent in itself, where no key was given.
    pub listed: Vec<Key>,
    /// The restores that lie beside the log.
    pub restores: Vec<super::Restore>,
    /// What came another way.
    pub given: Given,
}

/// A checkpoint as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// When it was cut, as the database says; nobody signs that.
    pub cut_at: DateTime<Utc>,
    /// The signed note.
    pub note: String,
    /// The epoch and size that its row says, where it has one.
    pub kept_as: Option<(u32, u64)>,
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

impl Key {
    /// A key that is good whenever it signed: one that was given.
    #[must_use]
    pub fn given(verifier: &Verifier) -> Self {
        Self { verifier: verifier.clone(), from: DateTime::<Utc>::MIN_UTC, until: None }
    }
}

/// The checkpoints that are held against the log.
#[derive(Debug, Default)]
pub(super) struct Believed {
    /// By epoch.
    pub strands: BTreeMap<u32, Strand>,
    /// What is signed by no key that was given: the roots said of each size.
    pub strangers: BTreeMap<u64, BTreeSet<Hash>>,
    /// How far the checkpoints reach that were given.
    pub given: u64,
    /// How far those reach that lie beside the log.
    pub beside: u64,
    /// What the witnesses signed, each by its place among those that were given: two may have one name.
    pub cosigned: Vec<(usize, u32, Cosigned)>,
}

impl Believed {
    fn insert(&mut self, checkpoint: &Checkpoint, wrong: &mut Vec<Finding>) {
        let size = checkpoint.size;
        if !self.strands.entry(checkpoint.epoch).or_default().signed(size, checkpoint.root) {
            let says = format!("two checkpoints of size {size} were signed over different trees");
            wrong.push(Finding::aside(What::Contradiction, says));
        }
    }
}

/// Which checkpoints to believe, and what is wrong with the others.
pub(super) fn weighed(log: &Log, evidence: &Evidence) -> (Believed, Vec<Finding>) {
    let given = &evidence.given;
    let vouched = !given.keys.is_empty();
    let keys = if vouched { given.keys.iter().map(Key::given).collect() } else { evidence.listed.clone() };
    let (mut believed, mut wrong) = (Believed::default(), Vec::new());
    for signed in &evidence.checkpoints {
        match believe(log, signed, &keys) {
            Ok(checkpoint) => {
                if let Some((epoch, size)) = signed.kept_as.filter(|at| *at != (checkpoint.epoch, checkpoint.size)) {
                    let says = format!(
                        "what is kept as the checkpoint of size {size} of epoch {epoch} is the one of size {} of epoch {}",
                        checkpoint.size, checkpoint.epoch
                    );
                    wrong.push(Finding::aside(What::Contradiction, says));
                }
                let (by, forged) = cosigners(signed, checkpoint.size, &given.witnesses);
                believed.cosigned.extend(by.into_iter().map(|(place, by)| (place, checkpoint.epoch, by)));
                wrong.extend(forged);
                believed.beside = believed.beside.max(checkpoint.size);
                believed.insert(&checkpoint, &mut wrong);
            }
            Err(finding) if vouched && finding.what == What::UnknownKey => {
                if let Some(said) = crate::said::said(&signed.note) {
                    believed.strangers.entry(said.size).or_default().insert(said.root);
                }
            }
            Err(finding) => wrong.push(finding),
        }
    }
    for note in &given.checkpoints {
        // Nobody says when it was cut: the keys beside the log are taken at any time.
        let keys: Vec<Key> = keys.iter().map(|key| Key::given(&key.verifier)).collect();
        let signed = Signed { cut_at: DateTime::UNIX_EPOCH, note: note.clone(), kept_as: None };
        match believe(log, &signed, &keys) {
            Ok(checkpoint) => {
                let (by, forged) = cosigners(&signed, checkpoint.size, &given.witnesses);
                believed.cosigned.extend(by.into_iter().map(|(place, by)| (place, checkpoint.epoch, by)));
                wrong.extend(forged);
                believed.given = believed.given.max(checkpoint.size);
                believed.insert(&checkpoint, &mut wrong);
            }
            Err(finding) => wrong.push(finding),
        }
    }
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

/// Whether a key may speak for a log: its name is the log's origin, or begins it.
pub(super) fn speaks_for(key: &Verifier, origin: &str) -> bool {
    origin.strip_prefix(key.name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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
    for key in keys.iter().filter(|key| speaks_for(&key.verifier, &checkpoint.origin)) {
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
