//! The proof that a later checkpoint of a log is an earlier one, grown, for whoever has nothing but the key: made, and
//! checked.
//!
//! **Invariant:** what is kept aside is not believed, and neither is the log: a proof is handed out when it leads to the
//! roots of both checkpoints.

use crate::checkpoint::{Cut, of_sizes};
use crate::said::said;
use crate::seen::cosigned;
use crate::verify::{Finding, Key, Log, Signed, What, believe};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bus::LogSource;
use chrono::{DateTime, Utc};
use event_log::Pool;
use futures_util::TryStreamExt;
use proofs::{Checkpoint, Hash, Prover, Verifier, consistent, leaf_hash};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocabulary::RegionId;

/// So many events are read at a time.
const PAGE: u64 = 5_000;

/// The proof that the events of one checkpoint are the first ones of a later checkpoint, to be kept and checked anywhere
/// (consistentiebewijs). Hashes in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AuditConsistency)]
pub struct Consistency {
    /// The region of the log.
    pub region: RegionId,
    /// The service that writes the log.
    pub service: String,
    /// The number of events that the earlier checkpoint covers.
    pub from: u64,
    /// The number of events that the later checkpoint covers.
    pub to: u64,
    /// The hashes of the consistency proof (RFC 6962, 2.1.2).
    pub path: Vec<String>,
    /// The earlier checkpoint as it was published (C2SP), with what witnesses signed under it.
    pub from_checkpoint: String,
    /// The signed note of the later checkpoint.
    pub to_checkpoint: String,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum NotConsistent {
    /// The database does not answer.
    #[error("the checkpoints cannot be reached: {0}")]
    Unavailable(#[from] sqlx::Error),
    /// The log does not answer.
    #[error("the log cannot be read: {0}")]
    Log(#[from] bus::Error),
    /// The earlier checkpoint was said to be the longer one.
    #[error("the earlier checkpoint is the shorter one: {from} is more than {to}")]
    Backwards {
        /// The size of the earlier one.
        from: u64,
        /// The size of the later one.
        to: u64,
    },
    /// No checkpoint of the log has that size.
    #[error("no checkpoint of this log is over {size} events: the list of checkpoints has their sizes")]
    NoCheckpoint {
        /// That size.
        size: u64,
    },
    /// They are of different epochs.
    #[error(
        "the checkpoints over {from} and {to} events are of different epochs: after a restore a log is not the earlier one, \
         grown, and `regiohub audit verify` says from where it differs"
    )]
    OtherEpoch {
        /// The size of the earlier one.
        from: u64,
        /// The size of the later one.
        to: u64,
    },
    /// Whose signatures count is not known, so any row would count as signed.
    #[error("no key of this log is known here: {0}")]
    NoKeys(String),
    /// Neither what is kept nor the log gives what was signed.
    #[error("the log is not what was signed at both checkpoints; `regiohub audit verify` names the first bad position")]
    Altered,
}

/// Proves that the checkpoint over `to` events of a log is the one over `from` events, grown: out of the leaves kept aside,
/// or out of the log where those do not lead to what was signed. Of several epochs with both sizes it is the newest.
/// One of the keys must have signed both: whoever owns the database could have written a row.
///
/// # Errors
/// See [`NotConsistent`].
pub async fn prove(
    audit: &Pool,
    source: &LogSource,
    log: &Log,
    (from, to): (u64, u64),
    keys: &[Verifier],
) -> Result<Consistency, NotConsistent> {
    if from > to {
        return Err(NotConsistent::Backwards { from, to });
    }
    if keys.is_empty() {
        return Err(NotConsistent::NoKeys("nothing of it was signed".to_owned()));
    }
    let cuts = of_sizes(audit, &log.region, &log.service, &[from, to]).await?;
    let with = |size: u64| cuts.iter().filter(move |cut| cut.size.unsigned_abs() == size);
    for size in [from, to] {
        with(size).next().ok_or(NotConsistent::NoCheckpoint { size })?;
    }
    let mut pairs = with(to).filter_map(|last| Some((with(from).find(|first| first.epoch == last.epoch)?, last)));
    let (first, last) = pairs.next().ok_or(NotConsistent::OtherEpoch { from, to })?;
    let own = |cut: &Cut| own(log, cut, keys).ok_or(NotConsistent::Altered);
    let signed = (own(first)?, own(last)?);
    if signed.0.origin != signed.1.origin {
        return Err(NotConsistent::Altered);
    }
    let path = match kept(audit, log, last.epoch, &signed).await? {
        Some(path) => path,
        None => read(source, &log.region, &signed).await?.ok_or(NotConsistent::Altered)?,
    };
    Ok(Consistency {
        region: log.region.clone(),
        service: log.service.clone(),
        from,
        to,
        path: path.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect(),
        from_checkpoint: first.published(),
        to_checkpoint: last.published(),
    })
}

/// What a kept checkpoint says, when it is of this log, says what its row says, and is signed with one of these keys.
fn own(log: &Log, cut: &Cut, keys: &[Verifier]) -> Option<Checkpoint> {
    let said = cut.checkpoint()?;
    let same = (said.size, said.epoch) == (cut.size.unsigned_abs(), cut.epoch.unsigned_abs())
        && said.origin.ends_with(&format!("/{}/{}", log.region, log.service));
    let note: proofs::Note = cut.note.parse().ok()?;
    let signed = keys.iter().any(|key| note.signed_by(key).is_ok());
    (same && signed).then_some(said)
}

/// Makes the proof from leaves in order.
struct Making<'a> {
    signed: &'a (Checkpoint, Checkpoint),
    prover: Prover,
    left: u64,
}

impl<'a> Making<'a> {
    fn new(signed: &'a (Checkpoint, Checkpoint)) -> Option<Self> {
        let (first, last) = signed;
        Some(Self { signed, prover: Prover::consistency(first.size, last.size)?, left: last.size })
    }

    fn leaf(&mut self, leaf: Hash) {
        self.prover.push(leaf);
        self.left -= 1;
    }

    /// The proof, when it leads to both roots.
    fn end(self) -> Option<Vec<Hash>> {
        let (first, last) = self.signed;
        let path = self.prover.proof()?;
        consistent(first.size, &first.root, last.size, &last.root, &path).then_some(path)
    }
}

/// Out of the leaves that were kept aside.
async fn kept(
    audit: &Pool,
    log: &Log,
    epoch: i32,
    signed: &(Checkpoint, Checkpoint),
) -> sqlx::Result<Option<Vec<Hash>>> {
    let Some(mut making) = Making::new(signed) else { return Ok(None) };
    let mut transaction = event_log::tenant(audit, &log.region).await?;
    let mut rows = sqlx::query_scalar::<_, Vec<u8>>(
        "select leaves from checkpoints.leaves where region = $1 and service = $2 and epoch = $3 order by number",
    )
    .bind(log.region.as_str())
    .bind(&log.service)
    .bind(epoch)
    .fetch(&mut *transaction);
    // The last row may have grown since.
    while making.left > 0
        && let Some(row) = rows.try_next().await?
    {
        let wanted = usize::try_from(making.left).unwrap_or(usize::MAX);
        row.as_chunks::<32>().0.iter().take(wanted).for_each(|leaf| making.leaf(*leaf));
    }
    Ok(making.end())
}

/// Out of the log itself.
async fn read(
    source: &LogSource,
    region: &RegionId,
    signed: &(Checkpoint, Checkpoint),
) -> Result<Option<Vec<Hash>>, bus::Error> {
    let Some(mut making) = Making::new(signed) else { return Ok(None) };
    let mut after = 0;
    while making.left > 0 {
        let wanted = usize::try_from(making.left.min(PAGE)).unwrap_or(usize::MAX);
        let page = source.page(region, after, wanted).await?;
        if page.is_empty() {
            return Ok(None);
        }
        for event in page {
            after += 1;
            if event.position != after {
                return Ok(None);
            }
            making.leaf(leaf_hash(&event.text));
        }
    }
    Ok(making.end())
}

impl Consistency {
    /// When a witness saw the later checkpoint; the proof itself is checked apart.
    ///
    /// # Errors
    /// When it did not sign it, or another did in its name.
    pub fn cosigned(&self, witness: &Verifier) -> Result<DateTime<Utc>, Finding> {
        cosigned(&self.to_checkpoint, witness)
    }

    /// Checks the proof with nothing but keys; answers what the later checkpoint says.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, keys: &[Verifier]) -> Result<Checkpoint, Finding> {
        let log = Log { region: self.region.clone(), service: self.service.clone() };
        // A proof does not say when its checkpoints were cut, so a key is taken at its word.
        let keys: Vec<Key> = keys.iter().map(Key::given).collect();
        for note in [&self.from_checkpoint, &self.to_checkpoint] {
            let signed = Signed { cut_at: DateTime::UNIX_EPOCH, note: note.clone(), kept_as: None };
            believe(&log, &signed, &keys)?;
        }
        self.check_unsigned()
    }

    /// Whether it holds for what its checkpoints say, whoever wrote those: nobody vouches for that.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check_unsigned(&self) -> Result<Checkpoint, Finding> {
        let wrong = |what, says: &str| Err(Finding::aside(what, says.to_owned()));
        let (Some(from), Some(to)) = (said(&self.from_checkpoint), said(&self.to_checkpoint)) else {
            return wrong(What::CheckpointUnreadable, "a checkpoint does not read");
        };
        let ending = format!("/{}/{}", self.region, self.service);
        if from.origin != to.origin || !to.origin.ends_with(&ending) {
            return wrong(What::OtherLog, "the checkpoints are not both of the log that the proof says");
        }
        if from.epoch != to.epoch {
            return wrong(
                What::Fork,
                "the checkpoints are of different epochs: the log went on otherwise after a restore",
            );
        }
        if (from.size, to.size) != (self.from, self.to) {
            return wrong(What::OutOfPlace, "the checkpoints are of other sizes than the proof says");
        }
        let path: Option<Vec<Hash>> =
            self.path.iter().map(|hash| BASE64_STANDARD.decode(hash).ok()?.try_into().ok()).collect();
        let Some(path) = path else {
            return wrong(What::Incomplete, "a hash of the path is not 32 bytes in base64");
        };
        if !consistent(from.size, &from.root, to.size, &to.root, &path) {
            return wrong(
                What::Altered,
                "the later checkpoint is not the earlier one, grown: a log was altered in between, or the path was",
            );
        }
        Ok(to)
    }
}
