//! A hub on the servers of `make test`, and the program that plays on it.

use access::DevIssuer;
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Where the demo plays.
pub const REGION: &str = "gorinchem-altena";

/// A hub of its own.
pub struct Stage {
    _hub: Child,
    pub url: String,
    pub http: reqwest::Client,
    data: tempfile::TempDir,
    databases: String,
}

/// The program next to this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(Path::parent).unwrap().join("regiohub");
    assert!(program.is_file(), "{} is not there: run `make test`", program.display());
    program
}

impl Stage {
    /// Starts the program on databases and streams of its own, whose names begin with `name`; `given` is set besides.
    pub async fn up(name: &str, given: &[(&str, &str)]) -> Self {
        // Only the first provider counts.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `make test`"));
        let (postgres, nats) = (server("REGIOHUB_TEST_POSTGRES_URL"), server("REGIOHUB_TEST_NATS_URL"));
        let data = tempfile::Builder::new().prefix("regiohub-demo-").tempdir().unwrap();
        let own = format!("{name}{}", std::process::id());
        let mut hub = Command::new(program());
        hub.args(["up", "--development", "--port", "0", "--log", "warn", "--connections", "8"]);
        hub.args(["--postgres-url", &postgres, "--vault-url", &postgres, "--nats-url", &nats]);
        hub.args(["--database-prefix", &format!("{own}_"), "--streams", &own, "--data-dir"]).arg(data.path());
        hub.envs(given.iter().copied());
        let mut hub = hub.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(hub.stdout.take().unwrap()).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(url) = line.strip_prefix("ready ") {
                    return url.to_owned();
                }
            }
            panic!("the hub ended before it was ready");
        };
        let url = timeout(Duration::from_secs(120), ready).await.expect("ready in two minutes");
        // What it says later goes on being read, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let (server, _) = postgres.rsplit_once('/').unwrap();
        Self { _hub: hub, url, http: reqwest::Client::new(), data, databases: format!("{server}/{own}_") }
    }

    fn demo(&self) -> Command {
        let mut demo = Command::new(program());
        demo.args(["demo", "--format", "json", "--region", REGION, "--url", &self.url, "--data-dir"]);
        demo.arg(self.data.path()).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        demo
    }

    /// Plays, and is killed after the step that is the last one.
    pub async fn play_until(&self, mut is_last: impl FnMut(&Value) -> bool) {
        let mut demo = self.demo().spawn().unwrap();
        let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().expect("the demo has more steps");
            if is_last(&serde_json::from_str(&line).unwrap()) {
                break;
            }
        }
        demo.kill().await.unwrap();
    }

    /// Plays to the end: what it said.
    pub async fn play(&self) -> Vec<Value> {
        let played = timeout(Duration::from_secs(300), self.demo().output()).await.expect("it ends").unwrap();
        let said = String::from_utf8(played.stdout).unwrap();
        assert!(played.status.success(), "{}", said.lines().last().unwrap_or_default());
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What the programme leader is answered to a command.
    pub async fn post(&self, path: &str, body: &Value) -> reqwest::StatusCode {
        let issuer = DevIssuer::open_or_create(self.data.path()).unwrap();
        let token = issuer.mint("demo-programme-leader", TimeDelta::hours(1));
        let asked = self.http.post(format!("{}/v1/regions/{REGION}{path}", self.url)).bearer_auth(token);
        let key = uuid::Uuid::now_v7().to_string();
        asked.header("idempotency-key", key).json(body).send().await.unwrap().status()
    }

    /// What only the installation itself may ask.
    async fn inside(&self, path: &str) -> reqwest::Response {
        let secret = chassis::Secrets::open(self.data.path()).unwrap().log_secret().unwrap();
        let url = regiohub::inside::noted(self.data.path()).unwrap();
        self.http.get(format!("{url}{path}")).bearer_auth(secret).send().await.unwrap().error_for_status().unwrap()
    }

    /// Where the region's log of each service ends.
    pub async fn heads(&self) -> BTreeMap<&'static str, u64> {
        let mut heads = BTreeMap::new();
        for service in services() {
            let all: Vec<Value> = self.inside(&format!("/services/{service}/log")).await.json().await.unwrap();
            // Nobody has audited anything yet.
            let head = all.iter().find(|head| head["region"] == REGION);
            heads.insert(service, head.map_or(0, |head| head["position"].as_u64().unwrap()));
        }
        heads
    }

    /// The texts of a service's log.
    pub async fn log(&self, service: &str) -> Vec<String> {
        let texts = self.inside(&format!("/services/{service}/log/{REGION}?after=0")).await.text().await.unwrap();
        texts.lines().map(str::to_owned).collect()
    }

    /// What is parked anywhere.
    pub async fn parked(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for service in services().into_iter().chain(["gateway"]) {
            let parked = self.inside(&format!("/services/{service}/parked/{REGION}")).await;
            all.extend(parked.json::<Vec<Value>>().await.unwrap());
        }
        all
    }

    /// The database of a service, as its owner.
    pub fn database(&self, service: &str) -> String {
        format!("{}{service}", self.databases)
    }

    /// What someone of the demo reads below the region.
    pub async fn as_role(&self, end: &Value, role: &str, path: &str) -> Value {
        serde_json::from_str(&self.text_as_role(end, role, path).await).unwrap()
    }

    /// The same, where it is no JSON.
    pub async fn text_as_role(&self, end: &Value, role: &str, path: &str) -> String {
        let asked = self.http.get(format!("{}/v1/regions/{REGION}{path}", self.url)).bearer_auth(token(end, role));
        let answer = asked.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// What someone of the demo asks for below the region: the id of what was made.
    pub async fn post_as_role(&self, end: &Value, role: &str, path: &str, body: &Value) -> String {
        let asked = self.http.post(format!("{}/v1/regions/{REGION}{path}", self.url)).bearer_auth(token(end, role));
        let answer = asked.header("Idempotency-Key", uuid::Uuid::now_v7().to_string()).json(body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 201, "{path}: {text}");
        serde_json::from_str::<Value>(&text).unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Runs `regiohub audit … --region REGION` on the databases of this hub: how it ended, and what it said.
    pub async fn audit(&self, arguments: &[&str]) -> (Option<i32>, String) {
        self.audits(&[arguments, &["--region", REGION]].concat()).await
    }

    /// Signs where each log is now.
    pub async fn sign(&self) {
        let (code, said) = self.audits(&["checkpoint", REGION]).await;
        assert_eq!(code, Some(0), "{said}");
    }

    async fn audits(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let (server, prefix) = self.databases.rsplit_once('/').unwrap();
        let mut audit = Command::new(program());
        audit.arg("audit").args(arguments).arg("--data-dir").arg(self.data.path());
        audit.args(["--postgres-url", &format!("{server}/postgres"), "--database-prefix", prefix]);
        let ended = audit.stdin(Stdio::null()).output().await.unwrap();
        let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (ended.status.code(), said)
    }

    /// Every line of a list, page by page, as the programme leader sees it.
    pub async fn pages(&self, end: &Value, address: &str) -> Vec<Value> {
        let tokens = end["tokens"].as_array().unwrap();
        let token = tokens.iter().find(|token| token["role"] == "programme leader").unwrap();
        assert_eq!(token["subject"], "demo-programme-leader", "a token of {}", DevIssuer::ISSUER);
        let (mut lines, mut after) = (Vec::new(), String::new());
        loop {
            let asked =
                self.http.get(format!("{address}&limit=50{after}")).bearer_auth(token["token"].as_str().unwrap());
            let page: Value = asked.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
            lines.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return lines,
            }
        }
    }
}

fn token<'a>(end: &'a Value, role: &str) -> &'a str {
    let tokens = end["tokens"].as_array().unwrap();
    tokens.iter().find(|token| token["role"] == role).unwrap()["token"].as_str().unwrap()
}

/// The services that keep a log.
pub fn services() -> Vec<&'static str> {
    regiohub::services::deciding().iter().map(chassis::Service::name).collect()
}
