//! A PostgreSQL of a test's own, whose commits can be held.

use crate::counter::{Level, To, under};
use decider::Clock;
use embedded::{Config, Servers, default_bin_dir};
use event_log::{Database, Error, EventLog, Limits, Receipt};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection};
use std::fs;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use tokio::task::{JoinHandle, spawn_blocking, yield_now};
use uuid::Uuid;
use vocabulary::RegionId;

pub struct Own {
    pub options: PgConnectOptions,
    admin: PgConnection,
    servers: Servers,
    folder: tempfile::TempDir,
}

/// Bounds under which a test need not wait long for a database that says nothing.
pub const SOON: Limits =
    Limits { statement: Duration::from_secs(2), batch: Duration::from_secs(60), answer: Duration::from_secs(1) };

/// Bounds under which a held commit is waited for.
pub const LATE: Limits =
    Limits { statement: Duration::from_secs(120), batch: Duration::from_secs(120), answer: Duration::from_secs(120) };

pub fn region() -> RegionId {
    "voorbeeld".parse().unwrap()
}

/// Raises something to a level, under a command id.
pub async fn to(log: &EventLog, id: Uuid, level: u32, command: Uuid) -> Result<Receipt, Error> {
    log.execute::<Level>(&region(), &id, To(level), &under(command, &level.to_string())).await
}

impl Own {
    pub async fn start() -> Self {
        let own = Self::in_folder(tempfile::tempdir().unwrap()).await;
        EventLog::migrate(&own.database(SOON).await).await.unwrap();
        own
    }

    /// One with the data that are in a folder, or with new ones.
    pub async fn in_folder(folder: tempfile::TempDir) -> Self {
        let mut config = Config::new(folder.path(), default_bin_dir());
        (config.scratch, config.without_nats) = (true, true);
        let servers = spawn_blocking(move || Servers::start(&config)).await.unwrap().unwrap();
        let options = PgConnectOptions::from_str(&servers.postgres_url).unwrap();
        let admin = options.connect().await.unwrap();
        Self { options, admin, servers, folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// With its password.
    pub fn url(&self) -> &str {
        &self.servers.postgres_url
    }

    pub async fn database(&self, limits: Limits) -> Database {
        Database::open_within(self.options.clone(), 10, limits).await.unwrap()
    }

    /// A process of the hub.
    pub async fn process(&self, limits: Limits) -> EventLog {
        EventLog::new("counters", "00000000000000000000", &self.database(limits).await, Clock::system())
    }

    /// From now on each commit waits for a standby that is not there.
    pub async fn hold_commits(&mut self) {
        self.commits_wait_for("nobody").await;
    }

    /// From now on each commit waits for the standby of this name, which is not there yet.
    pub async fn commits_wait_for(&mut self, standby: &str) {
        let waits = format!("alter system set synchronous_standby_names = '{standby}'");
        self.admin.execute(AssertSqlSafe(waits)).await.unwrap();
        self.admin.execute("select pg_reload_conf()").await.unwrap();
        // The order of notification does not matter.
        loop {
            let probe = self.probe();
            while !probe.is_finished() {
                if !self.holding().await.is_empty() {
                    self.cut().await;
                    drop(probe.await);
                    return;
                }
            }
        }
    }

    /// Commits wait for nobody any more, nor do those that are held.
    pub async fn let_go(&mut self) {
        self.admin.execute("alter system reset synchronous_standby_names").await.unwrap();
        self.admin.execute("select pg_reload_conf()").await.unwrap();
        self.probe().await.unwrap();
    }

    /// Commits something.
    fn probe(&self) -> JoinHandle<()> {
        let options = self.options.clone();
        tokio::spawn(async move {
            let mut session = options.connect().await.unwrap();
            // Cut off when it was held.
            let _ = session.execute("select pg_logical_emit_message(true, 'probe', '')").await;
        })
    }

    async fn holding(&mut self) -> Vec<i32> {
        sqlx::query_scalar("select pid from pg_stat_activity where wait_event = 'SyncRep'")
            .fetch_all(&mut self.admin)
            .await
            .unwrap()
    }

    /// Waits until a commit is held, and answers which sessions hold one.
    pub async fn held(&mut self) -> Vec<i32> {
        loop {
            let held = self.holding().await;
            if !held.is_empty() {
                return held;
            }
            yield_now().await;
        }
    }

    /// Cuts off each session that waits for the standby: its commit stands here, and nowhere else.
    pub async fn cut(&mut self) {
        for pid in self.held().await {
            self.admin.execute(AssertSqlSafe(format!("select pg_terminate_backend({pid}, 10000)"))).await.unwrap();
        }
    }

    /// Has each session that waits for the standby stop waiting, as an operator may.
    pub async fn cancel(&mut self) {
        for pid in self.held().await {
            self.admin.execute(AssertSqlSafe(format!("select pg_cancel_backend({pid})"))).await.unwrap();
        }
    }

    /// Makes a standby a server that takes writes.
    pub async fn promote(&mut self) {
        let promoted: bool = sqlx::query_scalar("select pg_promote()").fetch_one(&mut self.admin).await.unwrap();
        assert!(promoted);
    }

    /// Loses the server at once, and its disk with it.
    pub async fn lose(self) {
        let data = self.folder().join("postgres");
        let pid_file = fs::read_to_string(data.join("postmaster.pid")).unwrap();
        let postmaster = pid_file.lines().next().unwrap().trim().parse().ok().and_then(Pid::from_raw).unwrap();
        // Where its data are not, it is not started again.
        fs::rename(&data, self.folder().join("lost")).unwrap();
        kill_process(postmaster, Signal::KILL).unwrap();
        self.stop().await;
    }

    /// Ends the server, and leaves its folder.
    pub async fn stop(self) -> tempfile::TempDir {
        let Self { servers, folder, .. } = self;
        spawn_blocking(move || servers.stop()).await.unwrap();
        folder
    }
}
