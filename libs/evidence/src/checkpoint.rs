//! Signs where each log is, again and again, so that nobody can alter what was before unseen.
//!
//! A checkpoint is cut only when the log goes on from the one before: the same tree, grown. The one before is what the
//! signer remembers, outside the database that it signs. A log that was shortened or altered gets none; it raises an alarm
//! instead. A log that was restored goes on as another epoch, when its operator declared that.

mod adopting;
mod blocks;
mod covering;
mod cutting;
mod first;
mod forks;
mod growing;
mod keys;
mod leaves;
mod turn;

pub use blocks::{Blocks, Found};
pub use covering::{covering, of_sizes};
pub use forks::Fork;
pub use keys::keys;
pub use leaves::LEAVES;
pub(crate) use leaves::kept_leaves;

use crate::keyring::{Keyring, NoKey};
use crate::signer::{NoMemory, NoSigner, Signer};
use bus::LogSource;
use chrono::{DateTime, Utc};
use decider::Clock;
use event_log::{Pool, tenant};
use proofs::{Checkpoint, Frontier, Note, Verifier};
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use vocabulary::RegionId;

/// So many events are read at a time.
const PAGE: usize = 5_000;

/// Cuts checkpoints, and keeps them.
#[derive(Clone, Debug)]
pub struct Notary {
    /// The audit service's database, bound by row-level security.
    pub db: Pool,
    /// Where the signing keys are.
    pub keyring: Keyring,
    /// What the installation is called.
    pub domain: Arc<str>,
    /// The time.
    pub clock: Clock,
    /// The logs of every service.
    pub logs: Arc<[LogSource]>,
    /// Who signs, and what was signed.
    pub signer: Signer,
    /// The public half of the operator's key, which declares restores.
    pub operator_key: Option<Verifier>,
}

/// A checkpoint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Cut {
    /// Of which service's log.
    pub service: String,
    /// Of which life of it.
    pub epoch: i32,
    /// How many events there were.
    pub size: i64,
    /// When it was cut.
    pub cut_at: DateTime<Utc>,
    /// The signed note.
    pub note: String,
    /// What witnesses signed under it.
    #[sqlx(default)]
    cosignatures: Vec<String>,
    /// The tree's frontier.
    frontier: Vec<u8>,
}

/// A checkpoint as it is read; the order of what witnesses signed does not depend on when they did. A moment that is none,
/// such as `infinity`, stops nobody who reads it.
const CUT: &str =
    "select service, epoch, size, least(greatest(cut_at, '1970-01-01'), '9999-12-30') as cut_at, note, frontier,
     array(select cosignature from checkpoints.handed
           where handed.region = checkpoint.region and handed.service = checkpoint.service
             and handed.epoch = checkpoint.epoch and handed.size = checkpoint.size and cosignature is not null
           order by cosignature collate \"C\") as cosignatures
     from checkpoints.checkpoint";

/// Why a log gets no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum NotCut {
    /// The database does not answer.
    #[error("the checkpoints cannot be reached: {0}")]
    Unavailable(#[from] sqlx::Error),
    /// A log does not answer.
    #[error("the log of {0} cannot be read: {1}")]
    Log(String, bus::Error),
    /// The signing key cannot be read or made.
    #[error(transparent)]
    Key(#[from] NoKey),
    /// The memory of what was signed cannot be used.
    #[error(transparent)]
    Memory(#[from] NoMemory),
    /// This process does not sign.
    #[error("this process does not sign: give it --signer-url, the address of the audit service that does")]
    NotHere,
    /// The process that signs does not answer, or refuses.
    #[error("the signer: {0}")]
    Elsewhere(String),
    /// What was signed before is not remembered, so nothing is signed until the operator gives the newest note.
    #[error(
        "the log of {service} is not signed: {reason}; `regiohub audit signer adopt NOTE` gives it the newest note"
    )]
    NotRemembered {
        /// The region of the log.
        service: String,
        /// What is missing.
        reason: String,
    },
    /// A note is not one to go on from.
    #[error("the signer does not accept this note: {0}")]
    NotAdopted(String),
    /// The log is not the one before, grown: it was altered or shortened. Nothing was signed.
    #[error("the log of {service} is not signed: {reason}; `regiohub audit verify` names the first bad position")]
    Altered {
        /// The region of the log.
        service: String,
        /// What does not fit.
        reason: String,
    },
}

impl From<NoSigner> for NotCut {
    fn from(error: NoSigner) -> Self {
        match error {
            NoSigner::NotHere => Self::NotHere,
            NoSigner::Elsewhere(reason) => Self::Elsewhere(reason),
            NoSigner::Memory(error) => Self::Memory(error),
        }
    }
}

impl Notary {
    /// The name of a log in its checkpoints.
    #[must_use]
    pub fn origin(&self, region: &RegionId, service: &str) -> String {
        format!("{}/{region}/{service}", self.domain)
    }

    /// The region of a log of a service, by its name in its checkpoints.
    pub(crate) fn region_of(&self, origin: &str, service: &str) -> Option<RegionId> {
        origin.strip_prefix(&*self.domain)?.strip_prefix('/')?.strip_suffix(service)?.strip_suffix('/')?.parse().ok()
    }

    /// The newest checkpoint of a log.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn latest(&self, region: &RegionId, service: &str) -> sqlx::Result<Option<Cut>> {
        let mut transaction = tenant(&self.db, region).await?;
        sqlx::query_as(AssertSqlSafe(format!(
            "{CUT} where region = $1 and service = $2 order by epoch desc, size desc limit 1"
        )))
        .bind(region.as_str())
        .bind(service)
        .fetch_optional(&mut *transaction)
        .await
    }

    /// The checkpoints of a region, by service, epoch and size, behind `after`, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, region: &RegionId, after: (&str, i32, i64), limit: i64) -> sqlx::Result<Vec<Cut>> {
        list(&self.db, region, after, limit).await
    }
}

/// The checkpoints of a region, by service, epoch and size, behind `after`, at most `limit`.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &Pool, region: &RegionId, after: (&str, i32, i64), limit: i64) -> sqlx::Result<Vec<Cut>> {
    let mut transaction = tenant(db, region).await?;
    sqlx::query_as(AssertSqlSafe(format!(
        "{CUT} where region = $1 and (service, epoch, size) > ($2, $3, $4) order by service, epoch, size limit $5"
    )))
    .bind(region.as_str())
    .bind(after.0)
    .bind(after.1)
    .bind(after.2)
    .bind(limit)
    .fetch_all(&mut *transaction)
    .await
}

impl Cut {
    /// The note with what witnesses signed under it, as it is handed to whoever asks.
    #[must_use]
    pub fn published(&self) -> String {
        self.cosignatures.iter().fold(self.note.clone(), |note, line| note + line + "\n")
    }

    /// What it says.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.note.parse::<Note>().ok()?.text.parse().ok()
    }

    /// The tree it was cut over; none when note and tree do not say the same.
    fn tree(&self) -> Option<Frontier> {
        let tree = Frontier::from_bytes(self.size.unsigned_abs(), &self.frontier)?;
        self.checkpoint().is_some_and(|said| said.size == tree.size() && said.root == tree.root()).then_some(tree)
    }
}
