//! `regiohub audit verify REGION|FILE.zip`: whether its logs are whole and unaltered.

use super::reach::{Reach, Reached};
use super::{Format, Found, Nonconforming, NotVouched, verify_export};
use crate::services;
use anyhow::Context;
use clap::Args;
use evidence::cosigned::Cosigned;
use evidence::verify::{Given, Log, Standing, Verdict};
use indicatif::{ProgressBar, ProgressStyle};
use proofs::{Kind, Verifier};
use std::path::{Path, PathBuf};
use vocabulary::RegionId;

/// Verify the logs of a region, or an export of them (a zip, which needs nothing but itself): leaves, columns,
/// positions, versions, schemas, trees, checkpoints, signatures.
///
/// Only keys that are given with --key vouch for anything: what lies beside the logs, in the database or in the zip,
/// may have been altered with them. Names the first bad position of each log. Ends with 0 when a given key vouches for
/// each log (the answer names the last signed position, and the number of events after it) or there is nothing to
/// verify; with 3 when something is wrong; with 5 when nothing was altered and events do not conform to the schema of
/// their type; with 4 when nothing is wrong and no given key vouches for it.
#[derive(Clone, Debug, Args)]
pub(super) struct Verify {
    /// The region, or the zip that `regiohub audit export` wrote.
    #[arg(value_name = "REGION|FILE.zip")]
    what: String,
    /// The service whose log is verified; all when absent. May be repeated.
    #[arg(long)]
    service: Vec<String>,
    /// A verifier key you trust, or a file with one a line, that came to you another way. Only what it signed counts.
    /// After a key was rotated give the older ones too, if you still trust them. May be repeated.
    #[arg(long)]
    key: Vec<String>,
    /// The verifier key of a witness, or a file with one a line: each log must have a checkpoint that it signed, and
    /// the answer names its last position. May be repeated.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// The verifier key of the operator, or a file with one a line: a restore counts as declared only when it is signed
    /// with it. May be repeated.
    #[arg(long, value_name = "KEY")]
    operator_key: Vec<String>,
    /// Accept that the logs went on differently from an earlier point under this epoch. May be repeated; without it
    /// such a log is FORKED, declared or not.
    #[arg(long, value_name = "EPOCH")]
    accept_fork: Vec<u32>,
    /// A file with a checkpoint that you, or a witness, kept: it must be the log's. May be repeated.
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    reach: Reach,
}

impl Verify {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let kept = self.checkpoints()?;
        let given = Given {
            keys: keys(&self.key, Kind::Log)?,
            witnesses: keys(&self.witness, Kind::Witness)?,
            operators: keys(&self.operator_key, Kind::Log)?,
            checkpoints: kept.iter().map(|(_, note)| note.clone()).collect(),
            accepted_forks: self.accept_fork.iter().copied().collect(),
        };
        // No region has a dot or a slash in its name.
        if self.what.contains(['.', '/']) || Path::new(&self.what).is_file() {
            anyhow::ensure!(self.service.is_empty(), "an export is verified whole: --service does not go with it");
            return verify_export::verified(Path::new(&self.what), given, self.format).await;
        }
        let region: RegionId = self.what.parse()?;
        for (origin, _) in &kept {
            let of = origin.rsplit('/').nth(1);
            anyhow::ensure!(
                of == Some(region.as_str()),
                "a checkpoint of {origin} was given, not of a log of {region}"
            );
        }
        let reached = self.reach.open().await?;
        // The heads are not asked which logs there are: one whose head was taken away would not be missed.
        let known: Vec<&str> = services::deciding().iter().map(chassis::Service::name).collect();
        let strange: Vec<&String> = self.service.iter().filter(|service| !known.contains(&service.as_str())).collect();
        anyhow::ensure!(strange.is_empty(), "there is no service {strange:?}; there are {known:?}");
        let wanted = |service: &&str| self.service.is_empty() || self.service.iter().any(|wanted| wanted == service);
        let checked: Vec<&str> = known.into_iter().filter(wanted).collect();
        none_left_out(&kept, &region, &checked)?;
        let mut verdicts = Vec::new();
        for service in checked {
            let own = kept.iter().filter(|(origin, _)| is_of(origin, &region, service)).map(|(_, note)| note.clone());
            let given = Given { checkpoints: own.collect(), ..given.clone() };
            verdicts.push(verified(&reached, &region, service, &given).await?);
        }
        let nothing = verdicts.iter().all(|verdict| verdict.verdict == Standing::NothingToVerify);
        anyhow::ensure!(
            !nothing || !self.service.is_empty(),
            "there is no log of the region {region} here: is it spelt as at its founding?"
        );
        verdicts.iter().try_for_each(|verdict| self.tell(verdict))?;
        if given.keys.is_empty() {
            self.tell_keys(&reached, &region).await?;
        }
        let wrong = verdicts.iter().filter(|verdict| verdict.verdict.is_wrong()).count();
        if wrong > 0 {
            return Err(Found(format!("{wrong} log(s) of {region} are not as they were")).into());
        }
        let nonconforming: u64 = verdicts.iter().map(|verdict| verdict.nonconforming_found).sum();
        if nonconforming > 0 {
            let says = "event(s) were written that the schema of their type refuses; nothing was altered";
            return Err(Nonconforming(format!("{region}: {nonconforming} {says}")).into());
        }
        let unvouched = verdicts.iter().filter(|verdict| verdict.verdict == Standing::ConsistentInItself).count();
        if unvouched > 0 {
            let why = if given.keys.is_empty() { "no --key was given" } else { "no given key signed them" };
            return Err(NotVouched(format!("nobody vouches for {unvouched} log(s) of {region}: {why}")).into());
        }
        Ok(())
    }

    /// With the origin of each.
    fn checkpoints(&self) -> anyhow::Result<Vec<(String, String)>> {
        let read = self.checkpoint.iter().map(|path| {
            let note = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let said = evidence::said(&note).with_context(|| format!("{} holds no checkpoint", path.display()))?;
            Ok((said.origin, note))
        });
        read.collect()
    }

    fn tell(&self, verdict: &Verdict) -> anyhow::Result<()> {
        if self.format == Format::Json {
            println!("{}", serde_json::to_string(verdict)?);
            return Ok(());
        }
        println!("{:<14}{:>12} events  {}", verdict.service, verdict.lines, verdict.verdict);
        if let Some(size) = verdict.checkpoints.last() {
            println!("  {} checkpoint(s) agree with it, the last over {size}", verdict.checkpoints.len());
        }
        if verdict.not_considered > 0 {
            println!("  {} checkpoint(s) by keys that were not given: not considered", verdict.not_considered);
        }
        verdict.cosigned.iter().for_each(|by| println!("{}", cosigned(by)));
        verdict.forks.iter().filter(|fork| fork.accepted).for_each(|fork| println!("  accepted: {fork}"));
        if let Some(first) = verdict.first_bad() {
            println!("  first bad position: {first}");
        }
        for finding in &verdict.findings {
            println!("  {finding}");
        }
        and_more(verdict.found, verdict.findings.len());
        for finding in &verdict.nonconforming {
            println!("  nonconforming at position {finding}");
        }
        and_more(verdict.nonconforming_found, verdict.nonconforming.len());
        Ok(())
    }

    /// Without a key of the auditor's those in the database are shown, to be compared.
    async fn tell_keys(&self, reached: &Reached, region: &RegionId) -> anyhow::Result<()> {
        if self.format == Format::Json {
            return Ok(());
        }
        let aside = reached.database("audit").await?;
        let log = Log { region: region.clone(), service: "audit".to_owned() };
        let listed = evidence::inspect::aside(&aside.app, &log).await?.listed;
        if !listed.is_empty() {
            println!("{COMPARE}");
            listed.iter().for_each(|key| println!("  {}", key.verifier));
        }
        Ok(())
    }
}

fn is_of(origin: &str, region: &RegionId, service: &str) -> bool {
    origin.ends_with(&format!("/{region}/{service}"))
}

/// Every checkpoint that was given is of a log that is checked: one that is compared with nothing would seem to agree.
fn none_left_out(kept: &[(String, String)], region: &RegionId, checked: &[&str]) -> anyhow::Result<()> {
    let left_out = kept.iter().find(|(origin, _)| !checked.iter().any(|service| is_of(origin, region, service)));
    match left_out {
        None => Ok(()),
        Some((origin, _)) => anyhow::bail!(
            "a checkpoint of {origin} was given, and that log is not among those that are verified: {}",
            checked.join(", ")
        ),
    }
}

/// Says how many there are beyond those that are listed.
fn and_more(found: u64, listed: usize) {
    let more = found.saturating_sub(listed as u64);
    if more > 0 {
        println!("  and {more} more");
    }
}

/// Before keys that came along with what was checked.
pub(super) const COMPARE: &str = "Nobody vouches for this without a key that came to you another way. These are listed here; compare, and give yours with --key:";

/// One log of a region.
async fn verified(reached: &Reached, region: &RegionId, service: &str, given: &Given) -> anyhow::Result<Verdict> {
    let (database, aside) = (reached.database(service).await?, reached.database("audit").await?);
    let log = Log { region: region.clone(), service: service.to_owned() };
    let bar = bar(service);
    let schemas = audit::schemas::validators()?;
    let verdict =
        evidence::inspect::verify(&database, &aside.app, log, &schemas, given, |lines| bar.set_position(lines));
    let verdict = verdict.await.with_context(|| format!("the log of {service} cannot be read"))?;
    bar.finish_and_clear();
    Ok(verdict)
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
fn bar(service: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:14} {spinner} {human_pos} events, {per_sec}");
    let bar = ProgressBar::no_length().with_prefix(service.to_owned());
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_of_a_log_that_is_left_out_is_an_error() {
        let region: RegionId = "ons".parse().unwrap();
        let of = |service: &str| vec![(format!("hub.example/ons/{service}"), "note".to_owned())];
        assert!(none_left_out(&of("hotspots"), &region, &["consortium", "hotspots"]).is_ok());
        for left_out in ["agreements", "spots", "hotspots/x"] {
            assert!(none_left_out(&of(left_out), &region, &["consortium", "hotspots"]).is_err(), "{left_out}");
        }
    }
}
