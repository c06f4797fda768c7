//! Checks an export with nothing but the file, and a key that came another way.

mod file;
mod log;

use super::Progress;
use super::manifest::{self, Manifest};
use crate::cosigned::Cosigned;
use crate::verify::{Key, Schemas};
use chrono::DateTime;
use file::Zipped;
use proofs::{Verifier, leaf_hash};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;

/// More findings than this are not told: they have one cause.
const MOST: usize = 1_000;

/// Something in an export that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In whose log, where it is in one.
    pub service: Option<String>,
    /// At which position, where it has one.
    pub position: Option<u64>,
    /// What is wrong.
    pub what: String,
}

/// One log of a checked export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLog {
    /// Which service wrote it.
    pub service: String,
    /// The position of the first event.
    pub first: u64,
    /// The position of the last event.
    pub last: u64,
    /// Up to which position a trusted key signed it; 0 for not at all.
    pub signed: u64,
    /// How far each of the witnesses that were given signed.
    pub cosigned: Vec<Cosigned>,
}

/// What came of checking an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What it says of itself, when that could be read.
    pub manifest: Option<Manifest>,
    /// Each log in it.
    pub logs: Vec<CheckedLog>,
    /// The keys in it.
    pub keys: Vec<Verifier>,
    /// What is wrong; nothing when it is intact.
    pub findings: Vec<Finding>,
}

impl Checked {
    fn find(&mut self, what: impl Into<String>) {
        self.found(None, None, what);
    }

    fn found(&mut self, service: Option<&str>, position: Option<u64>, what: impl Into<String>) {
        if self.findings.len() < MOST {
            self.findings.push(Finding { service: service.map(str::to_owned), position, what: what.into() });
        }
    }

    /// The logs with events that no trusted key signed anything of.
    pub fn unsigned(&self) -> impl Iterator<Item = &CheckedLog> {
        self.logs.iter().filter(|log| log.last > 0 && log.signed == 0)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.service, self.position) {
            (Some(service), Some(position)) => write!(f, "{service}@{position}: {}", self.what),
            (Some(service), None) => write!(f, "{service}: {}", self.what),
            _ => f.write_str(&self.what),
        }
    }
}

/// Checks every file, event, leaf, tree and signature of an export with flat memory. With `given` keys only what they
/// signed is trusted, else the keys in the export. Each of the `witnesses` must have signed a checkpoint of each log as well.
///
/// # Errors
/// When the file cannot be opened. Whatever is wrong inside is a finding.
pub fn check(
    path: &Path,
    given: &[Verifier],
    witnesses: &[Verifier],
    mut seen: impl FnMut(Progress<'_>),
) -> io::Result<Checked> {
    let mut checked = Checked::default();
    let mut zip = match Zipped::open(path)? {
        Ok(zip) => zip,
        Err(what) => {
            checked.find(what);
            return Ok(checked);
        }
    };
    let Some(manifest) = read_manifest(&mut zip, &mut checked) else { return Ok(checked) };
    names(&zip, &manifest, &mut checked);
    zip.expect(&manifest.files);
    let keys = String::from_utf8_lossy(&zip.whole("keys.json", &mut checked)).into_owned();
    match serde_json::from_str::<Vec<String>>(&keys).map(|keys| keys.iter().map(|key| key.parse()).collect()) {
        Ok(Ok(keys)) => checked.keys = keys,
        _ => checked.find("keys.json holds something that is no key"),
    }
    let schemas = match schemas(&mut zip, &mut checked) {
        Ok(schemas) => schemas,
        Err(error) => {
            checked.find(error.to_string());
            return Ok(checked);
        }
    };
    let key = |verifier: &Verifier| Key { verifier: verifier.clone(), from: DateTime::UNIX_EPOCH, until: None };
    let known = given.iter().chain(&checked.keys).map(key).collect();
    let given = if given.is_empty() { checked.keys.clone() } else { given.to_vec() };
    let trust = Trust { given, known, witnesses: witnesses.to_vec(), schemas };
    for part in &manifest.logs {
        for event_type in log::check(&mut zip, &manifest, part, &trust, &mut checked, &mut seen) {
            if !zip.has(&schema(&event_type)) {
                checked.found(Some(&part.service), None, format!("the schema of {event_type} is missing"));
            }
        }
    }
    policies(&mut zip, &manifest, &mut checked);
    zip.rest(&mut checked);
    checked.manifest = Some(manifest);
    Ok(checked)
}

/// What an export is held against.
struct Trust {
    /// The keys that make a checkpoint count.
    given: Vec<Verifier>,
    /// These, and those in the export.
    known: Vec<Key>,
    /// Who must have signed as well.
    witnesses: Vec<Verifier>,
    schemas: Schemas,
}

fn schema(event_type: &str) -> String {
    format!("schemas/{event_type}.schema.json")
}

/// The schemas of the types in the export as this program knows them; where it knows none, as the export does.
fn schemas(zip: &mut Zipped, checked: &mut Checked) -> anyhow::Result<Schemas> {
    let known: BTreeMap<String, Value> =
        proto_schemas::contracts().into_iter().map(|contract| (contract.event_type, contract.schema)).collect();
    let mut all = Vec::new();
    for name in zip.names().clone() {
        let Some(event_type) = name.strip_prefix("schemas/").and_then(|name| name.strip_suffix(".schema.json")) else {
            continue;
        };
        let schema = match known.get(event_type) {
            Some(schema) => schema.clone(),
            None => serde_json::from_slice(&zip.whole(&name, checked))?,
        };
        all.push((event_type.to_owned(), schema));
    }
    Schemas::of(all)
}

fn read_manifest(zip: &mut Zipped, checked: &mut Checked) -> Option<Manifest> {
    if !zip.has(manifest::NAME) {
        checked.find("this is no export of a Regiohub: it has no manifest.json");
        return None;
    }
    let bytes = zip.whole(manifest::NAME, checked);
    // First what it is: a newer one may have another shape.
    let about: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let newest = u64::from(manifest::VERSION);
    match (about["format"].as_str(), about["version"].as_u64()) {
        (Some(manifest::FORMAT), Some(version)) if version == newest => {}
        (Some(manifest::FORMAT), Some(version)) => {
            checked.find(format!(
                "this export is of version {version}, and this program reads version {newest}: use a newer one, \
                 or the verify.html inside it"
            ));
            return None;
        }
        _ => {
            checked.find("manifest.json is not that of an export: the zip is damaged, or something else");
            return None;
        }
    }
    match serde_json::from_slice(&bytes) {
        Ok(manifest) => Some(manifest),
        Err(error) => {
            checked.find(format!("manifest.json does not read: {error}"));
            None
        }
    }
}

/// Every file that should be there is, and no other.
fn names(zip: &Zipped, manifest: &Manifest, checked: &mut Checked) {
    let named: BTreeSet<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
    for name in zip.names() {
        if name != manifest::NAME && !named.contains(name.as_str()) {
            checked.find(format!("{name} is in the zip, and the manifest does not name it"));
        }
    }
    let parts = manifest.logs.iter().map(|part| part.service.as_str());
    let parts = parts.flat_map(|name| [manifest::events(name), manifest::leaves(name), manifest::checkpoints(name)]);
    let always = ["README.txt", "verify.html", "keys.json", "policies.json"].map(str::to_owned);
    for name in always.into_iter().chain(parts) {
        if !named.contains(name.as_str()) {
            checked.find(format!("the manifest does not name {name}"));
        }
    }
}

/// The adopted policies are events too, each at its place in the consortium's log.
fn policies(zip: &mut Zipped, manifest: &Manifest, checked: &mut Checked) {
    let bytes = zip.whole("policies.json", checked);
    let text = String::from_utf8_lossy(&bytes);
    let size = manifest.logs.iter().find(|part| part.service == "consortium").map_or(0, |part| part.size);
    for line in text.lines().filter(|line| !matches!(*line, "[" | "]" | "")) {
        let line = line.strip_suffix(',').unwrap_or(line);
        let about: Value = serde_json::from_str(line).unwrap_or_default();
        let position = about["position"].as_u64().filter(|position| (1..=size).contains(position));
        let leaf = position.and_then(|position| zip.leaf("consortium", position));
        if leaf != Some(leaf_hash(line)) {
            checked.found(
                Some("consortium"),
                position,
                "a policy in policies.json does not stand like that in the log",
            );
        }
    }
}
