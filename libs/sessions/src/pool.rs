//! Pools of sessions that know their bounds, and throw away what does not answer.

use crate::place::GIVEN_BACK;
use crate::trust::Trust;
use crate::{Limits, Pool, late, set_durable};
use futures_util::{FutureExt, Stream, TryStreamExt};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use std::time::Duration;
use tokio::time::timeout;

/// How long a free connection is waited for.
const FREE: Duration = Duration::from_secs(3);

/// The sessions of one database. Copies share what they know of its connections.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    limits: Limits,
    trust: Trust,
    asks_first: bool,
}

impl Sessions {
    /// Sessions within these bounds.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, trust: Trust::default(), asks_first: false }
    }

    /// The same, where each connection is asked whether it works before it is used: a round trip each time, for what is
    /// asked seldom and of a server that comes and goes by itself.
    #[must_use]
    pub fn asking_first(self) -> Self {
        Self { asks_first: true, ..self }
    }

    /// Their bounds.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Sessions of the owner of the tables: for migrations, rebuilds and other long work.
    #[must_use]
    pub fn owning(&self, connections: u32, options: PgConnectOptions) -> PgPool {
        let (limited, trust) = (self.limited(options, self.limits.batch), self.trust.clone());
        self.pool(connections)
            // sqlx asks too, and waits for ever while it keeps the place in the pool.
            .after_release(move |connection, PoolConnectionMetadata { age, .. }| {
                let trust = trust.clone();
                Box::pin(async move { Ok(trust.covers(age) && answers(connection, &trust).await) })
            })
            .after_connect(|connection, _| Box::pin(set_durable(connection)))
            .connect_lazy_with(limited)
    }

    /// Sessions under a role that owns nothing, which row-level security binds: for commands and queries.
    #[must_use]
    pub fn at_work(&self, connections: u32, role: &'static str, options: PgConnectOptions) -> Pool {
        let (limited, trust) = (self.limited(options, self.limits.statement), self.trust.clone());
        let pool = self
            .pool(connections)
            // A `Place` bounds what sqlx asks.
            .after_release(move |_, PoolConnectionMetadata { age, .. }| {
                let trusted = trust.covers(age);
                Box::pin(async move { Ok(trusted) })
            })
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    connection.execute(AssertSqlSafe(format!("set role {role}"))).await?;
                    set_durable(connection).await
                })
            })
            .connect_lazy_with(limited);
        Pool::new(pool, self.clone())
    }

    /// Waits for an answer as long as one is worth waiting for. After that no connection of that age is used any more:
    /// whoever has one throws it away.
    ///
    /// # Errors
    /// What `answer` says, or that none came in time: then it is unknown whether it was done.
    pub async fn in_time<T>(&self, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let answer = timeout(self.limits.answer, answer).await.unwrap_or_else(|_| Err(late(self.limits.answer)));
        self.judged(answer)
    }

    /// What broke one connection broke those beside it.
    pub(crate) fn judged<T>(&self, answer: sqlx::Result<T>) -> sqlx::Result<T> {
        if let Err(sqlx::Error::Io(_)) = answer {
            self.trust.lose();
        }
        answer
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The same sessions, where each answer may take a statement's time: PostgreSQL gives up first.
    pub(crate) fn bounded_by(&self, statement: Duration) -> Self {
        let answer = statement + self.limits.answer;
        Self { limits: Limits { answer, ..self.limits }, ..self.clone() }
    }

    /// The next row, waited for as [`Sessions::in_time`] does; one that is there already costs no clock.
    ///
    /// # Errors
    /// As [`Sessions::in_time`].
    pub async fn next<T>(&self, rows: &mut (impl Stream<Item = sqlx::Result<T>> + Unpin)) -> sqlx::Result<Option<T>> {
        match rows.try_next().now_or_never() {
            Some(next) => next,
            None => self.in_time(rows.try_next()).await,
        }
    }

    fn pool(&self, connections: u32) -> PgPoolOptions {
        let (taken, asks_first) = (self.trust.clone(), self.asks_first);
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(FREE)
            .idle_timeout(Duration::from_secs(60))
            // Without asking, a dead connection shows itself on use.
            .test_before_acquire(false)
            .before_acquire(move |connection, PoolConnectionMetadata { age, .. }| {
                let trust = taken.clone();
                Box::pin(async move { Ok(trust.covers(age) && (!asks_first || answers(connection, &trust).await)) })
            })
    }

    fn limited(&self, options: PgConnectOptions, statement: Duration) -> PgConnectOptions {
        let milliseconds = |bound: Duration| bound.as_millis().to_string();
        options.options([
            // A notice such as "does not exist, skipping" tells an operator nothing.
            ("client_min_messages", "warning"),
            ("statement_timeout", &milliseconds(statement)),
            ("regiohub.batch_timeout", &milliseconds(self.limits.batch)),
            // A host that is gone lets go of its rows.
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
            ("tcp_user_timeout", "20000"),
        ])
    }
}

async fn answers(connection: &mut PgConnection, trust: &Trust) -> bool {
    match timeout(GIVEN_BACK, connection.ping()).await {
        Ok(answer) => answer.is_ok(),
        Err(_) => {
            trust.lose();
            false
        }
    }
}
