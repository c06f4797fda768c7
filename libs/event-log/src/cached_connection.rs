//! The connection that an appender or loader keeps between its round trips.

use crate::is_outage;
use sessions::{Place, Pool};
use sqlx::PgConnection;
use std::time::Duration;

/// How long a connection is kept when nothing more comes.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_millis(50);

/// A connection of a pool, kept for as long as the pool can spare it. Giving one back costs a round trip: sqlx
/// asks whether it still works.
pub(crate) struct CachedConnection {
    pool: Pool,
    connection: Option<Place>,
}

impl CachedConnection {
    pub(crate) fn of(pool: &Pool) -> Self {
        Self { pool: pool.clone(), connection: None }
    }

    /// The one that is kept, or one from the pool.
    pub(crate) async fn take(&mut self) -> sqlx::Result<&mut PgConnection> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Throws it away when the answer that it gave, or did not give in time, says that it may not work.
    pub(crate) fn judged<T>(&mut self, answer: sqlx::Result<T>) -> sqlx::Result<T> {
        if answer.as_ref().is_err_and(is_outage) {
            // Not back to the pool, which would ask it whether it works, and wait.
            drop(self.connection.take().map(Place::detach));
        }
        answer
    }

    /// Gives it back when others may be waiting for one.
    pub(crate) fn ease(&mut self) {
        if self.pool.is_taken() {
            self.release();
        }
    }

    /// Gives it back.
    pub(crate) fn release(&mut self) {
        self.connection = None;
    }
}
