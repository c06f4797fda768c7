//! A restored log begins another epoch, and its first event declares that.

use crate::append::{Context, NewEvent};
use crate::envelope::{Place, write};
use crate::log::Head;
use crate::{Error, EventLog, Frontier, Hash, Recorded, leaf_hash, tenant_holding_rows};
use chrono::SubsecRound;
use sessions::Rows;
use vocabulary::RegionId;

/// The restore of a log, as that log records it.
#[derive(Clone, Debug)]
pub struct Restoration {
    /// The epoch that begins, or has begun already; the stream is `restore/<epoch>`.
    pub epoch: i32,
    /// Where the log must end, and with which root, for the event to be the first of that epoch. `None`: it has begun
    /// already, and the event is written wherever the log ends now.
    pub follows: Option<(i64, Hash)>,
    /// What is written.
    pub event: NewEvent,
    /// Who wrote it.
    pub context: Context,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Restored {
    /// It is on disk: where the log ends now.
    Written(Head),
    /// That epoch has such an event already; nothing was written.
    Before(Head, Box<Recorded>),
    /// The log does not end where it should, or is of another epoch; nothing was written.
    Elsewhere(Head),
}

impl Head {
    /// The root of the tree over all its events; none when the frontier is not one of that many.
    #[must_use]
    pub fn root(&self) -> Option<Hash> {
        Some(Frontier::from_bytes(self.position.unsigned_abs(), &self.frontier)?.root())
    }
}

impl EventLog {
    /// Begins a new epoch of a log that was restored to an earlier point, and writes its first event: both or neither,
    /// under the lock that appends take. `None` when there is no such log.
    ///
    /// # Errors
    /// When the database does not answer, or the end of the log does not read.
    pub async fn restored(&self, region: &RegionId, wanted: &Restoration) -> Result<Option<Restored>, Error> {
        let mut transaction = tenant_holding_rows(self.app(), region).await?;
        let head: Option<Head> = sqlx::query_as(
            "select region, epoch, position, recorded_at, frontier from event_log.head where region = $1 for update",
        )
        .bind(region.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(head) = head else { return Ok(None) };
        let stream = format!("restore/{}", wanted.epoch);
        let before: Option<String> = sqlx::query_scalar(
            "select body from event_log.event where region = $1 and stream = $2 order by version limit 1",
        )
        .bind(region.as_str())
        .bind(&stream)
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(body) = before {
            return Ok(Some(Restored::Before(head, Box::new(Recorded::parse(body)?))));
        }
        let fits = match &wanted.follows {
            Some((position, root)) => {
                head.epoch < wanted.epoch && head.position == *position && head.root() == Some(*root)
            }
            None => head.epoch == wanted.epoch,
        };
        if !fits {
            return Ok(Some(Restored::Elsewhere(head)));
        }
        let mut tree = Frontier::from_bytes(head.position.unsigned_abs(), &head.frontier).ok_or_else(|| {
            sqlx::Error::Decode(format!("the frontier of {region} is not one of {} leaves", head.position).into())
        })?;
        let recorded_at = self.now().trunc_subsecs(6).max(head.recorded_at);
        let position = head.position + 1;
        let place = Place { source: self.source(), region, stream: &stream, version: 1, position, recorded_at };
        let body = write(&wanted.event, &wanted.context, &place);
        let leaf = leaf_hash(&body);
        tree.push(leaf);
        let head = Head { epoch: wanted.epoch, position, recorded_at, frontier: tree.to_bytes(), ..head };
        insert(&mut transaction, &head, &stream, wanted, (&leaf, &body)).await?;
        transaction.commit().await?;
        self.recent().forget(region);
        self.wrote(region, position);
        Ok(Some(Restored::Written(head)))
    }

    /// What the log says of how the epoch began; none when nothing was declared.
    ///
    /// # Errors
    /// When the database does not answer, or the text does not read.
    pub async fn declared(&self, region: &RegionId, epoch: i32) -> Result<Option<Recorded>, Error> {
        Ok(self.history(region, &format!("restore/{epoch}")).await?.into_iter().next())
    }
}

async fn insert(
    rows: &mut Rows,
    head: &Head,
    stream: &str,
    wanted: &Restoration,
    (leaf, body): (&Hash, &str),
) -> sqlx::Result<()> {
    sqlx::query(
        "update event_log.head set epoch = $2, position = $3, recorded_at = $4, frontier = $5 where region = $1",
    )
    .bind(head.region.as_str())
    .bind(head.epoch)
    .bind(head.position)
    .bind(head.recorded_at)
    .bind(&head.frontier)
    .execute(&mut *rows)
    .await?;
    sqlx::query(
        "insert into event_log.event (region, position, stream, version, type, actor, recorded_at, leaf, body)
         values ($1, $2, $3, 1, $4, $5, $6, $7, $8)",
    )
    .bind(head.region.as_str())
    .bind(head.position)
    .bind(stream)
    .bind(wanted.event.event_type())
    .bind(wanted.context.by.id)
    .bind(head.recorded_at)
    .bind(leaf.as_slice())
    .bind(body)
    .execute(rows)
    .await?;
    Ok(())
}
