//! The data folder: its owner, and what is remembered between starts.
//!
//! `lock` the process that holds it · `servers.json` ports and passwords (0600) · `postgres/`, `nats/` the data,
//! owned by the account that runs the servers · `postgres.conf`, `nats.conf` written at each start · `*.log`

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{Error, NatsPasswords, account::Account};

/// The first of the ports that are tried where none is remembered, and how many of them there are: all below 32,768.
const FIRST_PORT: u16 = 10_000;
const PORTS: u16 = 20_000;

pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    pub(crate) remembered: Remembered,
}

/// Ports stay the same so that a URL noted down goes on working.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) postgres_port: Option<u16>,
    pub(crate) postgres_password: Option<String>,
    pub(crate) nats_port: Option<u16>,
    pub(crate) nats_password: Option<String>,
    #[serde(default)]
    pub(crate) nats_users: NatsPasswords,
}

impl Home {
    pub(crate) fn open(dir: &Path) -> Result<Self, Error> {
        fs::create_dir_all(dir).map_err(Error::file("cannot make", dir))?;
        let dir = dir.canonicalize().map_err(Error::file("cannot find", dir))?;
        if fs::metadata(&dir).map_err(Error::file("cannot read", &dir))?.uid() == rustix::process::geteuid().as_raw() {
            // Others pass through to the folders they own, and list nothing.
            fs::set_permissions(&dir, fs::Permissions::from_mode(0o711))
                .map_err(Error::file("cannot protect", &dir))?;
        }
        let file = dir.join("servers.json");
        let remembered = match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map_err(|source| Error::File {
                what: "cannot read",
                path: file.clone(),
                source: source.into(),
            })?,
            Err(_) => Remembered::default(),
        };
        Ok(Self { dir, remembered })
    }

    /// Held until the file is dropped, also by a kill -9.
    pub(crate) fn lock(&self) -> Result<File, Error> {
        for _ in 0..20 {
            if let Some(mut file) = self.lock_once()? {
                let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                written.map_err(Error::file("cannot write", &self.path("lock")))?;
                return Ok(file);
            }
            // A process that was just killed may still be on its way out.
            thread::sleep(Duration::from_millis(25));
        }
        let pid = fs::read_to_string(self.path("lock")).unwrap_or_default();
        Err(Error::InUse { dir: self.dir.clone(), pid: pid.trim().parse().ok() })
    }

    /// `None` when another process holds it.
    pub(crate) fn lock_once(&self) -> Result<Option<File>, Error> {
        let path = self.path("lock");
        let mut open = OpenOptions::new();
        open.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = open.open(&path).map_err(Error::file("cannot open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(Error::File { what: "cannot lock", path, source }),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn remember(&self) -> Result<(), Error> {
        let path = self.path("servers.json");
        let text = serde_json::to_string_pretty(&self.remembered).unwrap_or_default();
        write_secret(&path, &text, None)
    }

    /// The remembered port when it is free, else another that is: below those that the kernel gives to clients,
    /// since one of them could be taken before the server listens.
    pub(crate) fn free_port(remembered: Option<u16>) -> Result<u16, Error> {
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|socket| socket.local_addr());
        if let Some(port) = remembered.filter(|port| bind(*port).is_ok()) {
            return Ok(port);
        }
        // What the kernel gives differs from process to process.
        let given = bind(0).map_err(Error::file("no free port on", Path::new("127.0.0.1")))?.port();
        let below = (0..PORTS).map(|step| FIRST_PORT + (given % PORTS + step) % PORTS).find(|port| bind(*port).is_ok());
        Ok(below.unwrap_or(given))
    }
}

/// A file that only `owner` reads, put in place at once: never half written, never through a link.
pub(crate) fn write_secret(path: &Path, text: &str, owner: Option<&Account>) -> Result<(), Error> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".fresh");
    let fresh = PathBuf::from(fresh);
    let _ = fs::remove_file(&fresh);
    let mut open = OpenOptions::new();
    let mut file =
        open.write(true).create_new(true).mode(0o600).open(&fresh).map_err(Error::file("cannot make", &fresh))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::file("cannot write", &fresh))?;
    if let Some((user, group)) = owner.and_then(Account::ids) {
        chown(&fresh, Some(user), Some(group)).map_err(Error::file("cannot hand over", &fresh))?;
    }
    fs::rename(&fresh, path).map_err(Error::file("cannot replace", path))
}

/// 32 characters, 128 random bits.
pub(crate) fn password() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok(hex::encode(bytes))
}
