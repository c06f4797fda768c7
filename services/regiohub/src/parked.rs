//! `regiohub parked REGION`: events that could not be handled, and trying them again.

use crate::inside::Inside;
use anyhow::Context;
use clap::Args;
use serde_json::Value;
use vocabulary::RegionId;

/// List events that a read model, lookup or reaction could not handle; with --retry, handle them again.
#[derive(Clone, Debug, Args)]
pub struct Parked {
    /// The region.
    region: RegionId,
    #[command(flatten)]
    inside: Inside,
    /// Handle the parked events again, once their cause is gone.
    #[arg(long)]
    retry: bool,
}

impl Parked {
    /// Prints the parked events, one JSON object a line; with --retry also the outcome of the retry.
    ///
    /// # Errors
    /// When the hub does not answer.
    pub async fn run(self) -> anyhow::Result<()> {
        let (inside, secret) = (self.inside.open().await?, self.inside.secret()?);
        let names =
            crate::services::deciding().iter().map(chassis::Service::name).chain(["gateway"]).collect::<Vec<_>>();
        let mut found = 0;
        for service in names {
            let address = format!("{}/services/{service}/parked/{}", inside.url, self.region);
            let parked: Vec<Value> = inside
                .http
                .get(&address)
                .bearer_auth(&secret)
                .send()
                .await?
                .error_for_status()
                .context("the hub")?
                .json()
                .await?;
            let mut readers: Vec<&str> = parked.iter().filter_map(|event| event["reader"].as_str()).collect();
            readers.dedup();
            for event in &parked {
                found += 1;
                let mut line = event.clone();
                line["parkedBy"] = service.into();
                println!("{line}");
            }
            for reader in readers.into_iter().filter(|_| self.retry) {
                let retried = inside
                    .http
                    .post(format!("{address}?reader={reader}"))
                    .bearer_auth(&secret)
                    .send()
                    .await?
                    .error_for_status()?;
                let mut line: Value = retried.json().await?;
                line["retried"] = reader.into();
                println!("{line}");
            }
        }
        if found == 0 {
            eprintln!("nothing is parked in {}", self.region);
        }
        Ok(())
    }
}
