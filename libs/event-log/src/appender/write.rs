//! One round trip: the head is locked, the events inserted, the head moved on.

use super::Tip;
use super::batch::{Batch, Conflicts};
use crate::Frontier;
use crate::cached_connection::CachedConnection;
use sessions::Sessions;
use sqlx::{PgConnection, Row};
use vocabulary::RegionId;

/// What came of it.
pub(crate) enum Outcome {
    /// All of it is on disk.
    Written,
    /// Another process wrote in between; nothing was written.
    Moved(Tip),
    /// A stream or a command was ahead; nothing was written.
    Blocked(Conflicts),
}

/// Writes a batch. An error that is no outage says that nothing was written; after an outage nobody knows.
pub(crate) async fn write(
    held: &mut CachedConnection,
    sessions: &Sessions,
    region: &RegionId,
    tip: &Tip,
    batch: &Batch,
) -> sqlx::Result<Outcome> {
    let answer = sessions
        .in_time(async {
            let connection = held.take().await?;
            if batch.commits() { commit(connection, region, tip, batch).await } else { look(connection).await }
        })
        .await;
    held.judged(answer)
}

/// Whether the connection works.
async fn look(connection: &mut PgConnection) -> sqlx::Result<Outcome> {
    sqlx::query("select 1").execute(connection).await?;
    Ok(Outcome::Written)
}

async fn commit(connection: &mut PgConnection, region: &RegionId, tip: &Tip, batch: &Batch) -> sqlx::Result<Outcome> {
    let kept = &batch.kept;
    let written = sqlx::query(
        "select done, head_position, head_recorded_at, head_frontier
         from event_log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                               $21)",
    )
    .bind(region.as_str())
    .bind(tip.position())
    .bind(batch.tip.recorded_at)
    .bind(batch.tip.frontier.to_bytes())
    .bind(&batch.streams)
    .bind(&batch.versions)
    .bind(&batch.types)
    .bind(&batch.actors)
    .bind(&batch.leaves)
    .bind(&batch.bodies)
    .bind(&batch.commands)
    .bind(&batch.fingerprints)
    .bind(&batch.answer_versions)
    .bind(&batch.answer_positions)
    .bind(&kept.commands)
    .bind(&kept.fingerprints)
    .bind(&kept.streams)
    .bind(&kept.versions)
    .bind(&kept.positions)
    .bind(&batch.read)
    .bind(&batch.read_versions)
    .fetch_one(&mut *connection)
    .await;
    match written {
        Ok(row) if row.try_get("done")? => Ok(Outcome::Written),
        Ok(row) => {
            let position: i64 = row.try_get("head_position")?;
            let bytes: Vec<u8> = row.try_get("head_frontier")?;
            let frontier = Frontier::from_bytes(position.unsigned_abs(), &bytes).ok_or_else(|| {
                sqlx::Error::Decode(format!("the frontier of {region} is not one of {position} leaves").into())
            })?;
            Ok(Outcome::Moved(Tip { recorded_at: row.try_get("head_recorded_at")?, frontier }))
        }
        Err(error) if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) => {
            Ok(Outcome::Blocked(standing(connection, region, batch).await?))
        }
        Err(error) => Err(error),
    }
}

async fn standing(connection: &mut PgConnection, region: &RegionId, batch: &Batch) -> sqlx::Result<Conflicts> {
    let commands: Vec<_> = batch.commands.iter().flatten().chain(&batch.kept.commands).copied().collect();
    let streams: Vec<&str> = batch.streams.iter().chain(&batch.read).map(String::as_str).collect();
    let rows = sqlx::query("select * from event_log.standing($1, $2, $3)")
        .bind(region.as_str())
        .bind(streams)
        .bind(commands)
        .fetch_all(connection)
        .await?;
    let mut standing = Conflicts::default();
    for row in rows {
        let stream: String = row.try_get("stream")?;
        match row.try_get::<Option<uuid::Uuid>, _>("command")? {
            None => drop(standing.versions.insert(stream, row.try_get("version")?)),
            Some(command) => drop(standing.kept.insert(command, row.try_get("fingerprint")?)),
        }
    }
    Ok(standing)
}
