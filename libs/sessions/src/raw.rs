//! A transaction that gives its connection to whoever asks, and bounds nothing but its beginning and its end.

use crate::trust::Trust;
use crate::{Place, late};
use sqlx::postgres::PgTransactionManager;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, SqlSafeStr, SqlStr};
use sqlx_core::transaction::TransactionManager;
use std::io;
use std::ops::{Deref, DerefMut};
use std::time::Duration;
use tokio::time::timeout;

/// How long a transaction may take to begin once there is a free connection.
const BEGINNING: Duration = Duration::from_secs(2);

/// A transaction for whoever needs the connection itself, as a projection does: what is done in it is bounded as a whole by
/// whoever does it. To read, let it drop; to write, commit it.
#[derive(Debug)]
pub struct RawTransaction {
    place: Place,
    open: bool,
}

impl RawTransaction {
    /// Keeps what was written.
    ///
    /// # Errors
    /// When it is not kept, or when the database does not answer: then that is unknown.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        PgTransactionManager::commit(&mut self.place).await?;
        self.open = false;
        Ok(())
    }

    /// Drops what was written, and waits until that is done.
    ///
    /// # Errors
    /// When the database does not answer: then it drops it by itself.
    pub async fn rollback(mut self) -> sqlx::Result<()> {
        PgTransactionManager::rollback(&mut self.place).await?;
        self.open = false;
        Ok(())
    }
}

impl Deref for RawTransaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.place
    }
}

impl DerefMut for RawTransaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.place
    }
}

impl Drop for RawTransaction {
    fn drop(&mut self) {
        // It is sent together with the question whether the connection works.
        if self.open {
            PgTransactionManager::start_rollback(&mut self.place);
        }
    }
}

/// Begins a transaction of the owner of the tables with these statements, which hold nothing that someone typed.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(owner: &PgPool, statements: impl Into<String>) -> sqlx::Result<RawTransaction> {
    begin_on(owner, None, statements.into()).await
}

/// Begins a transaction; on another connection when the one that it began on was closed before, as all are after a restart
/// of PostgreSQL.
///
/// Whoever stops waiting, as a handler does whose client is gone, leaves nothing behind. sqlx by itself puts the
/// connection back with its transaction open (its issue 4393), and what the next one writes is never committed.
pub(crate) async fn begin_on(pool: &PgPool, trust: Option<&Trust>, statements: String) -> sqlx::Result<RawTransaction> {
    let (pool, trust, statements) = (pool.clone(), trust.cloned(), AssertSqlSafe(statements).into_sql_str());
    // Here nobody stops waiting: the task goes on by itself.
    let beginning = tokio::spawn(async move {
        match attempt(&pool, trust.clone(), statements.clone()).await {
            Err(error) if is_closed(&error) => {
                // Those beside it are closed as well.
                if let Some(trust) = &trust {
                    trust.lose();
                }
                attempt(&pool, trust, statements).await
            }
            begun => begun,
        }
    });
    // A task fails when it panics, or when the process ends.
    beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

async fn attempt(pool: &PgPool, trust: Option<Trust>, statements: SqlStr) -> sqlx::Result<RawTransaction> {
    let mut place = Place::of(pool.acquire().await?, trust);
    let begun = timeout(BEGINNING, PgTransactionManager::begin(&mut place, Some(statements))).await;
    match begun.unwrap_or_else(|_| Err(late(BEGINNING))) {
        Ok(()) => Ok(RawTransaction { place, open: true }),
        Err(error) => {
            // Whether a transaction is open on it is unknown.
            drop(place.detach());
            Err(error)
        }
    }
}

/// Whether an error says that the connection is closed, and not that nobody answered.
fn is_closed(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() != io::ErrorKind::TimedOut,
        // An operator ended the session, or the server.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}
