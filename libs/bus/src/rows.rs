//! Transactions of the bus.

use event_log::begin;
use sqlx::{PgPool, Postgres, Transaction};
use vocabulary::RegionId;

/// How long a batch waits for a row or table that somebody else has locked; how long its session may say nothing before
/// the server ends it. A process that is frozen or cut off holds its locks no longer.
pub const BOUNDS: &str = "set local lock_timeout = '3s'; set local idle_in_transaction_session_timeout = '5s'";

/// A transaction that sees and writes one region, and waits for the disk.
pub(crate) async fn writing(app: &PgPool, region: &RegionId) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin(app, format!("begin; set local regiohub.region = '{region}'; {BOUNDS}")).await
}

/// A transaction that sees the positions of all regions, and no other rows.
///
/// # Errors
/// When the database does not answer.
pub async fn positions(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin(pool, format!("begin; set local regiohub.bus = 'on'; {BOUNDS}")).await
}

/// A transaction over what says nothing about any region. It does not wait for the disk.
pub(crate) async fn of_no_region(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begin(pool, format!("begin; set local synchronous_commit = off; {BOUNDS}")).await
}
