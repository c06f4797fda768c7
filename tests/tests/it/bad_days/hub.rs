//! The `regiohub` program as a child process on a data directory of its own.

use super::processes::{self, NATS, POSTGRES};
use access::DevIssuer;
use anyhow::Context;
use chrono::TimeDelta;
use reqwest::{Method, RequestBuilder, StatusCode};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

pub const REGION: &str = "storm";
/// Hubs at the same time: they share the machine with each other and with other tests.
pub static SEATS: Semaphore = Semaphore::const_new(3);

/// A hub, its data and its one region.
pub struct Hub {
    child: Child,
    pub port: u16,
    pub http: reqwest::Client,
    data: tempfile::TempDir,
    operator: String,
    pub leader: String,
    /// Settings that it is started with each time.
    given: Vec<String>,
    _seat: SemaphorePermit<'static>,
}

/// The program next to this test.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(Path::parent).unwrap().join("regiohub");
    assert!(program.is_file(), "{} is not there: run `make test`", program.display());
    program
}

/// `regiohub up` on a data directory; what it says goes to `hub.log` there.
pub fn up(data: &Path, port: u16) -> Command {
    up_logging(data, port, "info")
}

/// The same, logging as it is told.
pub fn up_logging(data: &Path, port: u16, what: &str) -> Command {
    assert!(std::env::var_os("REGIOHUB_SERVERS").is_some(), "REGIOHUB_SERVERS is not set: run `make test`");
    let log = File::options().create(true).append(true).open(data.join("hub.log")).unwrap();
    let mut command = Command::new(program());
    command.args(["up", "--development", "--log", what, "--port", &port.to_string(), "--data-dir"]).arg(data);
    // All who ask in a test are one client.
    command.args(["--rate-client", "1000000", "--rate-client-burst", "1000000"]);
    for given in ["REGIOHUB_POSTGRES_URL", "REGIOHUB_VAULT_URL", "REGIOHUB_NATS_URL", "REGIOHUB_DATA", "REGIOHUB_PORT"]
    {
        command.env_remove(given);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
    command
}

/// A directory that the account of the servers may pass through.
pub fn directory() -> tempfile::TempDir {
    let data = tempfile::Builder::new().prefix("regiohub-bad-day-").tempdir().unwrap();
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o711)).unwrap();
    data
}

/// A port that was free a moment ago, and that the kernel gives to nobody who connects.
pub fn free_port() -> u16 {
    let given = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    (0..2_000)
        .map(|step| 30_000 + (given + step) % 2_000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}

/// Starts it, and waits until it serves.
pub async fn ready(mut command: Command) -> anyhow::Result<Child> {
    let mut child = command.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
    let said = timeout(Duration::from_secs(120), async {
        while let Some(line) = lines.next_line().await? {
            if line.starts_with("ready http://") {
                return anyhow::Ok(true);
            }
        }
        Ok(false)
    });
    anyhow::ensure!(said.await.context("not ready in two minutes")??, "the hub ended before it was ready");
    Ok(child)
}

impl Hub {
    /// A new hub with a founded region and its programme leader.
    pub async fn start() -> Self {
        Self::start_with(vec![]).await
    }

    /// The same, with settings of its own.
    pub async fn start_with(given: Vec<String>) -> Self {
        let seat = SEATS.acquire().await.unwrap();
        // Only the first provider counts.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (data, port) = (directory(), free_port());
        let mut command = up(data.path(), port);
        command.args(&given);
        let child = match ready(command).await {
            Ok(child) => child,
            Err(error) => panic!("{error:#}\n{}", tail(data.path())),
        };
        let issuer = DevIssuer::open_or_create(data.path()).unwrap();
        let token = |subject: &str| issuer.mint(subject, TimeDelta::hours(1));
        let (operator, leader) = (token("operator"), token("leader"));
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        let hub = Self { child, port, http, data, operator, leader, given, _seat: seat };
        hub.found().await;
        hub
    }

    async fn found(&self) {
        let founding = json!({
            "name": "STO Voorbeeld",
            "leadSchool": "01OE04",
            "school": {
                "name": "Voorbeeldcollege", "board": "41100", "vmbo": true, "profiles": ["GR"],
                "address": { "street": "Voorbeeldweg", "number": "27", "postcode": "4206AK", "place": "Gorinchem" },
            },
        });
        let founded = self.ask(Method::PUT, "").bearer_auth(&self.operator).json(&founding).send().await.unwrap();
        let told = format!("{:?}", founded.headers());
        assert!(founded.status().is_success(), "{} {told}", founded.text().await.unwrap());
        let leader = json!({ "to": { "issuer": DevIssuer::ISSUER, "subject": "leader" } });
        let granted = self.ask(Method::POST, "/programme-leaders").bearer_auth(&self.operator);
        let granted = granted.header("idempotency-key", "leader").json(&leader).send().await.unwrap();
        let position = granted.headers()["hub-position"].to_str().unwrap().to_owned();
        assert!(granted.status().is_success(), "{}", granted.text().await.unwrap());
        // Each service has a book of its own: the gateway's must know the grant, and that of the service that is loaded.
        let no_import = format!("/imports/{}", uuid::Uuid::nil());
        for (path, known) in [("", StatusCode::OK), (no_import.as_str(), StatusCode::NOT_FOUND)] {
            for asked in 0.. {
                let seen = self.ask(Method::GET, path).bearer_auth(&self.leader).header("hub-min-position", &position);
                if seen.send().await.unwrap().status() == known {
                    break;
                }
                assert!(asked < 100, "the grant does not count at {path:?}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    /// A request below the region, without a token.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/v1/regions/{REGION}{path}", self.url()))
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// What only the installation itself may ask, such as `/services/consortium/log`.
    pub fn inside(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.internal_url())).bearer_auth(self.secret())
    }

    /// Where it listens for the installation itself.
    pub fn internal_url(&self) -> String {
        regiohub::inside::noted(self.data()).unwrap()
    }

    /// What opens the internal routes.
    pub fn secret(&self) -> String {
        chassis::Secrets::open(self.data()).unwrap().log_secret().unwrap()
    }

    /// A database of its private PostgreSQL.
    pub fn postgres(&self, database: &str) -> String {
        let known = self.known();
        let (password, port) = (known["postgres_password"].as_str().unwrap(), &known["postgres_port"]);
        format!("postgres://regiohub:{password}@127.0.0.1:{port}/regiohub_{database}")
    }

    /// Its private NATS, as one of its users.
    pub async fn nats(&self, user: &str) -> async_nats::Client {
        let known = self.known();
        let password = known["nats_users"][user].as_str().unwrap();
        bus::connect_as(&format!("nats://127.0.0.1:{}", known["nats_port"]), user, password).await.unwrap()
    }

    fn known(&self) -> Value {
        serde_json::from_slice(&fs::read(self.data().join("servers.json")).unwrap()).unwrap()
    }

    /// What the hub has logged until now.
    pub fn said(&self) -> String {
        fs::read_to_string(self.data().join("hub.log")).unwrap_or_default()
    }

    /// kill -9, and the same again on the same data: how long that took.
    pub async fn kill_and_start(&mut self) -> Duration {
        self.child.kill().await.unwrap();
        self.start_again().await
    }

    pub async fn start_again(&mut self) -> Duration {
        self.start_again_by(up).await
    }

    /// The same by another command, made of its data directory and port.
    pub async fn start_again_by(&mut self, command: impl FnOnce(&Path, u16) -> Command) -> Duration {
        let began = Instant::now();
        let mut command = command(self.data(), self.port);
        command.args(&self.given);
        match ready(command).await {
            Ok(child) => self.child = child,
            Err(error) => panic!("{error:#}\n{}", tail(self.data())),
        }
        began.elapsed()
    }

    /// SIGTERM; how it ended.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.tell(Signal::TERM);
        self.ended().await
    }

    pub fn tell(&self, signal: Signal) {
        processes::signal(self.number(), signal);
    }

    /// The number of its process.
    pub fn number(&self) -> i32 {
        i32::try_from(self.child.id().unwrap()).unwrap()
    }

    pub async fn ended(&mut self) -> ExitStatus {
        timeout(Duration::from_secs(60), self.child.wait()).await.expect("it ends within a minute").unwrap()
    }

    /// The hub and its two servers, each once, and nobody else.
    pub fn is_alone(&self) -> bool {
        let mut expected = vec![self.number()];
        expected.extend([POSTGRES, NATS].iter().filter_map(|file| processes::pid(self.data(), file)));
        expected.sort_unstable();
        expected.len() == 3 && processes::of(self.data()) == expected
    }

    /// Ends it politely: nothing of it is left.
    pub async fn stop(mut self) {
        let ended = self.terminate().await;
        assert!(ended.success(), "{ended}\n{}", tail(self.data()));
        assert_eq!(processes::of(self.data()), Vec::<i32>::new(), "processes that outlive the hub");
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", tail(self.data()));
        }
    }
}

/// The last of what the hub and its servers said.
fn tail(data: &Path) -> String {
    let last = |log: &str| {
        let said = fs::read(data.join(log)).unwrap_or_default();
        format!("{log}: …{}\n", String::from_utf8_lossy(&said[said.len().saturating_sub(4_000)..]))
    };
    ["postgres.log", "nats.log", "hub.log"].map(last).concat()
}

/// Asks until it is so, for at most `patience`: how long it took.
pub async fn eventually(what: &str, patience: Duration, mut is_so: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < patience, "{what}: not within {patience:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}
