//! `regiohub audit verify FILE.zip`: an export, checked with nothing but the file and a key that came another way.

use super::export::progress;
use super::verify::{COMPARE, cosigned};
use super::{Format, Found, Nonconforming, NotVouched};
use crate::services;
use anyhow::Context;
use evidence::export::{Checked, Edge, check};
use evidence::verify::{Given, Standing, What};
use serde_json::json;
use std::path::Path;
use tokio::task::spawn_blocking;

/// Checks it and prints what came of it.
pub(super) async fn verified(file: &Path, given: Given, format: Format) -> anyhow::Result<()> {
    let (path, keyed, seen) = (file.to_owned(), !given.keys.is_empty(), progress(format));
    let schemas = audit::schemas::validators()?;
    let checked = spawn_blocking(move || check(&path, &schemas, &given, seen)).await?;
    let checked = checked.with_context(|| format!("{} cannot be read", file.display()))?;
    for finding in checked.findings.iter().chain(&checked.nonconforming) {
        match format {
            Format::Text if finding.code == Some(What::Nonconforming) => println!("nonconforming: {finding}"),
            Format::Text => println!("{finding}"),
            Format::Json => println!(
                "{}",
                json!({ "service": finding.service, "position": finding.position, "code": finding.code, "finding": finding.what })
            ),
        }
    }
    let verdict = checked.verdict();
    if verdict.is_wrong() {
        let first = checked.findings.iter().find(|finding| finding.position.is_some());
        let first = first.map_or_else(String::new, |first| format!(", first bad position: {first}"));
        return Err(Found(format!("{} is {verdict}{first}", file.display())).into());
    }
    match format {
        Format::Text => println!("{}", told(&checked, keyed)),
        Format::Json => {
            for log in &checked.logs {
                println!(
                    "{}",
                    json!({ "service": log.service, "first": log.first, "last": log.last, "verdict": log.verdict,
                            "signed": log.signed, "notConsidered": log.not_considered, "cosigned": log.cosigned,
                            "forks": log.forks, "open": log.open })
                );
            }
        }
    }
    if let Standing::Nonconforming { .. } = verdict {
        let says = "events were written that the schema of their type refuses; nothing was altered";
        return Err(Nonconforming(format!("{}: {says}", file.display())).into());
    }
    if let Standing::EdgesOpen { .. } = verdict {
        let says = "nothing that is signed shows that no event of its first or last dates was left out: ask for the export \
                    again once a checkpoint covers the event behind it";
        return Err(NotVouched(format!("{}: {says}", file.display())).into());
    }
    if verdict == Standing::ConsistentInItself {
        let why = if keyed { "no given key signed all of its logs" } else { "no --key was given" };
        return Err(NotVouched(format!("nobody vouches for {}: {why}", file.display())).into());
    }
    Ok(())
}

fn told(checked: &Checked, keyed: bool) -> String {
    let mut lines = Vec::new();
    for log in &checked.logs {
        lines.push(format!("{:<14} {:>9} to {:>9}  {}", log.service, log.first, log.last, log.verdict));
        if log.not_considered > 0 {
            lines.push(format!("  {} checkpoint(s) by keys that were not given: not considered", log.not_considered));
        }
        lines.extend(log.open.iter().map(|edge| match edge {
            Edge::Before => format!("  not proven: that no event of these dates stands before {}", log.first),
            Edge::Behind => format!("  not proven: that no event of these dates stands behind {}", log.last),
        }));
        lines.extend(log.cosigned.iter().map(cosigned));
        lines.extend(log.forks.iter().filter(|fork| fork.accepted).map(|fork| format!("  accepted: {fork}")));
    }
    let known = services::deciding();
    let inside = |service: &&str| checked.logs.iter().any(|log| log.service == **service);
    let absent: Vec<&str> = known.iter().map(chassis::Service::name).filter(|name| !inside(name)).collect();
    if !absent.is_empty() {
        // An export of a region without such a log has none; one that was taken out looks the same.
        lines.push(format!("No log in this export, so nothing is said of it: {}", absent.join(", ")));
    }
    if !checked.known_page {
        lines.push(
            "The verify.html in it is not that of this program; `regiohub audit page` prints that one.".to_owned(),
        );
    }
    if !keyed && !checked.keys.is_empty() {
        lines.push(COMPARE.to_owned());
        lines.extend(checked.keys.iter().map(|key| format!("  {key}")));
    }
    lines.join("\n")
}
