//! Makes the tables of the bus, each that concerns a region closed off per region.

use crate::Error;
use event_log::RawTransaction;
use event_log::begin;
use sqlx::PgPool;

/// A process that is frozen in the middle does not keep others from starting.
const BEGIN: &str = "begin; set local idle_in_transaction_session_timeout = '5s'";

/// A transaction in which tables are made: one process at a time.
///
/// # Errors
/// When the database does not answer.
pub async fn making_tables(owner: &PgPool) -> sqlx::Result<RawTransaction> {
    let mut transaction = begin(owner, BEGIN).await?;
    sqlx::query("select pg_advisory_xact_lock(hashtext('bus'))").execute(&mut *transaction).await?;
    Ok(transaction)
}

/// Makes the bus's own tables, or brings them up to date. Harmless when done twice.
///
/// # Errors
/// When the database does not answer or `owner` does not own it.
pub async fn migrate(owner: &PgPool) -> Result<(), Error> {
    let mut transaction = making_tables(owner).await?;
    sqlx::raw_sql(include_str!("bus.sql")).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}
