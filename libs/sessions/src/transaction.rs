//! A transaction in which no answer is waited for longer than it is worth.

use crate::{RawTransaction, Sessions};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{BoxStream, try_unfold},
};
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, Postgres, SqlStr};
use std::ops::{Deref, DerefMut};

/// A transaction of a [`Pool`](crate::Pool). To read, let it drop; to write, commit it.
///
/// When an answer does not come in time, its connection and all that are as old are thrown away.
#[derive(Debug)]
pub struct Transaction(Rows);

/// What a transaction sees: `&mut *rows` runs a query.
///
/// **Invariant:** the connection itself is given to nobody, so nobody waits for it without a bound.
#[derive(Debug)]
pub struct Rows {
    open: RawTransaction,
    sessions: Sessions,
}

impl Transaction {
    pub(crate) fn new(open: RawTransaction, sessions: Sessions) -> Self {
        Self(Rows { open, sessions })
    }

    /// Keeps what was written.
    ///
    /// # Errors
    /// When it is not kept, or when no answer came in time: then that is unknown.
    pub async fn commit(self) -> sqlx::Result<()> {
        let Rows { open, sessions } = self.0;
        sessions.in_time(open.commit()).await
    }
}

impl Deref for Transaction {
    type Target = Rows;

    fn deref(&self) -> &Rows {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Rows {
        &mut self.0
    }
}

impl<'c> Executor<'c> for &'c mut Rows {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<PgQueryResult, PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        each_in_time(self.sessions.clone(), self.open.fetch_many(query))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let Rows { open, sessions } = self;
        async move { sessions.in_time(open.fetch_optional(query)).await }.boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'c: 'e,
    {
        let Rows { open, sessions } = self;
        async move { sessions.in_time(open.prepare_with(sql, parameters)).await }.boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Postgres>>>
    where
        'c: 'e,
    {
        let Rows { open, sessions } = self;
        async move { sessions.in_time(open.describe(sql)).await }.boxed()
    }
}

/// Answers as they come, until one does not come in time.
pub(crate) fn each_in_time<'e, T: Send + 'e>(
    sessions: Sessions,
    answers: BoxStream<'e, sqlx::Result<T>>,
) -> BoxStream<'e, sqlx::Result<T>> {
    let next = |(sessions, mut answers): (Sessions, BoxStream<'e, sqlx::Result<T>>)| async move {
        Ok(sessions.next(&mut answers).await?.map(|answer| (answer, (sessions, answers))))
    };
    try_unfold((sessions, answers), next).boxed()
}
