//! A lock that a test holds in a database, so that other work there waits at a known place.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Held until it is released or dropped.
#[derive(Debug)]
pub struct Held(PgConnection);

impl Held {
    /// `statement` takes the lock, such as `lock table vault.key in exclusive mode`.
    pub(crate) async fn by(mut connection: PgConnection, statement: &str) -> Self {
        for statement in ["begin", statement] {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.expect("the lock");
        }
        Self(connection)
    }

    /// Returns once so many wait for it. They must be driven meanwhile, by tasks of their own or beside this.
    ///
    /// # Panics
    /// When PostgreSQL does not answer.
    pub async fn awaited_by(&mut self, many: i64) {
        loop {
            let waiting: i64 = sqlx::query_scalar(
                "select count(distinct pid) from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))",
            )
            .fetch_one(&mut self.0)
            .await
            .expect("who waits");
            if waiting >= many {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Cuts the connections of those who wait: whether they had what they asked for is unknown to them.
    ///
    /// # Panics
    /// When PostgreSQL does not do it.
    pub async fn cut_those_who_wait(&mut self) {
        sqlx::query(
            "select pg_terminate_backend(pid) from (
                 select distinct pid from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))) waiting",
        )
        .execute(&mut self.0)
        .await
        .expect("cut");
    }

    /// Lets everybody go on.
    ///
    /// # Panics
    /// When PostgreSQL does not do it.
    pub async fn release(mut self) {
        sqlx::raw_sql("rollback").execute(&mut self.0).await.expect("released");
        self.0.close().await.expect("closed");
    }
}
