//! A service in a process of its own, beside the hub: it has its own NATS user, and asks the one process that signs.

use super::hub::{Hub, REGION, eventually, free_port, program};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use vocabulary::Service;

/// The audit service as a process of its own, on the databases and servers of a hub.
struct Audit {
    child: Child,
    url: String,
    log: PathBuf,
}

impl Audit {
    fn beside(hub: &Hub, signer: Option<&str>) -> Self {
        let port = free_port();
        let servers: Value = serde_json::from_slice(&fs::read(hub.data().join("servers.json")).unwrap()).unwrap();
        let users = hub.data().join(format!("nats-users-{port}.json"));
        let private = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&users);
        private.unwrap().write_all(servers["nats_users"].to_string().as_bytes()).unwrap();
        let log = hub.data().join(format!("audit-{port}.log"));
        let mut command = Command::new(program().with_file_name("audit"));
        command.env_clear().args(["--development", "--listen", &format!("127.0.0.1:{port}")]);
        command.arg("--secrets").arg(hub.data()).arg("--nats-users").arg(&users);
        command.args(["--nats-url", &format!("nats://127.0.0.1:{}", servers["nats_port"])]);
        command.args(["--postgres-url", &hub.postgres("audit"), "--vault-url", &hub.postgres("vault")]);
        for peer in Service::ALL.into_iter().filter(|it| it.is_read_by_others()) {
            command.args(["--peer", &format!("{peer}={}/services/{peer}", hub.internal_url())]);
        }
        if let Some(url) = signer {
            command.args(["--signer-url", url]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap()).kill_on_drop(true);
        Self { child: command.spawn().unwrap(), url: format!("http://127.0.0.1:{port}"), log }
    }

    /// What it answers about the region; nothing before it listens.
    async fn ask(&self, hub: &Hub, method: Method, path: &str, key: &str) -> Option<(StatusCode, Value)> {
        let asked = hub.http.request(method, format!("{}/v1/regions/{REGION}/audit/{path}", self.url));
        let asked = asked.bearer_auth(&hub.leader).header("idempotency-key", key);
        let answer = asked.send().await.ok()?;
        let status = answer.status();
        Some((status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()))
    }

    /// What it answers once it knows the grants.
    async fn settled(&mut self, hub: &Hub, method: Method, path: &str, key: &str) -> (StatusCode, Value) {
        let mut last = None;
        let log = self.log.clone();
        let this = &*self;
        let known = async || {
            last = this.ask(hub, method.clone(), path, key).await;
            last.as_ref().is_some_and(|(status, body)| {
                *status != StatusCode::FORBIDDEN && *status != StatusCode::NOT_FOUND && body["code"] != "grants-unknown"
            })
        };
        eventually("the audit service knows the grants", Duration::from_secs(60), known).await;
        last.unwrap_or_else(|| panic!("{}", fs::read_to_string(log).unwrap()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_does_not_sign_asks_the_one_that_does() {
    let hub = Hub::start().await;
    // Told of no signer at all it would sign nothing for ever, so it does not start.
    let mut silent = Audit::beside(&hub, None);
    assert!(!silent.child.wait().await.unwrap().success());
    let said = fs::read_to_string(&silent.log).unwrap();
    assert!(said.contains("no checkpoint would ever be signed") && said.contains("--signer-url"), "{said}");

    let mut without = Audit::beside(&hub, Some("http://127.0.0.1:9"));
    let refused = without.settled(&hub, Method::POST, "checkpoints", "none").await;
    assert_eq!(refused.0, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.1);
    assert_eq!(without.settled(&hub, Method::GET, "keys", "").await.0, StatusCode::SERVICE_UNAVAILABLE);
    without.child.kill().await.unwrap();

    let mut beside = Audit::beside(&hub, Some(&format!("{}/services/audit", hub.internal_url())));
    let (status, cut) = beside.settled(&hub, Method::POST, "checkpoints", "cut").await;
    assert_eq!(status, StatusCode::OK, "{cut}");
    let own = hub.ask(Method::GET, "/audit/checkpoints/consortium/latest").send().await.unwrap().text().await.unwrap();
    let size: i64 = own.lines().nth(1).unwrap().parse().unwrap();
    assert!(size > 0, "{own}");
    // A key that somebody puts into the database is listed by neither.
    let forged =
        "insert into checkpoints.signing_key (region, number, verifier, valid_from) values ($1, 60, 'x', now())";
    let mut owner = <sqlx::PgConnection as sqlx::Connection>::connect(&hub.postgres("audit")).await.unwrap();
    sqlx::query(forged).bind(REGION).execute(&mut owner).await.unwrap();
    let (status, keys) = beside.settled(&hub, Method::GET, "keys", "").await;
    let verifiers: Vec<&str> =
        keys["items"].as_array().unwrap().iter().map(|key| key["verifier"].as_str().unwrap()).collect();
    assert!(status == StatusCode::OK && verifiers.len() == 1 && verifiers[0] != "x", "{status} {keys}");
    beside.child.kill().await.unwrap();
    hub.stop().await;
}
