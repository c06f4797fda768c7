//! What operators declare of restores, held against the log in which they did.
//!
//! **Invariant:** a declaration counts only where its event stands in the log itself, at the place that it names, over a
//! tree that has the root it names, signed by an operator's key that was given.

use super::evidence::Evidence;
use super::{Check, Finding, Log, What, signed_place};
use proofs::{Declaration, Frontier, Hash, NotDeclared, NotSigned, Verifier, leaf_hash};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vocabulary::restore::{LogRestored, event_type};

/// An event that says that the log was restored, as it was found beside the log. It counts where the log has that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The position of the event.
    pub at: u64,
    /// Its exact text.
    pub text: String,
}

/// What the operator declared of a restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Declared {
    /// The position of the event that holds the declaration.
    pub at: u64,
    /// The name of the key that signed it.
    pub by: String,
    /// The last position that was kept.
    pub position: u64,
    /// The reason that the operator signed, in one line.
    pub reason: String,
    /// Whether it was declared later than the log went on.
    pub afterwards: bool,
}

/// The declarations of one log, while that goes by.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    found: Vec<Found>,
    /// The roots at the positions that are said to be kept, once they went by.
    roots: BTreeMap<u64, Option<Hash>>,
    /// Those that hold, by the epoch they raised.
    pub hold: BTreeMap<u32, Declared>,
    /// What is said to be kept by an operator whose declaration does not hold, by the epoch: that is not excused.
    pub broken: BTreeMap<u32, u64>,
    /// Where events stand that declare an epoch, whoever signed them.
    pub claims: BTreeMap<u32, u64>,
}

#[derive(Debug)]
struct Found {
    at: u64,
    leaf: Hash,
    said: Declaration,
    by: Result<String, String>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    event_type: String,
    data: LogRestored,
}

impl Declarations {
    /// Reads those that lie beside the log.
    pub(super) fn read(log: &Log, evidence: &Evidence) -> (Self, Vec<Finding>) {
        let (mut all, mut wrong) = (Self::default(), Vec::new());
        for restore in &evidence.restores {
            match found(log, restore, &evidence.given.operators) {
                Ok(found) => {
                    all.roots
                        .insert(found.said.position, (found.said.position == 0).then(|| Frontier::default().root()));
                    all.found.push(found);
                }
                Err(says) => wrong.push(Finding::at(signed_place(restore.at), What::Declaration, says)),
            }
        }
        (all, wrong)
    }
}

/// Reads one. What it says beside its note must be what the note says.
fn found(log: &Log, restore: &Restore, operators: &[Verifier]) -> Result<Found, String> {
    let event: Event = serde_json::from_str(&restore.text).map_err(|_| "it declares no restore".to_owned())?;
    if event.event_type != event_type(&log.service) {
        return Err("it declares no restore of this log".to_owned());
    }
    let data = event.data;
    let note: proofs::Note = data.note.parse().map_err(|error| format!("its declaration does not read: {error}"))?;
    let said: Declaration = note.text.parse().map_err(|error| format!("its declaration does not read: {error}"))?;
    let beside = (data.from_epoch, data.to_epoch, data.position, data.afterwards);
    if beside != (said.from_epoch, said.to_epoch, said.position, said.afterwards) {
        return Err("it says something else than the note that the operator signed".to_owned());
    }
    let domain = said.origin.strip_suffix(&format!("/{}/{}", log.region, log.service));
    let domain = domain.ok_or_else(|| format!("its declaration is of {}, not of this log", said.origin))?;
    // An operator speaks for one installation.
    let name = Declaration::key_name(domain);
    let mut by = Err(format!("signed by no operator key that was given ({name})"));
    for operator in operators.iter().filter(|operator| operator.name() == name) {
        match Declaration::signed(&data.note, operator) {
            Ok(_) => by = Ok(name.clone()),
            Err(NotDeclared::NotSigned(NotSigned::Forged(name))) => {
                return Err(format!("the signature of {name} under its declaration does not fit"));
            }
            Err(_) => {}
        }
    }
    Ok(Found { at: restore.at, leaf: leaf_hash(&restore.text), said, by })
}

impl Check<'_> {
    /// The log ended: what was to stand behind its end declares nothing.
    pub(super) fn undeclared(&mut self) {
        for Found { at, .. } in std::mem::take(&mut self.declared.found) {
            let says = "what declares a restore stands nowhere in the log".to_owned();
            self.find(Finding::at(signed_place(at), What::Declaration, says));
        }
    }

    /// A place went by: its leaf, and the tree up to it.
    pub(super) fn declarations(&mut self, leaf: Option<Hash>) {
        let root = self.tree.as_ref().map(Frontier::root);
        let place = self.place;
        if let Some(kept) = self.declared.roots.get_mut(&place) {
            *kept = root;
        }
        let mut wrong = Vec::new();
        for found in self.declared.found.extract_if(.., |found| found.at == place) {
            let Found { at, said, by, .. } = found;
            let kept = self.declared.roots.get(&said.position).copied().flatten();
            let place_fits = if said.afterwards { said.position < at } else { said.position + 1 == at };
            let says = if leaf != Some(found.leaf) {
                "what declares a restore is not the event that stands here".to_owned()
            } else if !place_fits {
                format!("a restore that kept what was up to {} is not declared at {at}", said.position)
            } else if kept != Some(said.root) {
                if by.is_ok() {
                    self.declared.broken.insert(said.to_epoch, said.position);
                }
                format!("the restore that is declared kept another tree up to {} than the log has", said.position)
            } else {
                self.declared.claims.entry(said.to_epoch).or_insert(at);
                if let Ok(by) = by {
                    let Declaration { to_epoch, position, reason, afterwards, .. } = said;
                    self.declared.hold.entry(to_epoch).or_insert(Declared { at, by, position, reason, afterwards });
                }
                continue;
            };
            wrong.push(Finding::at(signed_place(at), What::Declaration, says));
        }
        wrong.into_iter().for_each(|finding| self.find(finding));
    }
}
