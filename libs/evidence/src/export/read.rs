//! Checks an export with nothing but the file, and a key that came another way.

mod edges;
mod file;
mod log;

pub use edges::Edge;

use super::Progress;
use super::manifest::{self, Manifest};
use super::page::PAGE;
use crate::cosigned::Cosigned;
use crate::verify::{Fork, Given, Key, Schemas, Standing, What};
use file::Zipped;
use proofs::{Verifier, leaf_hash};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::Path;

/// More findings than this are not told: they have one cause.
const MAX_FINDINGS: usize = 1_000;

/// Something in an export that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In whose log, where it is in one.
    pub service: Option<String>,
    /// At which position, where it has one.
    pub position: Option<u64>,
    /// Its code, where it is one that a log in a database may have as well.
    pub code: Option<What>,
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
    /// What may be said of it.
    pub verdict: Standing,
    /// Up to which position the longest checkpoint reaches that a given key signed and the log agrees with; 0 for not at all.
    pub signed: u64,
    /// How many checkpoints are signed by no key that was given, and say nothing else than those that are.
    pub not_considered: u64,
    /// How far each of the witnesses that were given signed.
    pub cosigned: Vec<Cosigned>,
    /// Restores after which it went on under a raised epoch.
    pub forks: Vec<Fork>,
    /// The sides of its dates on which nothing that is signed shows that no event was left out. Exports of before had no
    /// event beside their range.
    pub open: Vec<Edge>,
}

/// What came of checking an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What it says of itself, when that could be read.
    pub manifest: Option<Manifest>,
    /// Each log in it.
    pub logs: Vec<CheckedLog>,
    /// The keys in it: listed, never believed.
    pub keys: Vec<Verifier>,
    /// Whether the page in it is the one of this program. Another version has another one, and so has a forger.
    pub known_page: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Events that the schema of their type refuses, at most 50 of a log. They may have been written so.
    pub nonconforming: Vec<Finding>,
}

impl Checked {
    fn find(&mut self, what: impl Into<String>) {
        self.found(None, None, what);
    }

    fn found(&mut self, service: Option<&str>, position: Option<u64>, what: impl Into<String>) {
        self.coded(service, position, None, what);
    }

    fn coded(&mut self, service: Option<&str>, position: Option<u64>, code: Option<What>, what: impl Into<String>) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { service: service.map(str::to_owned), position, code, what: what.into() });
        }
    }

    /// What may be said of the whole export: the worst of what may be said of its logs. `Intact` counts events of all logs.
    #[must_use]
    pub fn verdict(&self) -> Standing {
        if !self.findings.is_empty() {
            let forked = self.findings.iter().all(|finding| finding.code == Some(What::Fork));
            return if forked { Standing::Forked } else { Standing::Altered };
        }
        let mut all = Standing::NothingToVerify;
        for log in &self.logs {
            all = match (all, log.verdict) {
                (all, Standing::NothingToVerify) => all,
                (Standing::NothingToVerify, verdict) => verdict,
                // Whatever else may be said: it is told apart from what is intact.
                (Standing::Nonconforming { up_to, unsigned }, verdict)
                | (verdict, Standing::Nonconforming { up_to, unsigned }) => match verdict.reach() {
                    Some((more, behind)) if up_to > 0 => Standing::Nonconforming {
                        up_to: up_to.saturating_add(more),
                        unsigned: unsigned.saturating_add(behind),
                    },
                    _ => Standing::Nonconforming { up_to: 0, unsigned },
                },
                (Standing::Intact { up_to, unsigned }, Standing::Intact { up_to: more, unsigned: behind }) => {
                    Standing::Intact { up_to: up_to.saturating_add(more), unsigned: unsigned.saturating_add(behind) }
                }
                (Standing::Intact { .. } | Standing::EdgesOpen { .. }, verdict @ Standing::ConsistentInItself)
                | (Standing::Intact { .. }, verdict) => verdict,
                (all, _) => all,
            };
        }
        all.with_edges(self.logs.iter().all(|log| log.open.is_empty()))
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

/// Checks every file, event, leaf, tree and signature of an export with flat memory, against what was given: what the
/// export brings along to be checked with is listed, and decides nothing.
///
/// # Errors
/// When the file cannot be opened. Whatever is wrong inside is a finding.
pub fn check(path: &Path, schemas: &Schemas, given: &Given, mut seen: impl FnMut(Progress<'_>)) -> io::Result<Checked> {
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
    let page = hex::encode(Sha256::digest(PAGE));
    checked.known_page = manifest.files.iter().any(|file| file.name == "verify.html" && file.sha256 == page);
    zip.expect(&manifest.files);
    let keys = String::from_utf8_lossy(&zip.whole("keys.json", &mut checked)).into_owned();
    match serde_json::from_str::<Vec<String>>(&keys).map(|keys| keys.iter().map(|key| key.parse()).collect()) {
        Ok(Ok(keys)) => checked.keys = keys,
        _ => checked.find("keys.json holds something that is no key"),
    }
    let listed = checked.keys.iter().map(Key::given).collect();
    let trust = Trust { given, listed, schemas };
    let mut policies_inside = BTreeSet::new();
    for part in &manifest.logs {
        let inside = log::check(&mut zip, &manifest, part, &trust, &mut checked, &mut seen);
        for event_type in inside.types {
            if !zip.has(&schema(&event_type)) {
                checked.found(Some(&part.service), None, format!("the schema of {event_type} is missing"));
            }
        }
        policies_inside.extend(inside.policies);
    }
    for note in &given.checkpoints {
        let origin = crate::said::said(note).map(|said| said.origin).unwrap_or_default();
        let is = |part: &manifest::Part| origin.ends_with(&format!("/{}/{}", manifest.region, part.service));
        if !manifest.logs.iter().any(is) {
            checked.find(format!("a checkpoint of {origin:?} was given, and this export holds no such log"));
        }
    }
    policies(&mut zip, &manifest, policies_inside, &mut checked);
    zip.rest(&mut checked);
    checked.manifest = Some(manifest);
    Ok(checked)
}

/// What an export is held against. Its schemas are those of this program: the ones in the export are for people.
struct Trust<'a> {
    given: &'a Given,
    /// The keys in the export.
    listed: Vec<Key>,
    schemas: &'a Schemas,
}

fn schema(event_type: &str) -> String {
    format!("schemas/{event_type}.schema.json")
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
                "this export is of version {version}, and this program reads version {newest}: use a newer one"
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
    let services: BTreeSet<&str> = manifest.logs.iter().map(|part| part.service.as_str()).collect();
    if services.len() != manifest.logs.len() {
        checked.find("the manifest names a log twice");
    }
    let parts = services.into_iter();
    let parts = parts.flat_map(|name| [manifest::events(name), manifest::leaves(name), manifest::checkpoints(name)]);
    let always = ["README.txt", "verify.html", "keys.json", "policies.json"].map(str::to_owned);
    for name in always.into_iter().chain(parts) {
        if !named.contains(name.as_str()) {
            checked.find(format!("the manifest does not name {name}"));
        }
    }
}

/// The adopted policies are events too, each at its place in the consortium's log: all of those that the events in the
/// export have (`inside`), and before them one version after another.
fn policies(zip: &mut Zipped, manifest: &Manifest, mut inside: BTreeSet<u64>, checked: &mut Checked) {
    let bytes = zip.whole("policies.json", checked);
    let text = String::from_utf8_lossy(&bytes);
    let size = manifest.logs.iter().find(|part| part.service == "consortium").map_or(0, |part| part.size);
    let stream = format!("policy/{}", manifest.region);
    let mut lines = text.lines();
    let framed = lines.next() == Some("[") && lines.next_back() == Some("]");
    if !framed {
        checked.found(Some("consortium"), None, "policies.json does not read");
    }
    for (line, version) in lines.filter(|line| !line.is_empty()).zip(1..) {
        let line = line.strip_suffix(',').unwrap_or(line);
        let about: Value = serde_json::from_str(line).unwrap_or_default();
        let position = about["position"].as_u64().filter(|position| (1..=size).contains(position));
        let leaf = position.and_then(|position| zip.leaf("consortium", position));
        let stands = leaf == Some(leaf_hash(line)) && about["subject"] == stream;
        if !stands {
            let what = "a policy in policies.json does not stand like that in the log";
            checked.found(Some("consortium"), position, what);
        } else if about["version"] != version {
            checked.found(Some("consortium"), position, "a policy before this one is missing in policies.json");
            return;
        }
        inside.retain(|at| Some(*at) != position);
    }
    if let Some(position) = inside.first() {
        checked.found(Some("consortium"), Some(*position), "this policy is missing in policies.json");
    }
}
