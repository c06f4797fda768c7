//! `regiohub audit logs REGION`: which logs a region has, where they end, and the roots of their trees.

use super::Format;
use super::reach::Reach;
use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::Args;
use proofs::Frontier;
use serde_json::json;
use vocabulary::RegionId;

/// List the logs of a region with their last positions, times of recording and roots.
#[derive(Clone, Debug, Args)]
pub(super) struct Logs {
    /// The region.
    region: RegionId,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    reach: Reach,
}

impl Logs {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let reached = self.reach.open().await?;
        for log in reached.logs_of(&self.region).await? {
            let head = &log.head;
            let frontier = Frontier::from_bytes(head.position.unsigned_abs(), &head.frontier)
                .with_context(|| format!("the head of {} does not hold a tree of {}", log.service, head.position))?;
            let root = BASE64_STANDARD.encode(frontier.root());
            match self.format {
                Format::Text => {
                    println!(
                        "{:<14}{:>12}  epoch {}  {}  {root}",
                        log.service, head.position, head.epoch, head.recorded_at
                    );
                }
                Format::Json => println!(
                    "{}",
                    json!({ "service": log.service, "position": head.position, "epoch": head.epoch,
                            "recordedAt": head.recorded_at, "root": root })
                ),
            }
        }
        Ok(())
    }
}
