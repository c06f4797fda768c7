//! `regiohub audit operator-key`: what anyone checks declared restores with.

use chassis::{Secrets, Settings, operator_key};
use clap::Args;
use embedded::default_data_dir;
use proofs::Kind;
use std::path::PathBuf;

/// Print the public half of the operator's key, which declares that a log was restored. Publish it with the keys of the
/// regions, and keep `operator.key` where no database is.
#[derive(Clone, Debug, Args)]
pub(super) struct OperatorKey {
    /// The domain of the installation, as in the hub's --domain.
    #[arg(long, env = "REGIOHUB_DOMAIN", default_value = Settings::DOMAIN)]
    domain: String,
    /// The data directory of the hub.
    #[arg(long, env = "REGIOHUB_DATA", default_value_os_t = default_data_dir())]
    data_dir: PathBuf,
}

impl OperatorKey {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let secrets = Secrets::open(&self.data_dir)?;
        println!("{}", operator_key(&secrets, &self.domain)?.verifier(Kind::Log));
        Ok(())
    }
}
