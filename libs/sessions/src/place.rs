//! A connection of a pool, whose place is free again soon after it was let go, whatever became of it.

use crate::trust::Trust;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use std::ops::{Deref, DerefMut};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long a connection that is given back may take to say that it is done.
pub(crate) const GIVEN_BACK: Duration = Duration::from_secs(2);

/// A connection of a pool. Whoever uses it bounds each answer by [`Sessions::in_time`](crate::Sessions::in_time).
///
/// When it is dropped it goes back to its pool. sqlx asks it first whether it works, without a bound; here it is closed
/// after two seconds, and its place in the pool is free.
#[derive(Debug)]
pub struct Place {
    /// There until it is given back or detached.
    connection: Option<PoolConnection<Postgres>>,
    /// None when its pool asks by itself whether a connection works: then two answers are waited for.
    trust: Option<Trust>,
}

impl Place {
    pub(crate) fn of(connection: PoolConnection<Postgres>, trust: Option<Trust>) -> Self {
        Self { connection: Some(connection), trust }
    }

    /// Takes the connection out of its pool, which may make another one in its place.
    ///
    /// A connection that may not work is detached and dropped: its pool would ask it whether it does, and wait.
    #[must_use]
    pub fn detach(mut self) -> PgConnection {
        self.connection.take().expect(THERE).detach()
    }
}

const THERE: &str = "a connection is taken out only with its place";

impl Deref for Place {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect(THERE)
    }
}

impl DerefMut for Place {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect(THERE)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = Handle::try_current() else {
            // The program ends.
            drop(connection.detach());
            return;
        };
        let trust = self.trust.take();
        let bound = if trust.is_some() { GIVEN_BACK } else { 2 * GIVEN_BACK };
        // What is dropped half-way closes the connection and frees the place.
        let returned = connection.return_to_pool();
        runtime.spawn(async move {
            if timeout(bound, returned).await.is_err()
                && let Some(trust) = trust
            {
                trust.lose();
            }
        });
    }
}
