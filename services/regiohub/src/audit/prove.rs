//! `regiohub audit prove REGION SERVICE POSITION` writes a proof, `regiohub audit check PROOF` verifies one.

use super::reach::Reach;
use super::verify::keys;
use super::{Format, Found};
use anyhow::Context;
use audit::cosigned::Cosigned;
use audit::prove::{Inclusion, Proving, out_of_kept};
use audit::verify::{Log, Schemas};
use bus::LogSource;
use clap::Args;
use futures_util::TryStreamExt;
use proofs::Kind;
use serde_json::json;
use std::path::PathBuf;
use std::pin::pin;
use vocabulary::RegionId;

/// Write the proof that an event stands in a log: its text, its path in the tree, and the signed checkpoint.
#[derive(Clone, Debug, Args)]
pub(super) struct Prove {
    /// Whose log.
    region: RegionId,
    /// Which service's, such as `co-financing`.
    service: String,
    /// At which position, from 1.
    position: i64,
    /// Where it goes; to standard output when absent.
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

/// Check the proof of an event, with nothing but the key. Needs no hub and no network.
///
/// Ends with 3 when the proof does not hold.
#[derive(Clone, Debug, Args)]
pub(super) struct Check {
    /// The file that `prove` wrote.
    proof: PathBuf,
    /// The verifier key of the region, or a file with one a line. May be repeated.
    #[arg(long, required = true)]
    key: Vec<String>,
    /// The verifier key of a witness, or a file with one a line: it must have signed the checkpoint as well. May be repeated.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Prove {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let reached = self.reach.open().await?;
        let logs = reached.logs_of(&self.region).await?;
        let log = logs.into_iter().find(|log| log.service == self.service);
        let log = log.with_context(|| format!("{} has no log of {}", self.service, self.region))?;
        let named = Log { region: self.region.clone(), service: self.service.clone() };
        let aside_in = reached.database("audit").await?;
        let aside = audit::inspect::aside(&aside_in.app, &named).await?;
        let checkpoint =
            aside.checkpoints.last().context("no checkpoint was cut of this log yet: `regiohub audit checkpoint`")?;
        let mut proving = Proving::new(named.clone(), self.position, &checkpoint.note).with_context(|| {
            format!(
                "the newest checkpoint does not reach position {}: `regiohub audit checkpoint` cuts one",
                self.position
            )
        })?;
        let source = LogSource::Here(log.log.clone());
        let kept = out_of_kept(&aside_in.app, &source, &named, self.position, &checkpoint.note).await;
        if let Ok(Some(proof)) = kept {
            return self.write(&proof);
        }
        let mut texts = pin!(log.log.texts(&self.region, 0));
        let mut left = proving.wants();
        while left > 0
            && let Some(text) = texts.try_next().await?
        {
            proving.push(&text);
            left -= 1;
        }
        let Some(proof) = proving.end() else {
            return Err(Found(format!(
                "{} cannot be proven: the log is not the one that was signed; `regiohub audit verify` names the first bad position",
                self.position
            ))
            .into());
        };
        self.write(&proof)
    }

    fn write(&self, proof: &Inclusion) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(proof)?;
        match &self.out {
            Some(path) => std::fs::write(path, text + "\n").with_context(|| path.display().to_string())?,
            None => println!("{text}"),
        }
        Ok(())
    }
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let (keys, witnesses) = (keys(&self.key, Kind::Log)?, keys(&self.witness, Kind::Witness)?);
        let text = std::fs::read_to_string(&self.proof).with_context(|| self.proof.display().to_string())?;
        let proof: Inclusion = serde_json::from_str(&text)
            .map_err(|error| Found(format!("{} is no whole proof: {error}", self.proof.display())))?;
        let checkpoint = proof.check(&keys, &Schemas::committed()?).map_err(|finding| Found(finding.to_string()))?;
        let cosigned = witnesses.iter().map(|witness| {
            let at = proof.cosigned(witness).map_err(|finding| Found(finding.to_string()))?;
            Ok(Cosigned { witness: witness.name().to_owned(), size: checkpoint.size, at })
        });
        let cosigned: Vec<Cosigned> = cosigned.collect::<Result<_, Found>>()?;
        match self.format {
            Format::Json => println!(
                "{}",
                json!({ "proven": true, "origin": checkpoint.origin, "position": proof.position, "size": checkpoint.size,
                        "epoch": checkpoint.epoch, "cosigned": cosigned })
            ),
            Format::Text => {
                let (position, origin, size) = (proof.position, &checkpoint.origin, checkpoint.size);
                let epoch =
                    if checkpoint.epoch > 1 { format!(" of epoch {}", checkpoint.epoch) } else { String::new() };
                println!("proven: position {position} of {origin}, under the checkpoint over {size} events{epoch}");
                cosigned.iter().for_each(|by| println!("{}", super::verify::cosigned(by)));
                println!("{}", proof.event);
            }
        }
        Ok(())
    }
}
