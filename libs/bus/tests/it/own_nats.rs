//! A nats-server of a test's own, with files that it may hurt.

use crate::scratch::until;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub struct OwnNats {
    child: Child,
    folder: tempfile::TempDir,
    pub client: async_nats::Client,
}

impl OwnNats {
    /// `settings` are lines of its configuration.
    pub async fn start(settings: &str) -> Self {
        let servers = std::env::var_os("REGIOHUB_SERVERS").expect("REGIOHUB_SERVERS is not set: run `make test`");
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("nats.conf");
        let store = folder.path().join("store");
        let text = format!(
            "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\", sync_interval: \"2s\" }}\n{settings}\n",
            store.display()
        );
        fs::write(&file, text).unwrap();
        let child = Command::new(Path::new(&servers).join("bin/nats-server"))
            .arg("--config")
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let client = bus::connect_when_there(&format!("nats://127.0.0.1:{port}")).await.unwrap();
        until("it greets", async || client.connection_state() == async_nats::connection::State::Connected).await;
        Self { child, folder, client }
    }

    /// Where the messages of a stream are.
    pub fn messages(&self, stream: &str) -> PathBuf {
        self.folder.path().join("store/jetstream/$G/streams").join(stream).join("msgs")
    }
}

impl Drop for OwnNats {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
