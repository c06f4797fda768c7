//! Transactions of projections: one region at a time, in the schema that is being filled.

use bus::rows::BOUNDS;
use event_log::begin;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};
use vocabulary::RegionId;

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

/// A name as an SQL identifier.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
