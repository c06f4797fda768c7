//! `regiohub audit witnesses REGION`: who keeps the checkpoints of a region, how far each is, and what is in the way.

use super::Format;
use super::checkpoint::Signing;
use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use evidence::checkpoint::Notary;
use evidence::witnesses::{Address, Post, Standing};
use proofs::Verifier;
use vocabulary::RegionId;

/// List the witnesses of a region with their progress and errors; add one, or end one.
///
/// A new witness gets the newest checkpoint of each log at once, and from then on each that the hub makes. A checkpoint
/// that does not arrive is sent again, ten minutes later at the most.
#[derive(Clone, Debug, Args)]
pub(super) struct Witnesses {
    /// Hand checkpoints from now on to NAME=ADDRESS: file:/folder, mailto:someone@example.nl, or the https address of a
    /// witness that signs.
    #[arg(long, value_name = "NAME=ADDRESS")]
    add: Option<String>,
    /// With --add of an address that signs: the verifier key of the witness.
    #[arg(long, requires = "add")]
    key: Option<Verifier>,
    /// Hand nothing more to the witness of this name.
    #[arg(long, value_name = "NAME", conflicts_with = "add")]
    end: Option<String>,
    /// The form of the list.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    signing: Signing,
}

impl Witnesses {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (notary, _reached) = self.signing.notary().await?;
        let region = &self.signing.region;
        if let Some(add) = &self.add {
            let (name, address) = add.split_once('=').context("--add is NAME=ADDRESS")?;
            anyhow::ensure!(!name.trim().is_empty(), "--add is NAME=ADDRESS, with a name");
            let signs = matches!(address.parse::<Address>()?, Address::Endpoint(_));
            anyhow::ensure!(signs == self.key.is_some(), "--key is for a witness that signs, and such a one needs it");
            notary.add_witness(region, name, address, self.key.as_ref()).await?;
            self.signing.cut(&notary).await?;
            notary.hand_over(region, &Post::default()).await?;
        }
        if let Some(name) = &self.end {
            anyhow::ensure!(notary.end_witness(region, name).await?, "{region} has no witness called {name}");
        }
        for standing in notary.witnesses(region).await? {
            match self.format {
                Format::Json => println!("{}", serde_json::to_string(&standing)?),
                Format::Text => println!("{}", told(&standing)),
            }
        }
        Ok(())
    }
}

/// Hands the region's checkpoints over, and says on the side what did not arrive.
pub(super) async fn handed(notary: &Notary, region: &RegionId) -> anyhow::Result<()> {
    notary.hand_over(region, &Post::default()).await?;
    for standing in notary.witnesses(region).await?.iter().filter(|standing| standing.trouble.is_some()) {
        eprintln!("{}", told(standing));
    }
    Ok(())
}

fn told(standing: &Standing) -> String {
    let at = |time: Option<DateTime<Utc>>| {
        time.map_or_else(|| "at once".to_owned(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    let Some(service) = &standing.service else {
        return format!("{}: no log has a checkpoint yet", standing.name);
    };
    let has = match standing.size {
        Some(size) => format!("has {size}, since {}", at(standing.handed_at)),
        None => "has none".to_owned(),
    };
    let waits = match (standing.waiting, &standing.trouble) {
        (0, _) => String::new(),
        (waiting, None) => format!("; {waiting} waiting"),
        (waiting, Some(trouble)) => format!(
            "; {waiting} waiting\n    failed at {}: {trouble}\n    tried {} time(s); the next time {}",
            at(standing.tried_at),
            standing.tries.unwrap_or_default(),
            at(standing.next_try)
        ),
    };
    format!("{} {service}: {has}{waits}", standing.name)
}
