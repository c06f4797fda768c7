//! Elects who relays a log or rebuilds a read model, so that two processes do not do the same work.

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The locks of this process: one connection holds them all, and they end with it.
///
/// **Invariant:** nothing is correct only because of a lease. The stream's sequence and the checkpoint's
/// row lock are the fences; a lease saves work.
#[derive(Clone)]
pub(crate) struct Leases {
    pool: PgPool,
    session: Arc<Mutex<Option<PoolConnection<Postgres>>>>,
}

impl Leases {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, session: Arc::default() }
    }

    /// Whether this process has the lease of `what` now. Asked again, it also tells whether it still has it:
    /// locks of a session count up, and end together when the session does.
    pub async fn take(&self, what: &str) -> sqlx::Result<bool> {
        let mut session = self.session.lock().await;
        let mut connection = match session.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        let taken = sqlx::query_scalar("select pg_try_advisory_lock(hashtextextended('bus/' || $1, 0))")
            .bind(what)
            .fetch_one(&mut *connection)
            .await;
        match taken {
            Ok(taken) => {
                *session = Some(connection);
                Ok(taken)
            }
            Err(error) => {
                // Never back to the pool: it may be alive and hold locks.
                drop(connection.detach());
                Err(error)
            }
        }
    }

    /// Gives back all of them.
    pub async fn release(&self) {
        if let Some(connection) = self.session.lock().await.take() {
            drop(connection.detach());
        }
    }
}
