//! `regiohub token SUBJECT`: a token of the development issuer.

use access::DevIssuer;
use chassis::transport;
use chrono::TimeDelta;
use clap::Args;
use embedded::default_data_dir;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// Sign a token for development with the key in the data directory. It counts at a hub that runs with --development;
/// where a real issuer is or was configured, none is signed.
#[derive(Clone, Debug, Args)]
pub struct Token {
    /// Whom the token is about, such as `operator`.
    subject: String,
    /// The data directory of the hub.
    #[arg(long, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    data_dir: PathBuf,
    /// For how many hours it is good.
    #[arg(long, default_value_t = 12)]
    hours: u32,
    /// Configured real issuers: with one of them no development token counts, so none is signed.
    #[arg(long = "issuer", env = "REGIOHUB_ISSUERS", value_delimiter = ',')]
    issuers: Vec<String>,
    /// Where the hub listens: on an address that is not loopback no development token counts, so none is signed.
    #[arg(long, env = "REGIOHUB_ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
}

impl Token {
    /// The token.
    ///
    /// # Errors
    /// When a real issuer is or was configured, the hub is not on loopback, or the key cannot be read.
    pub fn mint(&self) -> anyhow::Result<String> {
        anyhow::ensure!(
            self.issuers.is_empty(),
            "a real issuer is configured ({}): ask it for a token",
            self.issuers.join(", ")
        );
        anyhow::ensure!(
            transport::is_loopback(self.address),
            "the hub listens on {}, where no development token counts: ask its issuer for a token",
            self.address
        );
        Ok(DevIssuer::open_or_create(&self.data_dir)?.mint(&self.subject, TimeDelta::hours(i64::from(self.hours))))
    }
}
