//! Transactions of projections: one region at a time, in the schema that is being filled.

use bus::rows::BOUNDS;
use event_log::{IN_BATCHES, Pool, RawTransaction};
use sqlx::{AssertSqlSafe, PgConnection};
use vocabulary::RegionId;

/// For how long PostgreSQL may work on one statement of a fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// The live tables, which requests wait for: as long as on a statement of a command or a query.
    Live,
    /// Tables that nobody waits for, filled in bulk or read as a whole: as long as the operator lets a batch take.
    Batch,
}

/// A transaction that sees and writes one region, where unqualified names are tables of `schema`.
pub(crate) async fn filling(app: &Pool, region: &RegionId, schema: &str, pace: Pace) -> sqlx::Result<RawTransaction> {
    // One round trip. A region is a slug; the schema's quotes are doubled. A crash may lose the last commits:
    // rows and checkpoint together, so they are made again from the log.
    let statements = match pace {
        Pace::Live => String::new(),
        Pace::Batch => format!("; {IN_BATCHES}"),
    };
    let set = format!(
        "begin; set local regiohub.region = '{region}'; set local search_path = {}, public; \
         set local synchronous_commit = off; {BOUNDS}{statements}",
        quoted(schema)
    );
    app.begin_raw(set).await
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
