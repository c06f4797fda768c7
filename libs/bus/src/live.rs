//! Which version of a reader serves queries, where its versions replace each other.

use sqlx::{PgConnection, PgExecutor};
use vocabulary::RegionId;

/// The version that serves queries; `None` when none ever did.
///
/// # Errors
/// When the database does not answer.
pub async fn version(rows: &mut PgConnection, reader: &str) -> sqlx::Result<Option<i32>> {
    let live = sqlx::query_scalar("select live_version from bus.projections where name = $1");
    live.bind(reader).fetch_optional(rows).await
}

/// The same, and it stays so for the rest of the transaction.
pub(crate) async fn version_for_share(rows: &mut PgConnection, reader: &str) -> sqlx::Result<Option<i32>> {
    let live = sqlx::query_scalar("select live_version from bus.projections where name = $1 for share");
    live.bind(reader).fetch_optional(rows).await
}

/// Where the version that serves queries is in a log, 0 before it began; it stays there for the rest of the transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn position(rows: impl PgExecutor<'_>, region: &RegionId, service: &str, reader: &str) -> sqlx::Result<i64> {
    let position: Option<i64> = sqlx::query_scalar(
        "select kept.position from bus.checkpoints kept
         join bus.projections live on live.name = kept.reader and live.live_version = kept.version
         where kept.region = $1 and kept.service = $2 and kept.reader = $3
         for share of kept",
    )
    .bind(region.as_str())
    .bind(service)
    .bind(reader)
    .fetch_optional(rows)
    .await?;
    Ok(position.unwrap_or(0))
}

/// Has another version serve queries from the end of the transaction on.
///
/// # Errors
/// When the database does not answer.
pub async fn switch(rows: &mut PgConnection, reader: &str, version: i32) -> sqlx::Result<()> {
    let switched = sqlx::query(
        "insert into bus.projections (name, live_version) values ($1, $2)
         on conflict (name) do update set live_version = excluded.live_version",
    );
    switched.bind(reader).bind(version).execute(rows).await?;
    Ok(())
}
