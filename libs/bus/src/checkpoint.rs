//! How far a reader is in one log.

use crate::Error;
use crate::names::Log;
use sqlx::PgConnection;

/// Whose checkpoint: one reader in one log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
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
pub(crate) async fn lock(rows: &mut PgConnection, key: &Key) -> Result<i64, Error> {
    let Log { service, region, epoch } = &key.log;
    let found: Option<(i64, i32)> = sqlx::query_as(
        "select position, epoch from bus.checkpoints
         where region = $1 and reader = $2 and version = $3 and service = $4 for update",
    )
    .bind(region.as_str())
    .bind(&key.reader)
    .bind(key.version)
    .bind(service)
    .fetch_optional(&mut *rows)
    .await?;
    match found {
        Some((position, read)) if read == *epoch => Ok(position),
        Some(_) => {
            Err(Error::Forked { reader: key.reader.clone(), service: service.clone(), region: region.to_string() })
        }
        None => begin(rows, key).await,
    }
}

async fn begin(rows: &mut PgConnection, key: &Key) -> Result<i64, Error> {
    // `for share` waits for a switch that is under way, so a superseded version never begins anew.
    let live: Option<i32> = sqlx::query_scalar("select live_version from bus.projections where name = $1 for share")
        .bind(&key.reader)
        .fetch_optional(&mut *rows)
        .await?;
    match live {
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
pub(crate) async fn write(rows: &mut PgConnection, key: &Key, position: i64) -> sqlx::Result<()> {
    sqlx::query(
        "update bus.checkpoints set position = $5 where region = $1 and reader = $2 and version = $3 and service = $4",
    )
    .bind(key.log.region.as_str())
    .bind(&key.reader)
    .bind(key.version)
    .bind(&key.log.service)
    .bind(position)
    .execute(rows)
    .await?;
    Ok(())
}

/// Starts a reader over in every log of another epoch. For reactions: their command ids make it harmless.
pub(crate) async fn start_over(rows: &mut PgConnection, key: &Key) -> sqlx::Result<()> {
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

/// Drops all that is remembered of a reader. The transaction is one over all regions.
pub(crate) async fn forget(rows: &mut PgConnection, reader: &str) -> sqlx::Result<()> {
    sqlx::query("delete from bus.checkpoints where reader = $1").bind(reader).execute(&mut *rows).await?;
    sqlx::query("delete from bus.parked where reader = $1").bind(reader).execute(&mut *rows).await?;
    Ok(())
}
