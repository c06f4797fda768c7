//! The hub as a process of its own, and lean clients of it: what they cost is not the hub's.

use super::Bed;
use access::DevIssuer;
use anyhow::{Context, bail};
use chrono::TimeDelta;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use uuid::Uuid;

/// Where everything happens, unless something else is said.
const REGION: &str = "bench";

/// A region with a made-up lead school.
const FOUNDING: &str = r#"{"name":"Bench","leadSchool":"00AA00","school":{"name":"School","board":"1","vmbo":true,"profiles":["PIE"],
    "address":{"street":"Dorpsstraat","number":"1","postcode":"4201AA","place":"Gorinchem"}}}"#;

/// A running hub with one region.
pub(crate) struct Hub {
    child: Child,
    address: String,
    issuer: DevIssuer,
    number: Arc<AtomicU32>,
}

impl Hub {
    /// Starts this very program on the servers of the bench, and founds a region.
    pub(crate) async fn start(bed: &Bed, folder: &Path) -> anyhow::Result<Self> {
        // One client asks as fast as the hub answers.
        Self::start_with(bed, folder, &["--rate-client", "1000000", "--rate-client-burst", "1000000"]).await
    }

    /// The same with other bounds of what a client may ask.
    pub(crate) async fn start_with(bed: &Bed, folder: &Path, bounds: &[&str]) -> anyhow::Result<Self> {
        let data: PathBuf = folder.join("hub");
        let mut child = Command::new(std::env::current_exe()?)
            .args(["up", "--development", "--port", "0", "--log", "warn"])
            .args(bounds)
            .arg("--data-dir")
            .arg(&data)
            .args(["--postgres-url", &bed.postgres_url, "--vault-url", &bed.postgres_url, "--nats-url", &bed.nats_url])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let address = loop {
            let line = lines.next_line().await?.context("the hub did not start")?;
            if let Some(url) = line.strip_prefix("ready http://") {
                break url.to_owned();
            }
        };
        let hub = Self { child, address, issuer: DevIssuer::open_or_create(&data)?, number: Arc::default() };
        hub.found(REGION).await?;
        Ok(hub)
    }

    /// Founds a region, and waits until its leader may work.
    pub(crate) async fn found(&self, region: &str) -> anyhow::Result<()> {
        self.found_by(region, "leader").await
    }

    /// Founds a region that somebody else leads, and waits until they may work.
    pub(crate) async fn found_by(&self, region: &str, leader: &str) -> anyhow::Result<()> {
        let mut operator = self.client_of("operator", region).await?;
        operator.send("PUT", &format!("/v1/regions/{region}"), "founding", FOUNDING).await?;
        let grant = format!(r#"{{"to":{{"issuer":"{}","subject":"{leader}"}}}}"#, DevIssuer::ISSUER);
        operator.send("POST", &format!("/v1/regions/{region}/programme-leaders"), "leader", &grant).await?;
        settled(self.client_of(leader, region).await?).await
    }

    /// A connection of its own.
    pub(crate) async fn client(&self) -> anyhow::Result<Client> {
        self.client_in(REGION).await
    }

    /// One of the leader of a region.
    pub(crate) async fn client_in(&self, region: &str) -> anyhow::Result<Client> {
        self.client_of("leader", region).await
    }

    pub(crate) async fn client_of(&self, subject: &str, region: &str) -> anyhow::Result<Client> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        Ok(Client {
            stream: BufReader::new(stream),
            address: self.address.clone(),
            token: self.issuer.mint(subject, TimeDelta::hours(1)),
            region: region.to_owned(),
            number: self.number.clone(),
            position: 0,
            pause: Duration::ZERO,
        })
    }

    /// Waits until the read models are where the log is.
    pub(super) async fn settled(&self) -> anyhow::Result<()> {
        settled(self.client().await?).await
    }

    /// Resident memory of the hub, without its servers.
    pub(super) fn megabytes(&self) -> anyhow::Result<f64> {
        let pid = self.child.id().context("the hub has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        Ok(kilobytes.context("VmRSS")? / 1_024.0)
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().context("the hub has ended")?;
        Command::new("kill").arg(pid.to_string()).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}

/// Waits until a leader may command and ask.
async fn settled(mut client: Client) -> anyhow::Result<()> {
    for _ in 0..600 {
        let asked = client.nominate().await;
        if asked.is_ok() && client.query().await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the read models do not catch up")
}

/// One connection, one request at a time.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    address: String,
    token: String,
    region: String,
    number: Arc<AtomicU32>,
    position: i64,
    pause: Duration,
}

impl Client {
    pub(crate) fn pausing(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    pub(crate) async fn rest(&self) {
        tokio::time::sleep(self.pause).await;
    }

    /// A command that appends one event to a stream of its own.
    pub(crate) async fn nominate(&mut self) -> anyhow::Result<()> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"name":"Company {number}","kvk":"{number:08}","address":{{"street":"Dorpsstraat","number":"1","postcode":"4201AA","place":"Gorinchem"}}}}"#
        );
        let path = format!("/v1/regions/{}/companies", self.region);
        self.send("POST", &path, &format!("nominate-{number}"), &body).await
    }

    /// Somebody of the lead school's staff.
    pub(crate) async fn register_staff(&mut self) -> anyhow::Result<()> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let path = format!("/v1/regions/{}/schools/00AA00/staff", self.region);
        let body = format!(r#"{{"givenName":"Fien","familyName":"Verzonnen {number}"}}"#);
        self.send("POST", &path, &format!("staff-{number}"), &body).await
    }

    /// A partner that nobody knew joins; its number.
    pub(crate) async fn join(&mut self) -> anyhow::Result<u32> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let path = format!("/v1/regions/{}/partners/others/{}", self.region, Uuid::from_u128(number.into()));
        let body = format!(r#"{{"kind":"association","name":"Partner {number}"}}"#);
        self.send("PUT", &path, &format!("join-{number}"), &body).await?;
        Ok(number)
    }

    /// It leaves.
    pub(crate) async fn leave(&mut self, number: u32) -> anyhow::Result<()> {
        let id = Uuid::from_u128(number.into());
        let path = format!("/v1/regions/{}/partners/others/{id}/membership", self.region);
        self.send("DELETE", &path, &format!("leave-{number}"), "").await
    }

    /// A query that waits until the last command of this client is seen.
    pub(crate) async fn query(&mut self) -> anyhow::Result<()> {
        self.send("GET", &format!("/v1/regions/{}/companies?limit=1", self.region), "", "").await
    }

    pub(super) async fn send(&mut self, method: &str, path: &str, key: &str, body: &str) -> anyhow::Result<()> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n", self.address, self.token);
        if key.is_empty() {
            request.push_str(&format!("hub-min-position: consortium={}\r\n\r\n", self.position));
        } else {
            request.push_str(&format!(
                "idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            ));
        }
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        self.answer().await.with_context(|| format!("{method} {path}"))
    }

    async fn answer(&mut self) -> anyhow::Result<()> {
        let (mut status, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            anyhow::ensure!(self.stream.read_line(&mut line).await? > 0, "the hub closed the connection");
            let line = line.trim_end().to_ascii_lowercase();
            match line.split_once(':') {
                None if line.is_empty() => break,
                None => status = line,
                Some(("content-length", value)) => length = value.trim().parse()?,
                Some(("hub-position", value)) => {
                    self.position = value.rsplit_once('=').map_or(Ok(0), |(_, at)| at.trim().parse())?
                }
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        anyhow::ensure!(status.contains(" 20"), "{status} {}", String::from_utf8_lossy(&body));
        Ok(())
    }
}
