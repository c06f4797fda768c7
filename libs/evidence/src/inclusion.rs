//! The proof that one event stands in a log: one format, whoever made it.

use crate::said::said;
use crate::seen::cosigned;
use crate::verify::{Finding, Key, Log, Schemas, Signed, What, believe};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use event_log::Envelope;
use proofs::{Checkpoint, Hash, Verifier, included, leaf_hash};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::RegionId;

/// The proof of one event, to be kept and checked anywhere (bewijs van opname). Hashes in base64.
///
/// The leaf is `SHA-256(0x00 ‖ text)`; joined with each hash of the path in turn, as the bits of its index (position − 1) say,
/// it gives the root (RFC 6962). A proof has the text or the leaf, and the signed checkpoint or the tree head that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AuditInclusion)]
pub struct Inclusion {
    // Absent only in a proof of before there was one format.
    /// The region of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RegionId, required = true)]
    pub region: Option<RegionId>,
    /// The service that writes the log.
    pub service: String,
    /// The position of the event, from 1; its leaf has the index below.
    pub position: i64,
    /// The exact text of the event; absent where the leaf is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub event: Option<String>,
    /// The leaf of the event; absent where its text is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub leaf: Option<String>,
    /// The siblings from the leaf up to the root (RFC 6962).
    pub path: Vec<String>,
    /// How many events the tree head that was read is over; absent where a checkpoint is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    pub size: Option<u64>,
    /// The root of that tree head, which nobody signed; absent where a checkpoint is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub root: Option<String>,
    /// The signed checkpoint (C2SP) with the root of the tree, and what witnesses signed under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub checkpoint: Option<String>,
}

/// A proof as explanations and timelines had it before there was one format: hashes in hexadecimal, the index beside the
/// position, and no region.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Former {
    service: String,
    position: i64,
    index: u64,
    size: u64,
    leaf: String,
    path: Vec<String>,
    root: String,
}

impl Inclusion {
    /// A proof with that path, and nothing beside it yet.
    #[must_use]
    pub fn of(log: Log, position: i64, path: &[Hash]) -> Self {
        Self {
            region: Some(log.region),
            service: log.service,
            position,
            event: None,
            leaf: None,
            path: path.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect(),
            size: None,
            root: None,
            checkpoint: None,
        }
    }

    /// The proof of a leaf under a tree head that was read.
    #[must_use]
    pub fn under(log: Log, position: i64, leaf: &Hash, path: &[Hash], (size, root): (u64, &Hash)) -> Self {
        Self {
            leaf: Some(BASE64_STANDARD.encode(leaf)),
            size: Some(size),
            root: Some(BASE64_STANDARD.encode(root)),
            ..Self::of(log, position, path)
        }
    }

    /// Reads a proof, also one of before there was one format.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text).or_else(|error| {
            let former: Former = serde_json::from_str(text).map_err(|_| error)?;
            let Former { service, position, index, size, leaf, path, root } = former;
            // What does not say the same twice holds nowhere.
            let position = if u64::try_from(position).ok() == index.checked_add(1) { position } else { 0 };
            let (leaf, size, root) = (Some(leaf), Some(size), Some(root));
            Ok(Self { region: None, service, position, event: None, leaf, path, size, root, checkpoint: None })
        })
    }

    /// When a witness saw the checkpoint of the proof; the proof itself is checked apart.
    ///
    /// # Errors
    /// When it did not sign it, or another did in its name.
    pub fn cosigned(&self, witness: &Verifier) -> Result<DateTime<Utc>, Finding> {
        cosigned(self.signed()?, witness)
    }

    /// Checks the proof with nothing but keys; answers what the checkpoint says.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, keys: &[Verifier], schemas: &Schemas) -> Result<Checkpoint, Finding> {
        let log = self.log()?;
        // A proof does not say when the checkpoint was cut, so a key is taken at its word.
        let keys: Vec<Key> = keys.iter().map(Key::given).collect();
        let signed = Signed { cut_at: DateTime::UNIX_EPOCH, note: self.signed()?.to_owned(), kept_as: None };
        let checkpoint = believe(&log, &signed, &keys)?;
        self.within(checkpoint, schemas)
    }

    /// Whether it holds for what its checkpoint says, whoever wrote that: nobody vouches for it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check_unsigned(&self, schemas: &Schemas) -> Result<Checkpoint, Finding> {
        let log = self.log()?;
        let checkpoint =
            said(self.signed()?).filter(|said| said.origin.ends_with(&format!("/{}/{}", log.region, log.service)));
        let checkpoint = checkpoint.ok_or_else(|| {
            Finding::aside(What::OtherLog, "the checkpoint is not one of the log that the proof says".to_owned())
        })?;
        self.within(checkpoint, schemas)
    }

    fn log(&self) -> Result<Log, Finding> {
        let region = self.region.clone().ok_or_else(|| self.wrong(What::Incomplete, "it names no region"))?;
        Ok(Log { region, service: self.service.clone() })
    }

    /// Whether it holds for the tree head that it names, which nobody signed: its root and how many events it is over.
    ///
    /// # Errors
    /// What is wrong; `Incomplete` when it names none.
    pub fn check_head(&self, schemas: &Schemas) -> Result<(u64, Hash), Finding> {
        let none = || self.wrong(What::Incomplete, "it names no tree head");
        let (size, root) = (self.size.ok_or_else(none)?, self.root.as_deref().ok_or_else(none)?);
        let root = hash(root).ok_or_else(|| self.wrong(What::Incomplete, "its root is not 32 bytes"))?;
        self.leads_to(size, &root, schemas)?;
        Ok((size, root))
    }

    /// The signed checkpoint.
    fn signed(&self) -> Result<&str, Finding> {
        let none = || self.wrong(What::Incomplete, "it holds no signed checkpoint, so no key vouches for it");
        self.checkpoint.as_deref().ok_or_else(none)
    }

    fn within(&self, checkpoint: Checkpoint, schemas: &Schemas) -> Result<Checkpoint, Finding> {
        self.leads_to(checkpoint.size, &checkpoint.root, schemas)?;
        Ok(checkpoint)
    }

    fn leads_to(&self, size: u64, root: &Hash, schemas: &Schemas) -> Result<(), Finding> {
        let path: Option<Vec<Hash>> = self.path.iter().map(|text| hash(text)).collect();
        let path = path.ok_or_else(|| self.wrong(What::Incomplete, "a hash of the path is not 32 bytes in base64"))?;
        let index = self.position.checked_sub(1).and_then(|index| u64::try_from(index).ok());
        let index = index.ok_or_else(|| self.wrong(What::OutOfPlace, "a position is 1 or more"))?;
        if !included(&self.own_leaf()?, index, size, root, &path) {
            let says = "this text is not in the tree of the checkpoint: it, or the path, was altered";
            return Err(self.wrong(What::Altered, says));
        }
        let Some(event) = &self.event else { return Ok(()) };
        let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(event) else { return Ok(()) };
        match schemas.wrong(&envelope.event_type, event) {
            Some((what, says)) => Err(Finding::at(self.position, what, says)),
            None => Ok(()),
        }
    }

    /// The leaf: of the text where that is there.
    fn own_leaf(&self) -> Result<Hash, Finding> {
        let Some(event) = &self.event else {
            let leaf = self.leaf.as_deref().and_then(hash);
            return leaf.ok_or_else(|| self.wrong(What::Incomplete, "it holds neither a text nor a leaf of 32 bytes"));
        };
        let envelope: Envelope<'_> =
            serde_json::from_str(event).map_err(|_| self.wrong(What::Unreadable, "its text is no event"))?;
        if envelope.position != self.position || self.region.as_ref() != Some(&envelope.region) {
            return Err(self.wrong(What::OutOfPlace, "the text is of another event than the proof says"));
        }
        Ok(leaf_hash(event))
    }

    fn wrong(&self, what: What, says: &str) -> Finding {
        Finding::at(self.position, what, says.to_owned())
    }
}

/// A hash as text: in base64, and as it was before there was one format in hexadecimal.
fn hash(text: &str) -> Option<Hash> {
    let bytes = if text.len() == 64 { hex::decode(text).ok() } else { BASE64_STANDARD.decode(text).ok() };
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As an explanation held it before there was one format.
    const FORMER: &str = include_str!("../tests/data/proof-in-hexadecimal.json");

    fn schemas() -> Schemas {
        Schemas::of([]).unwrap()
    }

    #[test]
    fn a_proof_in_hexadecimal_still_holds() {
        let proof = Inclusion::read(FORMER).unwrap();
        assert_eq!((proof.service.as_str(), proof.position), ("co-financing", 2));
        let (size, root) = proof.check_head(&schemas()).unwrap();
        assert_eq!((size, hex::encode(root).as_str()), (3, proof.root.as_deref().unwrap()));
        // Nobody signed it, so no key vouches for it.
        assert_eq!(proof.check(&[], &schemas()).unwrap_err().what, What::Incomplete);
    }

    #[test]
    fn a_former_proof_that_was_altered_holds_no_more() {
        let other = Inclusion::read(&FORMER.replacen("\"index\": 1", "\"index\": 2", 1)).unwrap();
        assert_eq!(other.check_head(&schemas()).unwrap_err().what, What::OutOfPlace);
        let proof = Inclusion::read(FORMER).unwrap();
        let moved = Inclusion { position: 1, ..proof.clone() };
        assert_eq!(moved.check_head(&schemas()).unwrap_err().what, What::Altered);
        assert!(Inclusion::read(&FORMER.replacen("\"index\"", "\"place\"", 1)).is_err());
    }

    #[test]
    fn a_proof_under_a_tree_head_is_written_in_base64_and_holds() {
        let former = Inclusion::read(FORMER).unwrap();
        let path: Vec<Hash> = former.path.iter().map(|text| hash(text).unwrap()).collect();
        let (leaf, root) = (former.own_leaf().unwrap(), hash(former.root.as_deref().unwrap()).unwrap());
        let log = Log { region: "voorbeeld".parse().unwrap(), service: "co-financing".to_owned() };
        let proof = Inclusion::under(log, 2, &leaf, &path, (3, &root));
        let text = serde_json::to_string(&proof).unwrap();
        assert!(!text.contains(&hex::encode(leaf)), "{text}");
        assert_eq!(Inclusion::read(&text).unwrap(), proof);
        assert_eq!(proof.check_head(&schemas()).unwrap(), (3, root));
    }
}
