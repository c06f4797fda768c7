//! `regiohub audit verify FILE.zip`: an export, checked with nothing but the file and a key that came another way.

use super::export::progress;
use super::{Format, Found};
use anyhow::Context;
use audit::export::{Checked, check};
use proofs::Verifier;
use serde_json::json;
use std::path::Path;
use tokio::task::spawn_blocking;

/// Checks it and prints what came of it.
pub(super) async fn verified(
    file: &Path,
    keys: Vec<Verifier>,
    witnesses: Vec<Verifier>,
    format: Format,
) -> anyhow::Result<()> {
    let (path, given, seen) = (file.to_owned(), !keys.is_empty(), progress(format));
    let checked = spawn_blocking(move || check(&path, &keys, &witnesses, seen)).await?;
    let checked = checked.with_context(|| format!("{} cannot be read", file.display()))?;
    for finding in &checked.findings {
        match format {
            Format::Text => println!("{finding}"),
            Format::Json => println!(
                "{}",
                json!({ "service": finding.service, "position": finding.position, "finding": finding.what })
            ),
        }
    }
    if !checked.findings.is_empty() {
        let first = checked.findings.iter().find(|finding| finding.position.is_some());
        let first = first.map_or_else(String::new, |first| format!(", first bad position: {first}"));
        return Err(Found(format!("{} is not intact{first}", file.display())).into());
    }
    match format {
        Format::Text => println!("{}", told(&checked, given)),
        Format::Json => {
            for log in &checked.logs {
                println!(
                    "{}",
                    json!({ "service": log.service, "first": log.first, "last": log.last, "signed": log.signed, "cosigned": log.cosigned, "intact": true })
                );
            }
        }
    }
    Ok(())
}

fn told(checked: &Checked, given: bool) -> String {
    let mut lines = Vec::new();
    for log in &checked.logs {
        let signed = if log.signed == 0 { "not signed".to_owned() } else { format!("signed up to {}", log.signed) };
        lines.push(format!("{:<14} {:>9} to {:>9}  intact, {signed}", log.service, log.first, log.last));
        lines.extend(log.cosigned.iter().map(super::verify::cosigned));
    }
    if checked.unsigned().next().is_some() {
        lines.push("What is not signed is whole in itself, and nothing proves who wrote it.".to_owned());
    }
    if !given && !checked.keys.is_empty() {
        lines.push(
            "Compare these keys of the export with those you got another way, or give them with --key:".to_owned(),
        );
        lines.extend(checked.keys.iter().map(|key| format!("  {key}")));
    }
    lines.join("\n")
}
