//! Verifies the log of a service where it is kept: rows with their columns, against what the audit service kept aside.

use crate::checkpoint::{LEAVES, kept_leaves, keys, list};
use crate::said::said;
use crate::signer::SigningKey;
use crate::verify::{Check, Columns, End, Evidence, Given, Head, Line, Log, Restore, Row, Schemas, Signed, Verdict};
use chrono::{DateTime, Utc};
use event_log::{Database, IN_BATCHES, Pool, Rows};
use futures_util::TryStreamExt;
use proofs::Hash;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufWriter, Write};
use uuid::Uuid;
use vocabulary::restore::CATEGORY;

/// So many checkpoints are read at a time.
const PAGE: i64 = 1_000;

/// Of so many epochs declarations are looked for.
pub(crate) const MAX_EPOCHS: u32 = 1_000;

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

/// What the audit service kept of a log, from its database: its checkpoints, those of the newest epoch last, and its keys.
///
/// # Errors
/// When the database does not answer.
pub async fn aside(audit: &Pool, log: &Log) -> sqlx::Result<Evidence> {
    let mut aside = Evidence::default();
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
        aside.checkpoints.extend(of_this.into_iter().map(|cut| Signed {
            cut_at: cut.cut_at,
            note: cut.published(),
            kept_as: Some((cut.epoch.unsigned_abs(), cut.size.unsigned_abs())),
        }));
    }
    aside.listed = keys(audit, &log.region).await?.iter().filter_map(SigningKey::key).collect();
    Ok(aside)
}

/// Verifies a log in its database against what is kept aside and what was given. `progress` hears now and then how many
/// lines went by.
///
/// # Errors
/// When a database does not answer.
pub async fn verify(
    database: &Database,
    audit: &Pool,
    log: Log,
    schemas: &Schemas,
    given: &Given,
    mut progress: impl FnMut(u64),
) -> sqlx::Result<Verdict> {
    // Before the log is read: a checkpoint that is cut meanwhile would be longer than what we read.
    let mut evidence = Evidence { given: given.clone(), ..aside(audit, &log).await? };
    let region = log.region.clone();
    // One moment for head and rows. A region is a slug, so it can stand in the statement.
    let begin = format!(
        "begin isolation level repeatable read, read only; set local regiohub.region = '{region}'; {IN_BATCHES}"
    );
    let mut transaction = database.app.begin_batches(begin).await?;
    let head: Option<(i64, i32, DateTime<Utc>, Vec<u8>)> =
        sqlx::query_as("select position, epoch, recorded_at, frontier from event_log.head where region = $1")
            .bind(region.as_str())
            .fetch_optional(&mut *transaction)
            .await?;
    let signed = evidence.checkpoints.iter().filter_map(|signed| said(&signed.note)).map(|said| said.epoch);
    let newest_epoch = signed.chain(head.iter().map(|(_, epoch, ..)| epoch.unsigned_abs())).max().unwrap_or(1);
    evidence.restores = restores(&mut transaction, &log, newest_epoch).await?;
    let mut check = Check::new(log.clone(), schemas, &evidence);
    // How many leaves are taken follows from what is believed; a row that says otherwise only costs precision.
    let kept = check.signed().into_iter().map(|(epoch, size)| (epoch, Kept::new(audit, &log, epoch, size)));
    let mut kept: Vec<(u32, Kept<'_>)> = kept.collect();
    let newest = kept.last().map(|(epoch, _)| *epoch);
    // Leaves of an older epoch say nothing of the newest: what is not kept of it is not known.
    let newest =
        |leaves: &[(u32, Hash)]| leaves.iter().find(|(epoch, _)| Some(*epoch) == newest).map(|(_, leaf)| *leaf);

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
            let leaves = leaves(&mut kept).await?;
            check.place(Row::Missing, newest(&leaves), &leaves);
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
        let leaves = leaves(&mut kept).await?;
        check.place(Row::There(line), newest(&leaves), &leaves);
        next += 1;
        if next.unsigned_abs() % WORD == 0 {
            progress(next.unsigned_abs());
        }
    }
    for (epoch, kept) in &mut kept {
        while let Some(leaf) = kept.next().await? {
            check.behind(*epoch, leaf);
        }
    }
    let head = head.map(|(position, epoch, recorded_at, frontier)| Head {
        position,
        epoch: epoch.unsigned_abs(),
        recorded_at,
        frontier,
    });
    Ok(check.end(End::Database(head.as_ref())))
}

/// The events that declare restores up to an epoch. One that is not found under its stream declares nothing.
async fn restores(rows: &mut Rows, log: &Log, newest: u32) -> sqlx::Result<Vec<Restore>> {
    let streams: Vec<String> = (2..=newest.min(MAX_EPOCHS)).map(|epoch| format!("{}/{epoch}", CATEGORY)).collect();
    let found: Vec<(i64, String)> = sqlx::query_as(
        "select position, body from event_log.event where region = $1 and stream = any ($2) order by position",
    )
    .bind(log.region.as_str())
    .bind(streams)
    .fetch_all(rows)
    .await?;
    Ok(found.into_iter().map(|(at, text)| Restore { at: at.unsigned_abs(), text }).collect())
}

/// The next leaf of each epoch, where one is kept.
async fn leaves(kept: &mut [(u32, Kept<'_>)]) -> sqlx::Result<Vec<(u32, Hash)>> {
    let mut leaves = Vec::with_capacity(kept.len());
    for (epoch, kept) in kept {
        leaves.extend(kept.next().await?.map(|leaf| (*epoch, leaf)));
    }
    Ok(leaves)
}

/// The leaves kept aside of one epoch, one after another, as many as its longest checkpoint has.
pub(crate) struct Kept<'a> {
    audit: &'a Pool,
    log: Log,
    epoch: i32,
    size: u64,
    row: u64,
    leaves: VecDeque<Hash>,
}

impl<'a> Kept<'a> {
    pub(crate) fn new(audit: &'a Pool, log: &Log, epoch: u32, size: u64) -> Self {
        let epoch = i32::try_from(epoch).unwrap_or(i32::MAX);
        Self { audit, log: log.clone(), epoch, size, row: 0, leaves: VecDeque::new() }
    }

    pub(crate) async fn next(&mut self) -> sqlx::Result<Option<Hash>> {
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

/// The leaves that checkpoints of older epochs were cut over, each in a file without a name: what was signed before a
/// restore, for an export. They are as long as they were kept, and believed by nobody who checks.
///
/// # Errors
/// When the database does not answer, or the files cannot be written.
pub async fn older_leaves(audit: &Pool, log: &Log, evidence: &Evidence) -> anyhow::Result<Vec<(u32, File)>> {
    let mut longest = BTreeMap::<u32, u64>::new();
    for said in evidence.checkpoints.iter().filter_map(|signed| said(&signed.note)) {
        let size = longest.entry(said.epoch).or_default();
        *size = said.size.max(*size);
    }
    longest.pop_last();
    let mut files = Vec::new();
    for (epoch, size) in longest {
        let mut kept = Kept::new(audit, log, epoch, size);
        let mut file = BufWriter::new(tempfile::tempfile()?);
        while let Some(leaf) = kept.next().await? {
            file.write_all(&leaf)?;
        }
        files.push((epoch, file.into_inner().map_err(std::io::IntoInnerError::into_error)?));
    }
    Ok(files)
}
