//! `regiohub audit consistency REGION SERVICE FROM TO` writes the proof that a checkpoint is an earlier one, grown.

use super::Found;
use super::prove::write;
use super::reach::Reach;
use anyhow::Context;
use bus::LogSource;
use clap::Args;
use evidence::consistency::{NotConsistent, prove};
use evidence::verify::Log;
use std::path::PathBuf;
use vocabulary::RegionId;

/// Write the proof that a later checkpoint continues an earlier one: both checkpoints as they were published, and
/// the hashes between them. `regiohub audit check` takes it.
#[derive(Clone, Debug, Args)]
pub(super) struct Consistency {
    /// The region of the log.
    region: RegionId,
    /// The service that writes the log, such as `co-financing`.
    service: String,
    /// The size of the earlier checkpoint: its second line.
    from: u64,
    /// The size of the later checkpoint, of the same epoch.
    to: u64,
    /// The file to write; standard output when absent.
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

impl Consistency {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let reached = self.reach.open().await?;
        let logs = reached.logs_of(&self.region).await?;
        let log = logs.into_iter().find(|log| log.service == self.service);
        let log = log.with_context(|| format!("{} has no log of {}", self.service, self.region))?;
        let aside = reached.database("audit").await?;
        let named = Log { region: self.region.clone(), service: self.service.clone() };
        let source = LogSource::Here(log.log.clone());
        match prove(&aside.app, &source, &named, (self.from, self.to), &[]).await {
            Ok(proof) => write(&proof, self.out.as_deref()),
            Err(error @ NotConsistent::Altered) => Err(Found(error.to_string()).into()),
            Err(error) => Err(error.into()),
        }
    }
}
