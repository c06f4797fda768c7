//! Looks for canaries in everything: every row of every table as text, every byte of every file.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::collections::BTreeSet;
use std::path::Path;
use tokio::process::Command;

/// What must not be found.
pub struct Canaries(BTreeSet<String>);

impl Canaries {
    /// Family name, birth date, parent and parent's address of some pupils: lines of the file they were imported from.
    pub fn of<'a>(pupils: impl Iterator<Item = &'a str>) -> Self {
        let columns = |line: &'a str| {
            let cells: Vec<&str> = line.split(';').collect();
            [cells[2], cells[3], cells[11], cells[12]]
        };
        Self(pupils.flat_map(columns).filter(|cell| !cell.is_empty()).map(str::to_owned).collect())
    }

    /// Bytes are shown as hexadecimal digits in a table.
    fn patterns(&self) -> Vec<String> {
        self.0.iter().flat_map(|canary| [format!("%{canary}%"), format!("%{}%", hex::encode(canary))]).collect()
    }
}

/// Every table of every database in which a canary stands, catalogues and the planner's statistics among them.
pub async fn found_in_tables(server: &PgConnectOptions, canaries: &Canaries) -> Vec<String> {
    let mut admin = server.connect().await.unwrap();
    let databases: Vec<String> =
        sqlx::query_scalar("select datname::text from pg_database where datallowconn and not datistemplate")
            .fetch_all(&mut admin)
            .await
            .unwrap();
    admin.close().await.unwrap();
    let (mut found, mut tables, patterns) = (Vec::new(), 0, canaries.patterns());
    for database in databases {
        let mut owner = server.clone().database(&database).connect().await.unwrap();
        owner.execute("set row_security = off").await.unwrap();
        let all: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', nspname, relname) from pg_class join pg_namespace n on n.oid = relnamespace
             where relkind in ('r', 'm', 'p', 't') and relname not like 'pg_toast%'",
        )
        .fetch_all(&mut owner)
        .await
        .unwrap();
        for table in all {
            tables += 1;
            let select = format!("select count(*) from {table} t where t::text like any ($1)");
            let rows: i64 =
                sqlx::query_scalar(AssertSqlSafe(select)).bind(&patterns).fetch_one(&mut owner).await.unwrap();
            if rows > 0 {
                found.push(format!("{rows} rows of {database}: {table}"));
            }
        }
        owner.close().await.unwrap();
    }
    assert!(tables > 500, "only {tables} tables were looked through");
    found
}

/// Every file in the data directory of a hub in which a canary stands: what it said, and what its servers keep and
/// said.
pub async fn found_in_files(folder: &Path, canaries: &Canaries) -> Vec<String> {
    for kept in ["postgres/base", "postgres/pg_wal", "nats", "hub.log", "postgres.log", "nats.log"] {
        assert!(folder.join(kept).exists(), "{kept} is not there to be looked through");
    }
    let mut grep = Command::new("grep");
    // Bytes as they are, whole texts, the names of files; a file may go while we look.
    grep.args(["-r", "-s", "-a", "-F", "-l"]).env("LC_ALL", "C");
    for canary in &canaries.0 {
        grep.args(["-e", canary]);
    }
    let found = grep.arg(folder).output().await.unwrap();
    String::from_utf8(found.stdout).unwrap().lines().map(str::to_owned).collect()
}
