//! Transactions of the bus: one region at a time, in the schema that is being filled.

use event_log::begin;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};
use vocabulary::RegionId;

/// How long a batch waits for a row or table that somebody else has locked, and for one statement; how long its session
/// may say nothing before the server ends it. A process that is frozen or cut off holds its locks no longer.
const BOUNDS: &str = "set local lock_timeout = '3s'; set local statement_timeout = '60s'; \
                      set local idle_in_transaction_session_timeout = '5s'";

/// A transaction that sees and writes one region, where unqualified names are tables of `schema`.
pub(crate) async fn filling(
    app: &PgPool,
    region: &RegionId,
    schema: &str,
) -> sqlx::Result<Transaction<'static, Postgres>> {
    // One round trip. A region is a slug; the schema's quotes are doubled. A crash may lose the last commits:
    // rows and checkpoint together, so they are made again from the log.
    let set = format!(
        "begin; set local regiohub.region = '{region}'; set local search_path = {}, public; \
         set local synchronous_commit = off; {BOUNDS}",
        quoted(schema)
    );
    begin(app, set).await
}

/// From here on unqualified names are tables of `schema`.
pub(crate) async fn aim(rows: &mut PgConnection, schema: &str) -> sqlx::Result<()> {
    let set = format!("set local search_path = {}, public", quoted(schema));
    sqlx::raw_sql(AssertSqlSafe(set)).execute(rows).await?;
    Ok(())
}

/// A transaction that sees and writes one region, and waits for the disk.
pub(crate) async fn writing(app: &PgPool, region: &RegionId) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin(app, format!("begin; set local regiohub.region = '{region}'; {BOUNDS}")).await
}

/// A transaction that sees the positions of all regions, and no other rows.
pub(crate) async fn positions(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin(pool, format!("begin; set local regiohub.bus = 'on'; {BOUNDS}")).await
}

/// A transaction over what says nothing about any region. It does not wait for the disk.
pub(crate) async fn of_no_region(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin(pool, format!("begin; set local synchronous_commit = off; {BOUNDS}")).await
}

/// A name as an SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
