//! Events that could not be handled, and those that wait behind them.

use crate::Error;
use crate::checkpoint::Key;
use crate::names::Log;
use chrono::{DateTime, Utc};
use event_log::{Pool, Recorded, tenant};
use sqlx::{PgConnection, PgExecutor};
use std::collections::{HashMap, HashSet};
use vocabulary::RegionId;

/// An event that a reader could not handle, or that waits behind one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Parked {
    /// Who could not handle it: a projection, or `reaction/<name>`.
    pub reader: String,
    /// The region of the log.
    pub service: String,
    /// Where in the log.
    pub position: i64,
    /// Which stream.
    pub stream: String,
    /// The full type.
    pub event_type: String,
    /// Why, without personal data.
    pub error: String,
    /// How often it was tried; 0 for what only waits.
    pub attempts: i32,
    /// Since when.
    pub parked_at: DateTime<Utc>,
}

/// What happens to later events of a stream of which one is parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnParked {
    /// They are parked behind it, so that a retry applies all in order.
    StreamWaits,
    /// They are applied.
    OthersGoOn,
}

/// What is parked in a region, in the order of the logs.
///
/// # Errors
/// When the database does not answer.
pub async fn parked(app: &Pool, region: &RegionId) -> Result<Vec<Parked>, Error> {
    let mut rows = tenant(app, region).await?;
    Ok(sqlx::query_as(
        "select reader, service, position, stream, event_type, error, attempts, parked_at
         from bus.parked where region = $1 order by reader, service, position",
    )
    .bind(region.as_str())
    .fetch_all(&mut *rows)
    .await?)
}

/// The streams of which something is parked.
pub async fn streams(rows: impl PgExecutor<'_>, key: &Key) -> sqlx::Result<HashSet<String>> {
    let streams: Vec<String> = sqlx::query_scalar(
        "select distinct stream from bus.parked where region = $1 and reader = $2 and version = $3 and service = $4",
    )
    .bind(key.log.region.as_str())
    .bind(&key.reader)
    .bind(key.version)
    .bind(&key.log.service)
    .fetch_all(rows)
    .await?;
    Ok(streams.into_iter().collect())
}

/// The streams of which something is parked, by index of several readers of one log.
pub async fn streams_of_all(
    rows: &mut PgConnection,
    log: &Log,
    keys: &[&Key],
) -> sqlx::Result<HashSet<(usize, String)>> {
    let streams: Vec<(i64, String)> = sqlx::query_as(
        "select distinct wanted.index, kept.stream
         from unnest($3::text[], $4::int[]) with ordinality as wanted (reader, version, index)
         join bus.parked kept on kept.region = $1 and kept.service = $2
              and kept.reader = wanted.reader and kept.version = wanted.version",
    )
    .bind(log.region.as_str())
    .bind(&log.service)
    .bind(keys.iter().map(|key| key.reader.as_str()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.version).collect::<Vec<_>>())
    .fetch_all(rows)
    .await?;
    // Ordinality counts from one.
    Ok(streams.into_iter().filter_map(|(index, stream)| Some((usize::try_from(index - 1).ok()?, stream))).collect())
}

/// What is parked for one reader in one log: positions and streams, in order.
pub async fn waiting(rows: impl PgExecutor<'_>, key: &Key) -> sqlx::Result<Vec<(i64, String)>> {
    sqlx::query_as(
        "select position, stream from bus.parked
         where region = $1 and reader = $2 and version = $3 and service = $4 order by position",
    )
    .bind(key.log.region.as_str())
    .bind(&key.reader)
    .bind(key.version)
    .bind(&key.log.service)
    .fetch_all(rows)
    .await
}

/// Parks an event, or counts another attempt. `attempts` is 0 for an event that only waits.
pub async fn park(
    rows: &mut PgConnection,
    key: &Key,
    event: &Recorded,
    error: &str,
    attempts: i32,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into bus.parked as kept
             (region, reader, version, service, position, stream, event_type, error, attempts, parked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
         on conflict (region, reader, version, service, position)
         do update set error = excluded.error, attempts = kept.attempts + excluded.attempts",
    )
    .bind(key.log.region.as_str())
    .bind(&key.reader)
    .bind(key.version)
    .bind(&key.log.service)
    .bind(event.position)
    .bind(&event.stream)
    .bind(&event.event_type)
    .bind(error)
    .bind(attempts)
    .execute(rows)
    .await?;
    Ok(())
}

/// It was handled after all.
pub async fn release(rows: &mut PgConnection, key: &Key, position: i64) -> sqlx::Result<()> {
    sqlx::query(
        "delete from bus.parked
         where region = $1 and reader = $2 and version = $3 and service = $4 and position = $5",
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

/// The SQL condition that no event of a stream is parked for a reader; `region` and `stream` are expressions of the query
/// that it is part of.
#[must_use]
pub fn none_parked(reader: &str, service: &str, region: &str, stream: &str) -> String {
    format!(
        "not exists (select from bus.parked where parked.region = {region} and parked.reader = '{reader}'
            and parked.service = '{service}' and parked.stream = {stream})"
    )
}

/// How many events are parked for one reader, by region.
pub async fn counts_of(rows: &mut PgConnection, reader: &str) -> Result<HashMap<RegionId, i64>, Error> {
    let counts: Vec<(String, i64)> =
        sqlx::query_as("select region, count(*) from bus.parked where reader = $1 group by region")
            .bind(reader)
            .fetch_all(rows)
            .await?;
    Ok(counts.into_iter().filter_map(|(region, count)| Some((region.parse().ok()?, count))).collect())
}

/// How many events are parked per reader and region, for the gauge: none is told too.
pub async fn counts(rows: &mut PgConnection) -> sqlx::Result<Vec<(String, String, i64)>> {
    sqlx::query_as(
        "select reader, region, count(parked.position)
         from bus.checkpoints left join bus.parked using (region, reader, version, service)
         group by reader, region",
    )
    .fetch_all(rows)
    .await
}
