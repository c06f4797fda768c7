//! How far a reader is in one log.

use crate::names::Log;
use crate::{Error, live};
use sqlx::{PgConnection, PgExecutor};
use std::slice;
use vocabulary::RegionId;

/// Whose checkpoint: one reader in one log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// A projection, `<name>/next` or `reaction/<name>`.
    pub reader: String,
    pub version: i32,
    pub log: Log,
}

/// Locks the checkpoint for the rest of the transaction, and says where it is. A live reader's is
/// begun at 0 as long as its version is the one that serves queries.
///
/// # Errors
/// `Forked` when it was read under another epoch, `Superseded` when another version is live.
pub async fn lock(rows: &mut PgConnection, key: &Key) -> Result<i64, Error> {
    let locked = lock_all(rows, &key.log, slice::from_ref(key)).await?;
    locked.into_iter().next().unwrap_or_else(|| Err(sqlx::Error::RowNotFound.into()))
}

/// Locks the checkpoints of several readers in one log, always in the same order, and returns of each where it
/// is, or why it is not to go on.
pub async fn lock_all(rows: &mut PgConnection, log: &Log, keys: &[Key]) -> Result<Vec<Result<i64, Error>>, Error> {
    let found: Vec<(String, i64, i32)> = sqlx::query_as(
        "select reader, position, epoch from bus.checkpoints
         where region = $1 and service = $2 and (reader, version) in (select * from unnest($3::text[], $4::int[]))
         order by reader for update",
    )
    .bind(log.region.as_str())
    .bind(&log.service)
    .bind(keys.iter().map(|key| key.reader.as_str()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.version).collect::<Vec<_>>())
    .fetch_all(&mut *rows)
    .await?;
    let mut locked = Vec::with_capacity(keys.len());
    for key in keys {
        locked.push(match found.iter().find(|(reader, ..)| *reader == key.reader) {
            Some(&(_, position, epoch)) if epoch == log.epoch => Ok(position),
            Some(_) => Err(Error::Forked {
                reader: key.reader.clone(),
                service: log.service.clone(),
                region: log.region.to_string(),
            }),
            None => match begin(rows, key).await {
                Err(superseded @ Error::Superseded { .. }) => Err(superseded),
                begun => Ok(begun?),
            },
        });
    }
    Ok(locked)
}

/// Which of several readers has a checkpoint that somebody else holds for long, such as a rebuild that is switched.
pub async fn held_elsewhere(rows: &mut PgConnection, log: &Log, keys: &[Key]) -> sqlx::Result<Option<usize>> {
    let held: Option<i64> = sqlx::query_scalar(
        "with free as materialized (
             select reader, version from bus.checkpoints
             where region = $1 and service = $2 and (reader, version) in (select * from unnest($3::text[], $4::int[]))
             for update skip locked)
         select wanted.index
         from unnest($3::text[], $4::int[]) with ordinality as wanted (reader, version, index)
         join bus.checkpoints kept on kept.region = $1 and kept.service = $2
              and kept.reader = wanted.reader and kept.version = wanted.version
         where (wanted.reader, wanted.version) not in (select * from free)
         order by wanted.index limit 1",
    )
    .bind(log.region.as_str())
    .bind(&log.service)
    .bind(keys.iter().map(|key| key.reader.as_str()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.version).collect::<Vec<_>>())
    .fetch_optional(rows)
    .await?;
    // Ordinality counts from one.
    Ok(held.and_then(|index| usize::try_from(index - 1).ok()))
}

async fn begin(rows: &mut PgConnection, key: &Key) -> Result<i64, Error> {
    // `for share` waits for a switch that is under way, so a superseded version never begins anew.
    match live::version_for_share(rows, &key.reader).await? {
        // What is being rebuilt has no live version: its own reader name keeps it apart.
        Some(live) if live != key.version => Err(Error::Superseded { reader: key.reader.clone(), live }),
        _ => {
            sqlx::query(
                "insert into bus.checkpoints (region, reader, version, service, epoch, position)
                 values ($1, $2, $3, $4, $5, 0) on conflict do nothing",
            )
            .bind(key.log.region.as_str())
            .bind(&key.reader)
            .bind(key.version)
            .bind(&key.log.service)
            .bind(key.log.epoch)
            .execute(&mut *rows)
            .await?;
            Ok(sqlx::query_scalar(
                "select position from bus.checkpoints
                 where region = $1 and reader = $2 and version = $3 and service = $4 for update",
            )
            .bind(key.log.region.as_str())
            .bind(&key.reader)
            .bind(key.version)
            .bind(&key.log.service)
            .fetch_one(&mut *rows)
            .await?)
        }
    }
}

/// Writes where it is now. The row is locked already.
pub async fn write(rows: &mut PgConnection, key: &Key, position: i64) -> sqlx::Result<()> {
    write_all(rows, &key.log, slice::from_ref(&key), position).await
}

/// Writes where several readers of one log are now. Their rows are locked already.
pub async fn write_all(rows: &mut PgConnection, log: &Log, keys: &[&Key], position: i64) -> sqlx::Result<()> {
    sqlx::query(
        "update bus.checkpoints set position = $5
         where region = $1 and service = $2 and (reader, version) in (select * from unnest($3::text[], $4::int[]))",
    )
    .bind(log.region.as_str())
    .bind(&log.service)
    .bind(keys.iter().map(|key| key.reader.as_str()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.version).collect::<Vec<_>>())
    .bind(position)
    .execute(rows)
    .await?;
    Ok(())
}

/// Moves the checkpoints of several readers of one log past what concerned none of them: from anywhere in the span to its
/// end.
pub async fn pass(rows: &mut PgConnection, log: &Log, keys: &[Key], span: (i64, i64)) -> sqlx::Result<()> {
    // Locked in the order in which everybody locks them.
    sqlx::query(
        "with passed as materialized (
             select reader, version from bus.checkpoints
             where region = $1 and service = $2 and (reader, version) in (select * from unnest($3::text[], $4::int[]))
               and epoch = $5 and position >= $6 and position < $7
             order by reader for update)
         update bus.checkpoints kept set position = $7 from passed
         where kept.region = $1 and kept.service = $2 and kept.reader = passed.reader and kept.version = passed.version",
    )
    .bind(log.region.as_str())
    .bind(&log.service)
    .bind(keys.iter().map(|key| key.reader.as_str()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.version).collect::<Vec<_>>())
    .bind(log.epoch)
    .bind(span.0)
    .bind(span.1)
    .execute(rows)
    .await?;
    Ok(())
}

/// Starts a reader over in every log of another epoch. For reactions: their command ids make it harmless.
pub async fn start_over(rows: &mut PgConnection, key: &Key) -> sqlx::Result<()> {
    let started = sqlx::query(
        "update bus.checkpoints set position = 0, epoch = $4
         where region = $1 and reader = $2 and service = $3 and epoch < $4",
    )
    .bind(key.log.region.as_str())
    .bind(&key.reader)
    .bind(&key.log.service)
    .bind(key.log.epoch)
    .execute(&mut *rows)
    .await?;
    if started.rows_affected() > 0 {
        // What is parked comes by again, if it still happened.
        sqlx::query("delete from bus.parked where region = $1 and reader = $2 and service = $3")
            .bind(key.log.region.as_str())
            .bind(&key.reader)
            .bind(&key.log.service)
            .execute(rows)
            .await?;
    }
    Ok(())
}

/// Whether a reader read a log under another epoch. The transaction is one of the log's region.
pub async fn is_of_another_epoch(rows: impl PgExecutor<'_>, reader: &str, log: &Log) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from bus.checkpoints
                        where region = $1 and reader = $2 and service = $3 and epoch <> $4)",
    )
    .bind(log.region.as_str())
    .bind(reader)
    .bind(&log.service)
    .bind(log.epoch)
    .fetch_one(rows)
    .await
}

/// Where a reader is in each log. The transaction is one over all regions.
pub async fn everywhere(rows: impl PgExecutor<'_>, reader: &str) -> sqlx::Result<Vec<(Log, i64)>> {
    let found = sqlx::query_as("select service, region, epoch, position from bus.checkpoints where reader = $1");
    Ok(logs(found.bind(reader).fetch_all(rows).await?))
}

/// The same, and nobody moves it for the rest of the transaction.
pub async fn lock_everywhere(rows: &mut PgConnection, reader: &str) -> sqlx::Result<Vec<(Log, i64)>> {
    let found = sqlx::query_as(
        "select service, region, epoch, position from bus.checkpoints where reader = $1 order by region, service for update",
    );
    Ok(logs(found.bind(reader).fetch_all(rows).await?))
}

fn logs(found: Vec<(String, String, i32, i64)>) -> Vec<(Log, i64)> {
    let log = |(service, region, epoch, position): (String, String, i32, i64)| {
        Some((Log { service, region: region.parse().ok()?, epoch }, position))
    };
    found.into_iter().filter_map(log).collect()
}

/// Where a reader of that version is in a region's logs, by service. The transaction is one of the region.
pub async fn positions(
    rows: &mut PgConnection,
    region: &RegionId,
    reader: &str,
    version: i32,
) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query_as("select service, position from bus.checkpoints where region = $1 and reader = $2 and version = $3")
        .bind(region.as_str())
        .bind(reader)
        .bind(version)
        .fetch_all(rows)
        .await
}

/// Gives all that is remembered of one reader to another one, whose own is forgotten. The transaction is one over all
/// regions.
pub async fn hand_over(rows: &mut PgConnection, from: &str, to: &str) -> sqlx::Result<()> {
    forget(rows, to).await?;
    for rename in [
        "update bus.checkpoints set reader = $1 where reader = $2",
        "update bus.parked set reader = $1 where reader = $2",
    ] {
        sqlx::query(rename).bind(to).bind(from).execute(&mut *rows).await?;
    }
    Ok(())
}

/// Drops all that is remembered of a reader. The transaction is one over all regions.
pub async fn forget(rows: &mut PgConnection, reader: &str) -> sqlx::Result<()> {
    sqlx::query("delete from bus.checkpoints where reader = $1").bind(reader).execute(&mut *rows).await?;
    sqlx::query("delete from bus.parked where reader = $1").bind(reader).execute(&mut *rows).await?;
    Ok(())
}

/// The same of all readers whose names end so.
pub async fn forget_all_ending(rows: &mut PgConnection, ending: &str) -> sqlx::Result<()> {
    for forget in ["delete from bus.checkpoints where reader like $1", "delete from bus.parked where reader like $1"] {
        sqlx::query(forget).bind(format!("%{ending}")).execute(&mut *rows).await?;
    }
    Ok(())
}
