//! How a command gets at the logs: a given PostgreSQL, that of the hub that runs, or the private one started for it.

use crate::services;
use anyhow::Context;
use bus::LogSource;
use clap::Args;
use decider::Clock;
use embedded::{Config, Servers, default_bin_dir, default_data_dir};
use event_log::{Database, EventLog, Head};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use std::path::PathBuf;
use std::str::FromStr;
use tokio::task::spawn_blocking;
use vocabulary::RegionId;

/// Where the logs are.
#[derive(Clone, Debug, Args)]
pub struct Reach {
    /// The data directory of the hub. When no hub runs on it, its private PostgreSQL is started for this command.
    #[arg(long, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    pub data_dir: PathBuf,
    /// A PostgreSQL with the databases of the services instead: postgres://user:password@host/postgres. On another
    /// machine with ?sslmode=verify-full.
    #[arg(long, env = "REGIOHUB_POSTGRES_URL", hide_env_values = true)]
    postgres_url: Option<SecretString>,
    /// The prefix of the names of the databases.
    #[arg(long, env = "REGIOHUB_DATABASE_PREFIX", default_value = "regiohub_")]
    database_prefix: String,
    /// The folder with the programs of the private servers.
    #[arg(long, env = "REGIOHUB_SERVERS", default_value_os_t = default_bin_dir())]
    servers: PathBuf,
    /// An installed PostgreSQL for the private cluster: the folder with `postgres`.
    #[arg(long, env = "POSTGRES_BIN")]
    postgres_bin: Option<PathBuf>,
}

/// A PostgreSQL with the databases of the services. When it was started for this command, dropping stops it.
#[derive(Debug)]
pub struct Reached {
    server: PgConnectOptions,
    prefix: String,
    _started: Option<Servers>,
}

/// The log of one service in one region.
#[derive(Clone, Debug)]
pub struct RegionLog {
    /// Which service wrote it.
    pub service: &'static str,
    /// Where it ends.
    pub head: Head,
    /// To read it.
    pub log: EventLog,
    /// Its database: for reading only.
    pub database: Database,
}

impl Reach {
    /// Finds PostgreSQL, or starts the private one.
    ///
    /// # Errors
    /// When there is nothing to read there, or it does not start.
    pub async fn open(&self) -> anyhow::Result<Reached> {
        let (url, started) = match &self.postgres_url {
            Some(url) => (url.expose_secret().to_owned(), None),
            None => self.private().await?,
        };
        let server = PgConnectOptions::from_str(&url).context("the address of PostgreSQL")?;
        chassis::transport::postgres("--postgres-url", &server).await?;
        Ok(Reached { server, prefix: self.database_prefix.clone(), _started: started })
    }

    async fn private(&self) -> anyhow::Result<(String, Option<Servers>)> {
        let folder = &self.data_dir;
        anyhow::ensure!(
            folder.join("postgres").exists(),
            "{} holds no data of a hub; name its --data-dir, or with --postgres-url the PostgreSQL it uses",
            folder.display()
        );
        if let Some(url) = embedded::running(folder)? {
            return Ok((url, None));
        }
        let mut config = Config::new(folder, &self.servers);
        config.postgres_bin.clone_from(&self.postgres_bin);
        config.without_nats = true;
        let servers = spawn_blocking(move || Servers::start(&config)).await??;
        Ok((servers.postgres_url.clone(), Some(servers)))
    }
}

impl Reached {
    /// The way to the database of a service, or of the gateway or the vault.
    #[must_use]
    pub fn options(&self, service: &str) -> PgConnectOptions {
        self.server.clone().database(&format!("{}{}", self.prefix, service.replace('-', "_")))
    }

    /// The database of a service, for reading only: what would write there fails.
    ///
    /// # Errors
    /// When it is not there, or PostgreSQL does not answer.
    pub async fn database(&self, service: &str) -> anyhow::Result<Database> {
        let options = self.options(service).options([("default_transaction_read_only", "on")]);
        let named = format!("the database of {service} ({})", options.get_database().unwrap_or_default());
        Database::open(options, 4).await.context(named)
    }

    /// The logs of every service, whatever regions they have.
    ///
    /// # Errors
    /// When a database cannot be read.
    pub async fn sources(&self) -> anyhow::Result<Vec<LogSource>> {
        let mut sources = Vec::new();
        for service in services::deciding().iter().map(chassis::Service::name) {
            let database = self.database(service).await?;
            sources.push(LogSource::Here(EventLog::new(service, "", &database, Clock::system())));
        }
        Ok(sources)
    }

    /// The logs of a region, in the order of the services.
    ///
    /// # Errors
    /// When a database cannot be read, or no service has a log of that region.
    pub async fn logs_of(&self, region: &RegionId) -> anyhow::Result<Vec<RegionLog>> {
        let mut logs = Vec::new();
        for service in services::deciding().iter().map(chassis::Service::name) {
            let database = self.database(service).await?;
            // Nothing is written, so the organisation's number and the time do not matter.
            let log = EventLog::new(service, "", &database, Clock::system());
            let head = log.heads().await?.into_iter().find(|head| head.region == *region);
            logs.extend(head.map(|head| RegionLog { service, head, log, database }));
        }
        anyhow::ensure!(!logs.is_empty(), "there is no log of the region {region} here");
        Ok(logs)
    }
}
