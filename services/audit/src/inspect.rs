//! Verifies the log of a service where it is kept: rows with their columns, against what the audit service kept aside.

use crate::checkpoint::{LEAVES, kept_leaves, keys, list};
use crate::verify::{Check, Columns, Evidence, Head, Line, Log, Row, Schemas, Signed, Verdict};
use chrono::{DateTime, Utc};
use event_log::Database;
use futures_util::TryStreamExt;
use proofs::{Checkpoint, Hash, Note};
use sqlx::PgPool;
use std::collections::VecDeque;
use uuid::Uuid;

/// So many checkpoints are read at a time.
const PAGE: i64 = 1_000;

/// How many lines go by between two words on the progress.
const WORD: u64 = 10_000;

#[derive(sqlx::FromRow)]
struct Stored {
    position: i64,
    stream: String,
    version: i32,
    r#type: String,
    actor: Uuid,
    recorded_at: DateTime<Utc>,
    leaf: Vec<u8>,
    body: String,
}

/// What the audit service kept of a log, from its database.
#[derive(Clone, Debug, Default)]
pub struct Aside {
    /// Checkpoints and keys.
    pub evidence: Evidence,
    /// The epoch of the newest checkpoint.
    epoch: i32,
    /// The size of the newest checkpoint of that epoch.
    size: u64,
}

impl Aside {
    /// The newest checkpoint.
    #[must_use]
    pub fn newest(&self) -> Option<&Signed> {
        self.evidence.checkpoints.last()
    }
}

/// Reads what was kept aside of a log.
///
/// # Errors
/// When the database does not answer.
pub async fn aside(audit: &PgPool, log: &Log) -> sqlx::Result<Aside> {
    let mut aside = Aside { epoch: 1, ..Aside::default() };
    // A hub that never ran with checkpoints has none.
    let made: bool =
        sqlx::query_scalar("select to_regclass('checkpoints.checkpoint') is not null").fetch_one(audit).await?;
    if !made {
        return Ok(aside);
    }
    let (mut epoch, mut size) = (0, 0);
    loop {
        let page = list(audit, &log.region, (&log.service, epoch, size), PAGE).await?;
        let of_this: Vec<_> = page.into_iter().take_while(|cut| cut.service == log.service).collect();
        let Some(last) = of_this.last() else { break };
        (epoch, size) = (last.epoch, last.size);
        aside
            .evidence
            .checkpoints
            .extend(of_this.into_iter().map(|cut| Signed { cut_at: cut.cut_at, note: cut.published() }));
    }
    (aside.epoch, aside.size) = (epoch.max(1), size.unsigned_abs());
    aside.evidence.keys =
        keys(audit, &log.region).await?.iter().filter_map(crate::checkpoint::SigningKey::key).collect();
    Ok(aside)
}

/// Verifies a log in its database. `trusted` are checkpoints from elsewhere (a witness, an earlier export) besides those
/// of the hub, and keys from elsewhere, instead of those of the hub when there are any. `progress` hears now and then how many lines went by.
///
/// # Errors
/// When a database does not answer.
pub async fn verify(
    database: &Database,
    audit: &PgPool,
    log: Log,
    schemas: &Schemas,
    trusted: &Evidence,
    mut progress: impl FnMut(u64),
) -> sqlx::Result<Verdict> {
    // Before the log is read: a checkpoint that is cut meanwhile would be longer than what we read.
    let mut aside = aside(audit, &log).await?;
    aside.evidence.checkpoints.extend(trusted.checkpoints.iter().cloned());
    aside.evidence.witnesses.clone_from(&trusted.witnesses);
    if !trusted.keys.is_empty() {
        // Whoever altered the log may have altered the keys beside it.
        aside.evidence.keys.clone_from(&trusted.keys);
    }
    let mut kept =
        Kept { audit, log: log.clone(), epoch: aside.epoch, size: aside.size, row: 0, leaves: VecDeque::new() };
    let region = log.region.clone();
    let mut check = Check::new(log, schemas, &aside.evidence);

    // One moment for head and rows. A region is a slug, so it can stand in the statement.
    let begin = format!("begin isolation level repeatable read, read only; set local regiohub.region = '{region}'");
    let mut transaction = event_log::begin(&database.app, begin).await?;
    let head: Option<(i64, i32, DateTime<Utc>, Vec<u8>)> =
        sqlx::query_as("select position, epoch, recorded_at, frontier from event_log.head where region = $1")
            .bind(region.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
    let mut rows = sqlx::query_as::<_, Stored>(
        "select position, stream, version, type, actor, recorded_at, leaf, body from event_log.event
         where region = $1 order by position",
    )
    .bind(region.as_str())
    .fetch(&mut *transaction);
    let mut next = 1;
    while let Some(row) = rows.try_next().await? {
        // A position below the next one has no place: the line says so itself where it is put.
        while next < row.position {
            check.place(Row::Missing, kept.next().await?);
            next += 1;
        }
        let columns = Columns {
            stream: &row.stream,
            version: row.version,
            event_type: &row.r#type,
            actor: row.actor,
            recorded_at: row.recorded_at,
        };
        // A leaf of another length is the hash of nothing.
        let leaf: Hash = row.leaf.as_slice().try_into().unwrap_or_default();
        let line = Line { text: &row.body, leaf: Some(leaf), columns: Some(columns) };
        check.place(Row::There(line), kept.next().await?);
        next += 1;
        if next.unsigned_abs() % WORD == 0 {
            progress(next.unsigned_abs());
        }
    }
    while let Some(leaf) = kept.next().await? {
        check.place(Row::Missing, Some(leaf));
    }
    let head = head.map(|(position, epoch, recorded_at, frontier)| Head {
        position,
        epoch: epoch.unsigned_abs(),
        recorded_at,
        frontier,
    });
    Ok(check.end(head.as_ref()))
}

/// The leaves kept aside, one after another, as many as the newest checkpoint has.
struct Kept<'a> {
    audit: &'a PgPool,
    log: Log,
    epoch: i32,
    size: u64,
    row: u64,
    leaves: VecDeque<Hash>,
}

impl Kept<'_> {
    async fn next(&mut self) -> sqlx::Result<Option<Hash>> {
        if self.size == 0 {
            return Ok(None);
        }
        if self.leaves.is_empty() {
            let leaves = kept_leaves(self.audit, &self.log.region, &self.log.service, self.epoch, self.row).await?;
            if leaves.is_empty() {
                self.size = 0;
                return Ok(None);
            }
            // A row that was cut short shows itself: what follows is compared with the wrong leaves.
            self.leaves = leaves.into_iter().take(LEAVES).collect();
            self.row += 1;
        }
        self.size -= 1;
        Ok(self.leaves.pop_front())
    }
}

/// What a note says, when it is a checkpoint.
#[must_use]
pub fn said(note: &str) -> Option<Checkpoint> {
    note.parse::<Note>().ok()?.text.parse().ok()
}
