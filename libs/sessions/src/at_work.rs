//! The pool that commands and queries work with.

use crate::raw::begin_on;
use crate::{Place, RawTransaction, Sessions, Transaction};
use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt, future::BoxFuture, stream, stream::BoxStream};
use sqlx::postgres::{PgConnectOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, PgPool, Postgres, SqlStr};
use std::sync::Arc;

/// A pool that waits for no answer longer than it is worth, in a transaction or outside one. Copies share everything.
///
/// **Invariant:** the pool of sqlx is given to nobody, so every connection goes back through a [`Place`].
#[derive(Clone, Debug)]
pub struct Pool {
    pool: PgPool,
    sessions: Sessions,
}

impl Pool {
    pub(crate) fn new(pool: PgPool, sessions: Sessions) -> Self {
        Self { pool, sessions }
    }

    /// Begins a transaction with these statements, which hold nothing that someone typed. Whoever stops waiting leaves
    /// nothing behind.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self, statements: impl Into<String>) -> sqlx::Result<Transaction> {
        Ok(Transaction::new(self.begin_raw(statements).await?, self.sessions.clone()))
    }

    /// The same for whoever reads or writes much: each answer is waited for as long as the operator lets a batch take.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_batches(&self, statements: impl Into<String>) -> sqlx::Result<Transaction> {
        Ok(Transaction::new(self.begin_raw(statements).await?, self.sessions.bounded_by(self.sessions.limits().batch)))
    }

    /// The same for whoever waits in it for what others have locked: as long as a statement may take.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_waiting(&self, statements: impl Into<String>) -> sqlx::Result<Transaction> {
        let sessions = self.sessions.bounded_by(self.sessions.limits().statement);
        Ok(Transaction::new(self.begin_raw(statements).await?, sessions))
    }

    /// The same for whoever needs the connection itself, and bounds as a whole what is done in it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_raw(&self, statements: impl Into<String>) -> sqlx::Result<RawTransaction> {
        self.sessions.judged(begin_on(&self.pool, Some(self.sessions.trust()), statements.into()).await)
    }

    /// A connection, waited for as long as for a free one. Whoever has it bounds each of its answers.
    ///
    /// # Errors
    /// When none is free, or the database does not answer.
    pub async fn acquire(&self) -> sqlx::Result<Place> {
        let connection = self.sessions.judged(self.pool.acquire().await)?;
        Ok(Place::of(connection, Some(self.sessions.trust().clone())))
    }

    /// Another pool of the same sessions: whoever has it never waits for connections that others hold.
    #[must_use]
    pub fn apart(&self, connections: u32) -> Self {
        let options = (*self.pool.connect_options()).clone();
        let pool = self.pool.options().clone().max_connections(connections).connect_lazy_with(options);
        Self { pool, sessions: self.sessions.clone() }
    }

    /// Where its connections go.
    #[must_use]
    pub fn connect_options(&self) -> Arc<PgConnectOptions> {
        self.pool.connect_options()
    }

    /// How many connections nobody uses.
    #[must_use]
    pub fn num_idle(&self) -> usize {
        self.pool.num_idle()
    }

    /// Whether whoever asks for a connection now has to wait for one.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.pool.num_idle() == 0 && self.pool.size() >= self.pool.options().get_max_connections()
    }

    /// Closes it, once every connection was given back.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }
}

/// Outside a transaction no region's rows are seen, so answers are short: they are collected.
impl<'p> Executor<'p> for &Pool {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<PgQueryResult, PgRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let pool = self.clone();
        let answers = async move {
            let mut place = pool.acquire().await?;
            let answers: Vec<_> = pool.sessions.in_time(place.fetch_many(query).try_collect()).await?;
            Ok(stream::iter(answers.into_iter().map(Ok)))
        };
        answers.try_flatten_stream().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let pool = self.clone();
        async move {
            let mut place = pool.acquire().await?;
            pool.sessions.in_time(place.fetch_optional(query)).await
        }
        .boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        async move {
            let mut place = pool.acquire().await?;
            pool.sessions.in_time(place.prepare_with(sql, parameters)).await
        }
        .boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Postgres>>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        async move {
            let mut place = pool.acquire().await?;
            pool.sessions.in_time(place.describe(sql)).await
        }
        .boxed()
    }
}
