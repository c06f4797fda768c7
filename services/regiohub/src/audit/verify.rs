//! `regiohub audit verify REGION|FILE.zip`: whether its logs are whole and unaltered.

use super::reach::Reach;
use super::{Format, Found, verify_export};
use anyhow::Context;
use audit::cosigned::Cosigned;
use audit::verify::{Evidence, Key, Log, Schemas, Signed, Verdict};
use chrono::{DateTime, Utc};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use proofs::{Kind, Verifier};
use std::path::{Path, PathBuf};
use vocabulary::RegionId;

/// Verify the logs of a region, or an export of them (a zip, which needs nothing but itself): leaves, columns, positions, versions, schemas, trees, checkpoints, signatures.
///
/// Names the first bad position of each log, and ends with 3 when something is wrong.
#[derive(Clone, Debug, Args)]
pub(super) struct Verify {
    /// The region, or the zip that `regiohub audit export` wrote.
    #[arg(value_name = "REGION|FILE.zip")]
    what: String,
    /// Only the log of this service. May be repeated.
    #[arg(long)]
    service: Vec<String>,
    /// A verifier key you trust, or a file with one a line. With one, the keys in the database count for nothing: whoever
    /// altered the logs may have altered them too. May be repeated.
    #[arg(long)]
    key: Vec<String>,
    /// The verifier key of a witness, or a file with one a line: each log must have a checkpoint that it signed, and up to
    /// where is told. May be repeated.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// A file with a checkpoint that you, or a witness, kept: it must be the log's. May be repeated.
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
    /// How it is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    reach: Reach,
}

impl Verify {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (keys, witnesses) = (keys(&self.key, Kind::Log)?, keys(&self.witness, Kind::Witness)?);
        // No region has a dot or a slash in its name.
        if self.what.contains(['.', '/']) || Path::new(&self.what).is_file() {
            let alone = self.service.is_empty() && self.checkpoint.is_empty();
            anyhow::ensure!(
                alone,
                "an export is verified whole, with its own checkpoints: only --key and --witness go with it"
            );
            return verify_export::verified(Path::new(&self.what), keys, witnesses, self.format).await;
        }
        let region: RegionId = self.what.parse()?;
        let kept = self.checkpoints(&region)?;
        let reached = self.reach.open().await?;
        let schemas = Schemas::committed()?;
        let aside = reached.database("audit").await?;
        let mut bad = 0;
        let mut known: Vec<&str> = Vec::new();
        for found in reached.logs_of(&region).await? {
            known.push(found.service);
            if !self.service.is_empty() && !self.service.iter().any(|service| service == found.service) {
                continue;
            }
            let log = Log { region: region.clone(), service: found.service.to_owned() };
            let bar = bar(found.service, found.head.position.unsigned_abs());
            let ending = format!("/{region}/{}", found.service);
            let trusted = Evidence {
                keys: keys
                    .iter()
                    .map(|verifier| Key { verifier: verifier.clone(), from: DateTime::<Utc>::MIN_UTC, until: None })
                    .collect(),
                witnesses: witnesses.clone(),
                checkpoints: kept
                    .iter()
                    .filter(|(origin, _)| origin.ends_with(&ending))
                    .map(|(_, signed)| signed.clone())
                    .collect(),
            };
            let verdict = audit::inspect::verify(&found.database, &aside.app, log, &schemas, &trusted, |lines| {
                bar.set_position(lines)
            })
            .await
            .with_context(|| format!("the log of {} cannot be read", found.service))?;
            bar.finish_and_clear();
            bad += usize::from(!verdict.intact());
            self.tell(&verdict)?;
        }
        let strange: Vec<&String> = self.service.iter().filter(|service| !known.contains(&service.as_str())).collect();
        anyhow::ensure!(strange.is_empty(), "there is no log of {strange:?}; there are {known:?}");
        if bad > 0 {
            return Err(Found(format!("{bad} log(s) of {region} are not as they were")).into());
        }
        Ok(())
    }

    /// With the origin of each.
    fn checkpoints(&self, region: &RegionId) -> anyhow::Result<Vec<(String, Signed)>> {
        let read = self.checkpoint.iter().map(|path| {
            let note = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let said =
                audit::inspect::said(&note).with_context(|| format!("{} holds no checkpoint", path.display()))?;
            let origin = said.origin;
            anyhow::ensure!(
                origin.rsplit('/').nth(1) == Some(region.as_str()),
                "{} is a checkpoint of {origin}, not of a log of {}",
                path.display(),
                region
            );
            Ok((origin, Signed { cut_at: Utc::now(), note }))
        });
        read.collect()
    }

    fn tell(&self, verdict: &Verdict) -> anyhow::Result<()> {
        if self.format == Format::Json {
            println!("{}", serde_json::to_string(verdict)?);
            return Ok(());
        }
        let signed = verdict.checkpoints.last().map_or("no checkpoint yet".to_owned(), |size| {
            format!("{} checkpoint(s), the last over {size}", verdict.checkpoints.len())
        });
        let word = if verdict.intact() { "intact" } else { "NOT INTACT" };
        println!("{:<14}{:>12} events  {word}  ({signed})", verdict.service, verdict.lines);
        verdict.cosigned.iter().for_each(|by| println!("{}", cosigned(by)));
        for epoch in &verdict.declared_forks {
            println!("  a restore was declared: epoch {epoch}");
        }
        if let Some(first) = verdict.first_bad() {
            println!("  first bad position: {first}");
        }
        for finding in &verdict.findings {
            println!("  {finding}");
        }
        let more = verdict.found.saturating_sub(verdict.findings.len() as u64);
        if more > 0 {
            println!("  and {more} more");
        }
        Ok(())
    }
}

/// How far a witness signed, in words.
pub(super) fn cosigned(by: &Cosigned) -> String {
    format!("  signed by {} up to {}, which it saw at {}", by.witness, by.size, by.at)
}

/// Verifier keys of this kind, each given as it is or as a file with one a line.
pub(super) fn keys(given: &[String], kind: Kind) -> anyhow::Result<Vec<Verifier>> {
    let mut keys: Vec<Verifier> = Vec::new();
    for key in given {
        if let Ok(verifier) = key.parse() {
            keys.push(verifier);
            continue;
        }
        let text = std::fs::read_to_string(key)
            .with_context(|| format!("{key} is neither a verifier key (name+id+key) nor a file with some"))?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            keys.push(line.parse().with_context(|| format!("{key}: {line}"))?);
        }
    }
    if let Some(other) = keys.iter().find(|key| key.kind() != kind) {
        match kind {
            Kind::Log => anyhow::bail!("{other} is the key of a witness, and not of a log"),
            Kind::Witness => anyhow::bail!("{other} is the key of a log, and not of a witness"),
        }
    }
    Ok(keys)
}

/// Seen on a terminal only.
fn bar(service: &str, lines: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:14} {wide_bar} {pos}/{len} {eta}");
    let bar = ProgressBar::new(lines).with_prefix(service.to_owned());
    style.map_or(bar.clone(), |style| bar.with_style(style))
}
