//! A vault in a database of its own, dropped afterwards.

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, postgres::PgConnectOptions};
use vault::{Limits, MasterKey, Vault};

use crate::way::Way;

pub struct Scratch {
    pub vault: Vault,
    pub owner: PgPool,
    options: PgConnectOptions,
    folder: tempfile::TempDir,
}

/// Runs `test` on a fresh vault, and drops its database also when the test fails.
pub fn on_scratch<F: Future<Output = ()>>(test: impl FnOnce(std::sync::Arc<Scratch>) -> F) {
    let url = std::env::var("REGIOHUB_TEST_POSTGRES_URL")
        .unwrap_or_else(|_| panic!("REGIOHUB_TEST_POSTGRES_URL is not set; run: make test"));
    let server = PgConnectOptions::from_str(&url).unwrap();
    let name = format!("vault_{}", uuid::Uuid::now_v7().simple());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(statement(&server, format!("create database {name}")));
    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async {
            let options = server.clone().database(&name);
            let folder = tempfile::tempdir().unwrap();
            let vault = Vault::connect(options.clone(), 4, key(folder.path()));
            vault.migrate().await.unwrap();
            let owner = PgPool::connect_lazy_with(options.clone());
            test(std::sync::Arc::new(Scratch { vault, owner, options, folder })).await;
        });
    }));
    runtime.block_on(statement(&server, format!("drop database {name} with (force)")));
    if let Err(panic) = tried {
        std::panic::resume_unwind(panic);
    }
}

fn key(folder: &Path) -> MasterKey {
    MasterKey::open_or_create(&folder.join("master.key")).unwrap()
}

async fn statement(server: &PgConnectOptions, sql: String) {
    let mut connection = PgConnection::connect_with(server).await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

impl Scratch {
    /// The same vault as another process sees it: nothing remembered.
    pub fn again(&self) -> Vault {
        Vault::connect(self.options.clone(), 2, key(self.folder.path()))
    }

    /// The same vault with later generations of the key of natural keys, each prepared or in use.
    pub fn rotated(&self, later: &[([u8; 32], bool)]) -> Vault {
        Vault::connect(self.options.clone(), 2, key(self.folder.path()).with_later_natural_keys(later))
    }

    /// The same vault on another way, with bounds under which a silent one need not be waited for long.
    pub async fn on_a_way(&self) -> (Way, Vault) {
        let way = Way::to(self.options.get_host().to_owned(), self.options.get_port()).await;
        let options = self.options.clone().host("127.0.0.1").port(way.address.port());
        let limits = Limits { answer: Duration::from_secs(1), ..Limits::default() };
        let vault = Vault::connect_within(options, 4, key(self.folder.path()), limits);
        (way, vault)
    }

    pub fn with_another_master_key(&self) -> Vault {
        let folder = tempfile::tempdir().unwrap();
        Vault::connect(self.options.clone(), 2, key(folder.path()))
    }

    /// A vault where nobody listens.
    pub fn away() -> Vault {
        let folder = tempfile::tempdir().unwrap();
        let options = PgConnectOptions::from_str("postgres://nobody@127.0.0.1:1/vault").unwrap();
        Vault::connect(options, 1, key(folder.path()))
    }

    pub async fn run(&self, sql: &'static str) {
        self.owner.execute(sql).await.unwrap();
    }

    pub async fn count(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(sql).fetch_one(&self.owner).await.unwrap()
    }

    pub async fn tables(&self) -> Vec<String> {
        let sql = "select schemaname || '.' || tablename from pg_tables where schemaname = 'vault' order by 1";
        sqlx::query_scalar(sql).fetch_all(&self.owner).await.unwrap()
    }

    /// Every row of every table, as text.
    pub async fn everything(&self) -> String {
        let mut text = String::new();
        for table in self.tables().await {
            let sql = AssertSqlSafe(format!("select coalesce(string_agg(t::text, ' '), '') from {table} as t"));
            text += &sqlx::query_scalar::<_, String>(sql).fetch_one(&self.owner).await.unwrap();
        }
        text
    }

    /// The number that the last of some statements answers under the role that works; nothing when it may not ask.
    pub async fn as_role(&self, sql: &str) -> Option<i64> {
        let mut connection = PgConnection::connect_with(&self.options).await.unwrap();
        connection.execute("set role regiohub_vault").await.unwrap();
        let mut transaction = connection.begin().await.unwrap();
        let mut answer = None;
        for statement in sql.split("; ") {
            let asked = sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_one(&mut *transaction).await;
            answer = asked.ok().and_then(|row| sqlx::Row::try_get(&row, 0).ok());
        }
        answer
    }
}
