//! The proof that one event stands in a log, for whoever has nothing but the key: made, and checked.

use crate::checkpoint::Blocks;
use crate::cosigned::seen;
use crate::said::said;
use crate::verify::{Finding, Key, Log, Schemas, Signed, What, believe};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bus::LogSource;
use chrono::{DateTime, Utc};
use event_log::Envelope;
use proofs::{Checkpoint, Hash, NotSigned, Note, Prover, Verifier, included, leaf_hash};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use vocabulary::RegionId;

/// The proof of one event, to be kept and checked anywhere (bewijs van opname). Hashes in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AuditInclusion)]
pub struct Inclusion {
    /// The region of the log.
    pub region: RegionId,
    /// The service that writes the log.
    pub service: String,
    /// The position of the event, from 1; its leaf has the index below.
    pub position: i64,
    /// The exact text of the event: its leaf is `SHA-256(0x00 ‖ text)`.
    pub event: String,
    /// The siblings from the leaf up to the root (RFC 6962).
    pub path: Vec<String>,
    /// The signed checkpoint (C2SP) with the root of the tree, and what witnesses signed under it.
    pub checkpoint: String,
}

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
            region: self.log.region,
            service: self.log.service,
            position: self.position,
            event,
            path: path.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect(),
            checkpoint: self.checkpoint,
        })
    }
}

/// Proves an event against the newest checkpoint out of what was kept aside when that was cut, without reading the log.
/// Nothing when it is another one, or what is kept does not lead from the event to what was signed.
///
/// # Errors
/// When a database or the log does not answer.
pub async fn out_of_kept(
    audit: &PgPool,
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
        region: log.region.clone(),
        service: log.service.clone(),
        position,
        event: event.text,
        path: path.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect(),
        checkpoint: checkpoint.to_owned(),
    }))
}

/// When a witness saw a checkpoint.
pub(crate) fn cosigned(checkpoint: &str, witness: &Verifier) -> Result<DateTime<Utc>, Finding> {
    let note: Note = checkpoint.parse().map_err(|error: proofs::Malformed| {
        Finding::aside(What::CheckpointUnreadable, format!("the checkpoint does not read: {error}"))
    })?;
    seen(&note, witness).map_err(|error| match error {
        NotSigned::Absent(_) => Finding::aside(What::NotCosigned, error.to_string()),
        NotSigned::Forged(_) => Finding::aside(What::Forged, error.to_string()),
    })
}

impl Inclusion {
    /// When a witness saw the checkpoint of the proof; the proof itself is checked apart.
    ///
    /// # Errors
    /// When it did not sign it, or another did in its name.
    pub fn cosigned(&self, witness: &Verifier) -> Result<DateTime<Utc>, Finding> {
        cosigned(&self.checkpoint, witness)
    }

    /// Checks the proof with nothing but keys; answers what the checkpoint says.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, keys: &[Verifier], schemas: &Schemas) -> Result<Checkpoint, Finding> {
        let log = Log { region: self.region.clone(), service: self.service.clone() };
        // A proof does not say when the checkpoint was cut, so a key is taken at its word.
        let keys: Vec<Key> = keys.iter().map(Key::given).collect();
        let signed = Signed { cut_at: DateTime::UNIX_EPOCH, note: self.checkpoint.clone(), kept_as: None };
        let checkpoint = believe(&log, &signed, &keys)?;
        self.within(checkpoint, schemas)
    }

    /// Whether it holds for what its checkpoint says, whoever wrote that: nobody vouches for it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check_unsigned(&self, schemas: &Schemas) -> Result<Checkpoint, Finding> {
        let checkpoint =
            said(&self.checkpoint).filter(|said| said.origin.ends_with(&format!("/{}/{}", self.region, self.service)));
        let checkpoint = checkpoint.ok_or_else(|| {
            Finding::aside(What::OtherLog, "the checkpoint is not one of the log that the proof says".to_owned())
        })?;
        self.within(checkpoint, schemas)
    }

    fn within(&self, checkpoint: Checkpoint, schemas: &Schemas) -> Result<Checkpoint, Finding> {
        let at = |what, says: &str| Finding::at(self.position, what, says.to_owned());
        let path: Option<Vec<Hash>> =
            self.path.iter().map(|hash| BASE64_STANDARD.decode(hash).ok()?.try_into().ok()).collect();
        let path = path.ok_or_else(|| at(What::Incomplete, "a hash of the path is not 32 bytes in base64"))?;
        let index = self.position.checked_sub(1).and_then(|index| u64::try_from(index).ok());
        let index = index.ok_or_else(|| at(What::OutOfPlace, "a position is 1 or more"))?;
        let envelope: Envelope<'_> =
            serde_json::from_str(&self.event).map_err(|_| at(What::Unreadable, "its text is no event"))?;
        if envelope.position != self.position || envelope.region != self.region {
            return Err(at(What::OutOfPlace, "the text is of another event than the proof says"));
        }
        if !included(&leaf_hash(&self.event), index, checkpoint.size, &checkpoint.root, &path) {
            return Err(at(
                What::Altered,
                "this text is not in the tree of the checkpoint: it, or the path, was altered",
            ));
        }
        match schemas.wrong(&envelope.event_type, &self.event) {
            Some((what, says)) => Err(Finding::at(self.position, what, says)),
            None => Ok(checkpoint),
        }
    }
}
