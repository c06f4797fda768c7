//! Which files the contracts are, and what stands in them.

use super::{access, asyncapi, published};
use crate::services;
use anyhow::Context;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folders in which there is nothing but contracts made here.
const OWN: [&str; 3] = ["schemas", "openapi", published::FOLDER];

/// Every contract: its path in the folder, and its text.
fn all() -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    let contracts = proto_schemas::contracts();
    for contract in &contracts {
        files.insert(PathBuf::from(format!("schemas/{}.schema.json", contract.event_type)), pretty(&contract.schema)?);
    }
    files.extend(published::files(&contracts));
    files.insert("asyncapi.json".into(), pretty(&asyncapi::document(&contracts))?);
    let (mut names, mut documents) = (Vec::new(), Vec::new());
    for service in services::deciding() {
        let name = service.name();
        let document = web::titled(service.openapi(), &format!("Regiohub: {name}"), "1.0.0");
        files.insert(PathBuf::from(format!("openapi/{name}.json")), pretty(&serde_json::to_value(&document)?)?);
        names.push(name);
        documents.push(document);
    }
    let own = gateway::service().openapi();
    let all = names.into_iter().zip(&documents).chain([("gateway", &own)]);
    files.insert("access.md".into(), access::page(&all.collect::<Vec<_>>()));
    let whole = gateway::merged(own, documents);
    files.insert("openapi/regiohub.json".into(), pretty(&serde_json::to_value(&whole)?)?);
    Ok(files)
}

fn pretty(value: &Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// The files that are missing, changed, or no contract any more.
pub(super) fn differing(folder: &Path) -> anyhow::Result<Vec<String>> {
    let all = all()?;
    let changed =
        all.iter().filter(|(path, text)| std::fs::read_to_string(folder.join(path)).ok().as_ref() != Some(*text));
    let mut differing: Vec<String> = changed.map(|(path, _)| path.display().to_string()).collect();
    differing.extend(left_over(folder, &all).iter().map(|path| path.display().to_string()));
    Ok(differing)
}

/// Writes them all, and removes what is no contract any more.
pub(super) fn write(folder: &Path) -> anyhow::Result<()> {
    let all = all()?;
    for path in left_over(folder, &all) {
        std::fs::remove_file(folder.join(path))?;
    }
    for (path, text) in all {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn left_over(folder: &Path, all: &BTreeMap<PathBuf, String>) -> Vec<PathBuf> {
    let there = OWN.iter().flat_map(|own| std::fs::read_dir(folder.join(own)).into_iter().flatten().flatten());
    let there = there.filter_map(|entry| Some(entry.path().strip_prefix(folder).ok()?.to_owned()));
    there.filter(|path| !all.contains_key(path)).collect()
}
