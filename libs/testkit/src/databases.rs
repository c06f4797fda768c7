//! Databases with names of their own, dropped at the end.

use crate::{Held, Way};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use std::str::FromStr;

/// Databases of one test on the server of `make test`.
#[derive(Debug, Clone)]
pub struct Databases {
    server: PgConnectOptions,
    prefix: String,
    names: Vec<String>,
}

impl Databases {
    /// None yet.
    ///
    /// # Panics
    /// When the tests were not started by `make test`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "nothing about it is a default")]
    pub fn new() -> Self {
        let url = std::env::var("REGIOHUB_TEST_POSTGRES_URL")
            .expect("REGIOHUB_TEST_POSTGRES_URL is not set: run `make test`");
        let server = PgConnectOptions::from_str(&url)
            .expect("REGIOHUB_TEST_POSTGRES_URL is an address")
            .disable_statement_logging();
        Self { server, prefix: format!("t{}", uuid::Uuid::now_v7().simple()), names: vec![] }
    }

    /// Makes one; its name is the test's prefix and `name`.
    pub async fn make(&mut self, name: &str) -> PgConnectOptions {
        let name = format!("{}_{}", self.prefix, name.replace('-', "_"));
        self.names.push(name.clone());
        self.admin().await.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("a new database");
        self.server.clone().database(&name)
    }

    /// What the names of this test's databases begin with: nothing else on the servers has it.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// A way to their server on which packets can vanish.
    pub async fn way(&self) -> Way {
        Way::to(self.server.get_host().to_owned(), self.server.get_port()).await
    }

    async fn admin(&self) -> PgConnection {
        self.server.connect().await.expect("the PostgreSQL of `make test`")
    }

    /// From now on one of them answers nobody any more.
    ///
    /// # Panics
    /// When PostgreSQL does not do it.
    pub async fn lose(&self, name: &str) {
        let name = format!("{}_{}", self.prefix, name.replace('-', "_"));
        let lose = format!(
            "alter database {name} with allow_connections false;
             select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
        );
        self.admin().await.execute(sqlx::raw_sql(AssertSqlSafe(lose))).await.expect("lost");
    }

    /// Takes a lock in one of them, until it is released.
    ///
    /// # Panics
    /// When PostgreSQL does not give it.
    pub async fn hold(&self, name: &str, statement: &str) -> Held {
        let name = format!("{}_{}", self.prefix, name.replace('-', "_"));
        let connection = self.server.clone().database(&name).connect().await.expect("the database");
        Held::by(connection, statement).await
    }

    /// Drops them all.
    pub async fn drop_all(&mut self) {
        let mut admin = self.admin().await;
        for name in self.names.drain(..) {
            admin
                .execute(AssertSqlSafe(format!("drop database if exists {name} with (force)")))
                .await
                .expect("dropped");
        }
        admin.close().await.expect("closed");
    }
}
