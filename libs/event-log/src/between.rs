//! Reading a part of a log, bounded on both sides, with flat memory.

use crate::{Error, EventLog, Hash, tenant, tenant_in_batches};
use chrono::{DateTime, Utc};
use futures_util::{Stream, stream};
use sessions::{Pool, Sessions};
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::collections::BTreeSet;
use tokio::sync::mpsc;
use vocabulary::RegionId;

/// How many rows are handed over together.
const CHUNK: usize = 512;

/// Some events that follow each other, as they stand in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// The position of each.
    pub positions: Vec<i64>,
    /// Their exact texts, each with a line break behind it.
    pub text: String,
    /// Where each text ends, before its line break.
    pub ends: Vec<usize>,
    /// Which types of events are among them.
    pub types: BTreeSet<String>,
}

impl Lines {
    /// The texts, without their line breaks.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        begins.zip(&self.ends).map(|(begin, end)| &self.text[begin..*end])
    }

    fn push(&mut self, row: &PgRow) -> sqlx::Result<()> {
        self.positions.push(row.try_get(0)?);
        let event_type: &str = row.try_get(1)?;
        if !self.types.contains(event_type) {
            self.types.insert(event_type.to_owned());
        }
        self.text.push_str(row.try_get(2)?);
        self.ends.push(self.text.len());
        self.text.push('\n');
        Ok(())
    }
}

impl EventLog {
    /// The events behind position `after` up to and including `until`, in order, some at a time.
    pub fn lines_between(
        &self,
        region: &RegionId,
        after: i64,
        until: i64,
    ) -> impl Stream<Item = Result<Lines, Error>> + Send + 'static {
        let sql = "select position, type, body from event_log.event
                   where region = $1 and position > $2 and position <= $3 order by position";
        rows((self.app(), self.sessions()), region, (after, until), sql, Lines::push)
    }

    /// The leaves as they are kept for the events behind position `after` up to and including `until`, in order.
    pub fn leaves_between(
        &self,
        region: &RegionId,
        after: i64,
        until: i64,
    ) -> impl Stream<Item = Result<Vec<(i64, Hash)>, Error>> + Send + 'static {
        let sql = "select position, leaf from event_log.event
                   where region = $1 and position > $2 and position <= $3 order by position";
        rows((self.app(), self.sessions()), region, (after, until), sql, |leaves: &mut Vec<_>, row| {
            leaves.push((row.try_get(0)?, row.try_get(1)?));
            Ok(())
        })
    }

    /// The position of the last event recorded before a moment; 0 when there is none.
    /// Recording time never runs backwards along a log, so halving finds it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recorded_before(&self, region: &RegionId, moment: DateTime<Utc>) -> Result<i64, Error> {
        let mut transaction = tenant(self.app(), region).await?;
        let last: Option<i64> = sqlx::query_scalar("select position from event_log.head where region = $1")
            .bind(region.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
        // All up to `before` are, and all from `not` on are not.
        let (mut before, mut not) = (0, last.unwrap_or(0) + 1);
        while before + 1 < not {
            let middle = before.midpoint(not);
            let is: bool = sqlx::query_scalar(
                "select coalesce((select recorded_at < $3 from event_log.event
                  where region = $1 and position <= $2 order by position desc limit 1), true)",
            )
            .bind(region.as_str())
            .bind(middle)
            .bind(moment)
            .fetch_one(&mut *transaction)
            .await?;
            if is { before = middle } else { not = middle }
        }
        Ok(before)
    }
}

/// Reads rows in a task of its own and hands them over in chunks.
fn rows<T: Default + Send + 'static>(
    (app, sessions): (&Pool, &Sessions),
    region: &RegionId,
    (after, until): (i64, i64),
    sql: &'static str,
    push: fn(&mut T, &PgRow) -> sqlx::Result<()>,
) -> impl Stream<Item = Result<T, Error>> + Send + 'static {
    let (app, sessions, region) = (app.clone(), sessions.clone(), region.clone());
    let (sender, receiver) = mpsc::channel(8);
    tokio::spawn(async move {
        let read = async {
            let mut transaction = tenant_in_batches(&app, &region).await?;
            let mut rows = sqlx::query(sql).bind(region.as_str()).bind(after).bind(until).fetch(&mut *transaction);
            let (mut chunk, mut held) = (T::default(), 0);
            while let Some(row) = sessions.next(&mut rows).await? {
                push(&mut chunk, &row)?;
                held += 1;
                if held == CHUNK {
                    held = 0;
                    if sender.send(Ok(std::mem::take(&mut chunk))).await.is_err() {
                        return Ok(()); // Nobody reads any more.
                    }
                }
            }
            if held > 0 {
                // The reader may be gone.
                let _ = sender.send(Ok(chunk)).await;
            }
            Ok::<_, sqlx::Error>(())
        };
        if let Err(error) = read.await {
            // The reader may be gone already.
            let _ = sender.send(Err(Error::from(error))).await;
        }
    });
    stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) })
}
