//! Where a running hub listens for the installation itself, and how commands find it there.

use anyhow::Context;
use chassis::{Secrets, transport};
use clap::Args;
use embedded::default_data_dir;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file in the data directory: the address, such as `http://127.0.0.1:41234`. It is there as long as the hub runs.
const FILE: &str = "internal.url";

/// The hub that a command asks.
#[derive(Clone, Debug, Args)]
pub struct Inside {
    /// The internal address of the hub, such as `http://127.0.0.1:8081`; by default the one that the hub which runs
    /// on the data directory noted in it.
    #[arg(long)]
    internal_url: Option<String>,
    /// The data directory of the hub.
    #[arg(long, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    data_dir: PathBuf,
}

/// A way to the internal routes.
pub(crate) struct Open {
    /// Without a slash at the end.
    pub url: String,
    pub http: reqwest::Client,
}

impl Inside {
    /// A way to the hub.
    ///
    /// # Errors
    /// When no hub runs on the data directory, or it is on another machine and not reached over TLS.
    pub(crate) async fn open(&self) -> anyhow::Result<Open> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = match &self.internal_url {
            Some(url) => {
                transport::http("--internal-url", url).await?;
                url.trim_end_matches('/').to_owned()
            }
            // The hub that noted it may have been killed, and its port be another's by now.
            None if !embedded::in_use(&self.data_dir)? => return Err(none(&self.data_dir)),
            None => noted(&self.data_dir)?,
        };
        // What is shown there is shown nowhere else.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Open { url, http })
    }

    /// What opens the internal routes.
    ///
    /// # Errors
    /// When the data directory is not of a hub.
    pub(crate) fn secret(&self) -> anyhow::Result<String> {
        Ok(self.secrets()?.log_secret()?)
    }

    /// The secrets of the installation.
    ///
    /// # Errors
    /// When the data directory is not of a hub.
    pub(crate) fn secrets(&self) -> anyhow::Result<Secrets> {
        Ok(Secrets::open(&self.data_dir)?)
    }
}

/// Where the hub that runs on a data directory listens for the installation itself.
///
/// # Errors
/// When none runs there.
pub fn noted(directory: &Path) -> anyhow::Result<String> {
    let path = directory.join(FILE);
    Ok(fs::read_to_string(&path).map_err(|_| none(directory))?.trim().to_owned())
}

fn none(directory: &Path) -> anyhow::Error {
    anyhow::anyhow!("no hub runs on {}: name its --data-dir, or its --internal-url", directory.display())
}

/// Notes where it listens, for commands on this machine.
pub(crate) fn remember(directory: &Path, address: SocketAddr) -> anyhow::Result<()> {
    let beside = directory.join(format!("{FILE}.new"));
    fs::write(&beside, format!("http://{address}\n"))?;
    fs::rename(&beside, directory.join(FILE)).with_context(|| format!("{FILE} in {}", directory.display()))
}

/// The port may be somebody else's from now on: nothing is shown there any more.
pub(crate) fn forget(directory: &Path) {
    if let Err(error) = fs::remove_file(directory.join(FILE))
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "{FILE} in the data directory names a port that is free now");
    }
}
