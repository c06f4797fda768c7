//! `regiohub audit consistency REGION SERVICE FROM TO` writes the proof that a checkpoint is an earlier one, grown.

use super::Found;
use super::checkpoint::Signing;
use super::prove::write;
use super::verify::keys;
use anyhow::Context;
use bus::LogSource;
use clap::Args;
use evidence::consistency::{NotConsistent, prove};
use evidence::verify::Log;
use proofs::Kind;
use std::path::PathBuf;

/// Write the proof that a later checkpoint continues an earlier one: both checkpoints as they were published, and
/// the hashes between them. `regiohub audit check` takes it.
#[derive(Clone, Debug, Args)]
pub(super) struct Consistency {
    #[command(flatten)]
    signing: Signing,
    /// The service that writes the log, such as `co-financing`.
    service: String,
    /// The size of the earlier checkpoint: its second line.
    from: u64,
    /// The size of the later checkpoint, of the same epoch.
    to: u64,
    /// The file to write; standard output when absent.
    #[arg(long)]
    out: Option<PathBuf>,
    /// A verifier key that must have signed both checkpoints, or a file with one a line. Without it those count that the
    /// signer of the installation knows. May be repeated.
    #[arg(long)]
    key: Vec<String>,
}

impl Consistency {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, reached) = self.signing.notary().await?;
        let region = &self.signing.region;
        let logs = reached.logs_of(region).await?;
        let log = logs.into_iter().find(|log| log.service == self.service);
        let log = log.with_context(|| format!("{} has no log of {region}", self.service))?;
        let named = Log { region: region.clone(), service: self.service.clone() };
        let source = LogSource::Here(log.log.clone());
        let keys = match keys(&self.key, Kind::Log)? {
            given if !given.is_empty() => given,
            _ => self.signing.keys(&notary).await?.iter().filter_map(|key| key.verifier.parse().ok()).collect(),
        };
        match prove(&notary.db, &source, &named, (self.from, self.to), &keys).await {
            Ok(proof) => write(&proof, self.out.as_deref()),
            Err(error @ NotConsistent::Altered) => Err(Found(error.to_string()).into()),
            Err(error) => Err(error.into()),
        }
    }
}
