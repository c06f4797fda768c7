//! The places of data and programs, and the servers used instead of private ones.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{Error, NatsUser};

/// What to start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Made when it is not there; everything the servers keep is in it.
    pub data_dir: PathBuf,
    /// What `deploy/fetch-servers` filled.
    pub bin_dir: PathBuf,
    /// The folder with `postgres` and `initdb` of an installed PostgreSQL (15 or newer) instead.
    pub postgres_bin: Option<PathBuf>,
    /// A running PostgreSQL instead.
    pub postgres_url: Option<String>,
    /// A running nats-server with JetStream instead.
    pub nats_url: Option<String>,
    /// The users of the private nats-server, each in its account. None: one user that may do everything.
    pub nats_users: Vec<NatsUser>,
    /// Only PostgreSQL: for commands that read what is kept and publish nothing.
    pub without_nats: bool,
    /// For tests: quick to make, forgets everything when the machine stops, many connections.
    pub scratch: bool,
}

impl Config {
    /// Private servers with their data in `data_dir` and their programs from `bin_dir`.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>, bin_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            bin_dir: bin_dir.into(),
            postgres_bin: None,
            postgres_url: None,
            nats_url: None,
            nats_users: Vec::new(),
            without_nats: false,
            scratch: false,
        }
    }

    /// The servers run in another folder than we do.
    pub(crate) fn absolute(&self) -> Result<Self, Error> {
        let absolute = |path: &PathBuf| std::path::absolute(path).map_err(Error::file("cannot find", path));
        Ok(Self {
            data_dir: absolute(&self.data_dir)?,
            bin_dir: absolute(&self.bin_dir)?,
            postgres_bin: self.postgres_bin.as_ref().map(absolute).transpose()?,
            ..self.clone()
        })
    }
}

/// Where the servers' programs are when nobody says: `REGIOHUB_SERVERS`, else where `deploy/fetch-servers` puts them.
#[must_use]
pub fn default_bin_dir() -> PathBuf {
    env::var_os("REGIOHUB_SERVERS").map_or_else(|| beside(".servers", "/var/lib/regiohub/servers"), PathBuf::from)
}

/// Where data are kept when nobody says: here, or for root where another user can reach it.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    beside(".regiohub", "/var/lib/regiohub")
}

fn beside(here: &str, for_root: &str) -> PathBuf {
    if rustix::process::geteuid().is_root() { Path::new(for_root).to_owned() } else { Path::new(here).to_owned() }
}
