//! Transactions of the bus.

use event_log::{Pool, RawTransaction, begin};
use sqlx::PgPool;
use vocabulary::RegionId;

/// How long a batch waits for a row or table that somebody else has locked; how long its session may say nothing before
/// the server ends it. A process that is frozen or cut off holds its locks no longer.
pub const BOUNDS: &str = "set local lock_timeout = '3s'; set local idle_in_transaction_session_timeout = '5s'";

const POSITIONS: &str = "begin; set local regiohub.bus = 'on'";

/// A transaction that sees and writes one region, and waits for the disk.
pub(crate) async fn writing(app: &Pool, region: &RegionId) -> sqlx::Result<RawTransaction> {
    app.begin_raw(format!("begin; set local regiohub.region = '{region}'; {BOUNDS}")).await
}

/// A transaction that sees the positions of all regions, and no other rows.
///
/// # Errors
/// When the database does not answer.
pub async fn positions(app: &Pool) -> sqlx::Result<RawTransaction> {
    app.begin_raw(format!("{POSITIONS}; {BOUNDS}")).await
}

/// The same for the owner of the tables.
///
/// # Errors
/// When the database does not answer.
pub async fn positions_as_owner(owner: &PgPool) -> sqlx::Result<RawTransaction> {
    begin(owner, format!("{POSITIONS}; {BOUNDS}")).await
}

/// A transaction over what says nothing about any region. It does not wait for the disk.
pub(crate) async fn of_no_region(app: &Pool) -> sqlx::Result<RawTransaction> {
    app.begin_raw(format!("begin; set local synchronous_commit = off; {BOUNDS}")).await
}
