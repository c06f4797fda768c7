//! `regiohub audit prove REGION SERVICE POSITION` writes a proof, `regiohub audit check PROOF` verifies one, also of what
//! `regiohub audit consistency` wrote.

use super::reach::Reach;
use super::verify::keys;
use super::{Format, Found, NotVouched};
use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bus::LogSource;
use chrono::{DateTime, Utc};
use clap::Args;
use evidence::consistency::Consistency;
use evidence::cosigned::Cosigned;
use evidence::inclusion::Inclusion;
use evidence::prove::{Proving, out_of_kept};
use evidence::verify::{Finding, Log};
use futures_util::TryStreamExt;
use proofs::{Checkpoint, Kind, Verifier};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::pin::pin;
use vocabulary::RegionId;

/// Write the proof that a log holds an event: its text, its path in the tree, and the signed checkpoint.
#[derive(Clone, Debug, Args)]
pub(super) struct Prove {
    /// The region of the log.
    region: RegionId,
    /// The service that writes the log, such as `co-financing`.
    service: String,
    /// The position of the event in the log, from 1.
    position: i64,
    /// The file to write; standard output when absent.
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

/// Check the proof of an event, or of a log that grew between two checkpoints, with nothing but the key. Needs no hub
/// and no network.
///
/// Ends with 3 when the proof does not hold, and with 4 when it holds and no key was given that vouches for it.
#[derive(Clone, Debug, Args)]
pub(super) struct Check {
    /// The file that `prove` or `consistency` wrote.
    proof: PathBuf,
    /// The verifier key of the region, or a file with one a line. May be repeated.
    #[arg(long)]
    key: Vec<String>,
    /// The verifier key of a witness, or a file with one a line: it must have signed the checkpoint as well, and of two
    /// the later one. May be repeated.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// The form of the answer.
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
        let aside = evidence::inspect::aside(&aside_in.app, &named).await?;
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
            return write(&proof, self.out.as_deref());
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
        write(&proof, self.out.as_deref())
    }
}

/// Writes a proof into a file, or to standard output.
pub(super) fn write(proof: &impl Serialize, out: Option<&Path>) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(proof)?;
    match out {
        Some(path) => std::fs::write(path, text + "\n").with_context(|| path.display().to_string())?,
        None => println!("{text}"),
    }
    Ok(())
}

/// A file that is checked.
enum Proof {
    /// A log holds an event.
    Event(Inclusion),
    /// A checkpoint continues an earlier one.
    Grown(Consistency),
}

impl Proof {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let shaped = serde_json::from_str::<Value>(&text).unwrap_or_default();
        let read = if shaped.get("fromCheckpoint").is_some() {
            serde_json::from_str(&text).map(Self::Grown)
        } else {
            Inclusion::read(&text).map(Self::Event)
        };
        Ok(read.map_err(|error| Found(format!("{} is no whole proof: {error}", path.display())))?)
    }

    /// Without a key nobody vouches for it.
    fn check(&self, keys: &[Verifier]) -> anyhow::Result<Checkpoint> {
        let checked = match self {
            Self::Event(proof) if keys.is_empty() => proof.check_unsigned(&audit::schemas::validators()?),
            Self::Event(proof) => proof.check(keys, &audit::schemas::validators()?),
            Self::Grown(proof) if keys.is_empty() => proof.check_unsigned(),
            Self::Grown(proof) => proof.check(keys),
        };
        Ok(checked.map_err(|finding| Found(finding.to_string()))?)
    }

    fn cosigned(&self, witness: &Verifier) -> Result<DateTime<Utc>, Finding> {
        match self {
            Self::Event(proof) => proof.cosigned(witness),
            Self::Grown(proof) => proof.cosigned(witness),
        }
    }

    /// For programs.
    fn json(&self, checkpoint: &Checkpoint, vouched: bool, cosigned: &[Cosigned]) -> Value {
        let mut told = json!({ "proven": vouched, "origin": checkpoint.origin, "size": checkpoint.size,
                               "epoch": checkpoint.epoch, "cosigned": cosigned });
        match self {
            Self::Event(proof) => told["position"] = proof.position.into(),
            Self::Grown(proof) => told["from"] = proof.from.into(),
        }
        told
    }

    /// For people.
    fn words(&self, checkpoint: &Checkpoint) -> String {
        let (origin, size) = (&checkpoint.origin, checkpoint.size);
        let epoch = if checkpoint.epoch > 1 { format!(" of epoch {}", checkpoint.epoch) } else { String::new() };
        match self {
            Self::Event(proof) => {
                format!("position {} of {origin}, under the checkpoint over {size} events{epoch}", proof.position)
            }
            Self::Grown(proof) => {
                format!("the checkpoint over {size} events{epoch} of {origin} is the one over {}, grown", proof.from)
            }
        }
    }
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let (keys, witnesses) = (keys(&self.key, Kind::Log)?, keys(&self.witness, Kind::Witness)?);
        let proof = Proof::read(&self.proof)?;
        if let Proof::Event(event) = &proof
            && event.checkpoint.is_none()
        {
            return self.under_head(event);
        }
        let checkpoint = proof.check(&keys)?;
        let vouched = !keys.is_empty();
        let cosigned = witnesses.iter().map(|witness| {
            let at = proof.cosigned(witness).map_err(|finding| Found(finding.to_string()))?;
            Ok(Cosigned { witness: witness.name().to_owned(), size: checkpoint.size, at })
        });
        let cosigned: Vec<Cosigned> = cosigned.collect::<Result<_, Found>>()?;
        match self.format {
            Format::Json => println!("{}", proof.json(&checkpoint, vouched, &cosigned)),
            Format::Text => {
                let says = if vouched { "proven" } else { "consistent in itself" };
                println!("{says}: {}", proof.words(&checkpoint));
                cosigned.iter().for_each(|by| println!("{}", super::verify::cosigned(by)));
                if let Proof::Event(Inclusion { event: Some(event), .. }) = &proof {
                    println!("{event}");
                }
            }
        }
        if vouched {
            return Ok(());
        }
        Err(NotVouched(format!("nobody vouches for {}: no --key was given", self.proof.display())).into())
    }

    /// A proof of an explanation or a timeline: it names the tree head that was read, which nobody signed.
    fn under_head(&self, proof: &Inclusion) -> anyhow::Result<()> {
        let whole = |finding: Finding| Found(finding.to_string());
        if !(self.key.is_empty() && self.witness.is_empty()) {
            return Err(Found(format!(
                "{} holds no signed checkpoint, so no key vouches for it",
                self.proof.display()
            ))
            .into());
        }
        let (size, root) = proof.check_head(&audit::schemas::validators()?).map_err(whole)?;
        let (service, position, root) = (&proof.service, proof.position, BASE64_STANDARD.encode(root));
        match self.format {
            Format::Json => println!(
                "{}",
                json!({ "proven": false, "service": service, "position": position, "size": size, "root": root })
            ),
            Format::Text => println!(
                "consistent in itself: position {position} of {service}, under a tree of {size} events with the root {root}"
            ),
        }
        Err(NotVouched(format!("nobody vouches for {}: it holds no signed checkpoint", self.proof.display())).into())
    }
}
