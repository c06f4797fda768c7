//! No workbench default in the field: development is said and does not come back, what leaves the machine is encrypted,
//! and a PostgreSQL that forgets what it acknowledged is refused.

mod development;
mod refusals;
mod servers;
mod tls;

use crate::bad_days::hub::{SEATS, directory, free_port, program, ready};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

/// The program without a setting from the environment.
fn regiohub(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if (text.starts_with("REGIOHUB_") && text != "REGIOHUB_SERVERS") || text.starts_with("PG") {
            command.env_remove(&name);
        }
    }
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs to its end, which is no success: what it said.
async fn refused(mut command: Command) -> String {
    let ended = timeout(Duration::from_secs(60), command.output()).await.expect("it gives up").unwrap();
    let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(!ended.status.success(), "{command:?} did not refuse: {said}");
    said
}

/// A data directory, and hubs that run on it one after the other.
struct Field {
    data: tempfile::TempDir,
    port: u16,
    _seat: SemaphorePermit<'static>,
}

impl Field {
    async fn new() -> Self {
        let seat = SEATS.acquire().await.unwrap();
        // Only the first provider counts.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { data: directory(), port: free_port(), _seat: seat }
    }

    fn data(&self) -> &Path {
        self.data.path()
    }

    fn up(&self, arguments: &[&str]) -> Command {
        let port = self.port.to_string();
        let mut command = regiohub(&["up", "--port", &port, "--data-dir"]);
        command.arg(self.data()).args(arguments);
        command
    }

    /// Starts, and waits until it serves.
    async fn started(&self, arguments: &[&str]) -> Child {
        let log = File::options().create(true).append(true).open(self.data().join("hub.log")).unwrap();
        let mut command = self.up(arguments);
        command.stdout(Stdio::piped()).stderr(log);
        match ready(command).await {
            Ok(child) => child,
            Err(error) => panic!("{error:#}\n{}", self.said()),
        }
    }

    /// Starts, serves, and ends.
    async fn tried(&self, arguments: &[&str]) {
        ended(self.started(arguments).await).await;
    }

    /// What every start until now said.
    fn said(&self) -> String {
        fs::read_to_string(self.data().join("hub.log")).unwrap_or_default()
    }
}

async fn ended(mut hub: Child) {
    kill_process(Pid::from_raw(i32::try_from(hub.id().unwrap()).unwrap()).unwrap(), Signal::TERM).unwrap();
    let status = timeout(Duration::from_secs(60), hub.wait()).await.expect("it ends within a minute").unwrap();
    assert!(status.success(), "{status}");
}
