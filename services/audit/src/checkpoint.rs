//! Signs where each log is, again and again, so that nobody can alter what was before unseen.
//!
//! A checkpoint is cut only when the log goes on from the one before: the same tree, grown. A log that was shortened or
//! altered gets none; it raises an alarm instead.

mod blocks;
mod covering;
mod keys;
mod leaves;
mod prove;
mod schedule;

pub(crate) use blocks::{Blocks, Found};
pub use covering::covering;
pub use keys::{SigningKey, keys};
pub use leaves::LEAVES;
pub(crate) use leaves::kept_leaves;
pub use prove::NotProven;
pub(crate) use schedule::cut_when_due;

use bus::LogSource;
use chassis::{Hub, NoSecrets, Secrets};
use chrono::{DateTime, Utc};
use decider::Clock;
use event_log::tenant;
use leaves::Leaves;
use proofs::{Checkpoint, Frontier, Note, leaf_hash};
use sqlx::{AssertSqlSafe, PgPool};
use std::sync::Arc;
use vocabulary::RegionId;

/// So many events are read at a time.
const PAGE: usize = 5_000;

/// Cuts checkpoints, and keeps them.
#[derive(Clone, Debug)]
pub struct Notary {
    /// The audit service's database, bound by row-level security.
    pub db: PgPool,
    /// Where the signing keys are.
    pub secrets: Secrets,
    /// What the installation is called.
    pub domain: Arc<str>,
    /// The time.
    pub clock: Clock,
    /// The logs of every service.
    pub logs: Arc<[LogSource]>,
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

/// A checkpoint as it is read; the order of what witnesses signed does not depend on when they did.
const CUT: &str = "select service, epoch, size, cut_at, note, frontier,
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
    Key(#[from] NoSecrets),
    /// The log is not the one before, grown: it was altered or shortened. Nothing was signed.
    #[error("the log of {service} is not signed: {reason}; `regiohub audit verify` names the first bad position")]
    Altered {
        /// Whose log.
        service: String,
        /// What does not fit.
        reason: String,
    },
}

impl Notary {
    /// A notary over these logs.
    #[must_use]
    pub fn new(hub: &Hub, logs: &[LogSource]) -> Self {
        Self {
            db: hub.db.clone(),
            secrets: hub.secrets.clone(),
            domain: hub.domain.clone(),
            clock: hub.clock.clone(),
            logs: logs.into(),
        }
    }

    /// The name of a log in its checkpoints.
    #[must_use]
    pub fn origin(&self, region: &RegionId, service: &str) -> String {
        format!("{}/{region}/{service}", self.domain)
    }

    /// Cuts a checkpoint of every log of a region that has grown; answers the newest of each.
    ///
    /// # Errors
    /// See [`NotCut`]; the logs before the one that failed have theirs.
    pub async fn cut_all(&self, region: &RegionId) -> Result<Vec<Cut>, NotCut> {
        let mut cut = Vec::new();
        for log in self.logs.iter() {
            cut.extend(self.cut(region, log).await?);
        }
        cut.sort_by(|a: &Cut, b: &Cut| a.service.cmp(&b.service));
        Ok(cut)
    }

    /// Cuts a checkpoint of a log, unless it has not grown: then the last one is the answer. Nothing when there is no log.
    ///
    /// # Errors
    /// See [`NotCut`].
    pub async fn cut(&self, region: &RegionId, log: &LogSource) -> Result<Option<Cut>, NotCut> {
        let service = log.service().to_owned();
        let failed = |error| NotCut::Log(service.clone(), error);
        let altered = |reason: String| {
            let error = NotCut::Altered { service: service.clone(), reason };
            tracing::error!(%region, %error, alarm = "a log was altered");
            error
        };
        let heads = log.heads().await.map_err(failed)?;
        let head = heads.into_iter().find(|head| head.region == *region);
        let last = self.latest(region, &service).await?;
        let Some(head) = head.filter(|head| head.position > 0) else {
            return match last {
                None => Ok(None),
                Some(last) => Err(altered(format!("it is gone, and a checkpoint of size {} was signed", last.size))),
            };
        };
        // A restore to a point behind what was published begins another tree, and says so.
        let before = match &last {
            Some(last) if head.epoch < last.epoch => {
                return Err(altered(format!(
                    "it is of epoch {}, and one of epoch {} was signed",
                    head.epoch, last.epoch
                )));
            }
            Some(last) if head.epoch > last.epoch => None,
            last => last.as_ref(),
        };
        let mut tree = match before {
            Some(last) => last.tree().ok_or_else(|| altered("the checkpoint before it was altered".to_owned()))?,
            None => Frontier::default(),
        };
        let begun = before.map_or(0, |last| last.size);
        if head.position < begun {
            return Err(altered(format!("it ends at {}, and a checkpoint of size {begun} was signed", head.position)));
        }

        let mut transaction = tenant(&self.db, region).await?;
        let mut leaves = Leaves::of(&mut transaction, region, &service, head.epoch, begun).await?;
        let mut after = begun;
        while after < head.position {
            let wanted = usize::try_from(head.position - after).unwrap_or(PAGE).min(PAGE);
            let page = log.page(region, after, wanted).await.map_err(failed)?;
            if page.is_empty() {
                return Err(altered(format!(
                    "its head says that it ends at {}, and nothing is behind {after}",
                    head.position
                )));
            }
            for event in page {
                after += 1;
                if event.position != after {
                    return Err(altered(format!("{after} is missing")));
                }
                let leaf = leaf_hash(&event.text);
                tree.push(leaf);
                leaves.push(&mut transaction, leaf).await?;
            }
        }
        leaves.rest(&mut transaction).await?;
        if let LogSource::Here(here) = log {
            let there = here.heads().await?.into_iter().find(|there| there.region == *region);
            // It may have grown meanwhile: then the next checkpoint compares.
            if there.is_some_and(|there| there.position == head.position && there.frontier != tree.to_bytes()) {
                return Err(altered(format!("its head holds another tree than its events, at {}", head.position)));
            }
        }
        if let Some(last) = last.filter(|last| last.size == head.position && last.epoch == head.epoch) {
            return Ok(Some(last));
        }
        let cut = self.sign(&mut transaction, region, &service, head.epoch, &tree).await?;
        transaction.commit().await?;
        // Another process may have cut it at the same time: then its is the one.
        Ok(self.latest(region, &service).await?.or(Some(cut)))
    }

    async fn sign(
        &self,
        transaction: &mut sqlx::PgConnection,
        region: &RegionId,
        service: &str,
        epoch: i32,
        tree: &Frontier,
    ) -> Result<Cut, NotCut> {
        let checkpoint = Checkpoint {
            origin: self.origin(region, service),
            size: tree.size(),
            root: tree.root(),
            epoch: epoch.unsigned_abs(),
        };
        let now = self.clock.now();
        let signer = self.signer(transaction, region, now).await?;
        let text = checkpoint.to_string();
        let note = Note { signatures: vec![signer.sign(&text)], text }.to_string();
        let size = i64::try_from(tree.size()).unwrap_or(i64::MAX);
        let (service, frontier) = (service.to_owned(), tree.to_bytes());
        let cut = Cut { service, epoch, size, cut_at: now, note, cosignatures: vec![], frontier };
        sqlx::query(
            "insert into checkpoints.checkpoint (region, service, epoch, size, cut_at, note, frontier)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        )
        .bind(region.as_str())
        .bind(&cut.service)
        .bind(cut.epoch)
        .bind(cut.size)
        .bind(cut.cut_at)
        .bind(&cut.note)
        .bind(&cut.frontier)
        .execute(transaction)
        .await?;
        Ok(cut)
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
pub async fn list(db: &PgPool, region: &RegionId, after: (&str, i32, i64), limit: i64) -> sqlx::Result<Vec<Cut>> {
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
