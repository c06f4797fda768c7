//! What was published of each event version: a list that only grows, against which every change is held.
//!
//! **Invariant:** an event that was written once fits what is published now.

use super::shape::{Need, Place, Shape, shape};
use anyhow::Context;
use proto_schemas::Contract;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder of the lists, one a service.
pub(super) const FOLDER: &str = "published";

/// What every event has around its data, under the name of a type.
const ENVELOPE: &str = "envelope";

/// How a change is made that these complaints are about.
pub(super) const WAY_OUT: &str = "Events of these versions stand in logs for ever, and others rely on them. Leave the \
    version as it was. What you want is the next one: a new variant `…v2` beside it, `impl From<V1>` where it is read, \
    a frozen `examples/<type>.v2.example.json`, then `make schemas` (the recipe is in proto-schemas/README.md).";

/// The shape of every event version, by file and type.
type Published = BTreeMap<String, BTreeMap<String, Shape>>;

fn now(contracts: &[Contract]) -> Published {
    let mut all = Published::new();
    for contract in contracts {
        let data = contract.schema.pointer("/properties/data").unwrap_or(&Value::Null);
        let service = all.entry(contract.service.to_string()).or_default();
        service.insert(contract.event_type.clone(), shape("data", data));
    }
    if let Some(contract) = contracts.first() {
        let mut envelope = contract.schema.clone();
        if let Some(properties) = envelope["properties"].as_object_mut() {
            properties.remove("data");
            properties.insert("type".into(), json!({ "type": "string" }));
        }
        all.insert(ENVELOPE.into(), BTreeMap::from([(ENVELOPE.into(), shape("event", &envelope))]));
    }
    all
}

/// The lists as they are now: a line for each place, with tabs between type, place, need and kind.
pub(super) fn files(contracts: &[Contract]) -> BTreeMap<PathBuf, String> {
    now(contracts).into_iter().map(|(name, types)| (PathBuf::from(FOLDER).join(name + ".txt"), text(&types))).collect()
}

fn text(types: &BTreeMap<String, Shape>) -> String {
    let lines = types.iter().flat_map(|(event_type, shape)| {
        shape.iter().map(move |(path, Place { need, kind })| format!("{event_type}\t{path}\t{need:?}\t{kind}\n"))
    });
    lines.collect()
}

fn read(text: &str) -> anyhow::Result<BTreeMap<String, Shape>> {
    let mut types = BTreeMap::<String, Shape>::new();
    for line in text.lines() {
        let broken = || format!("{line:?} is no line of a list of published events");
        let parts: Vec<&str> = line.splitn(4, '\t').collect();
        let [event_type, path, need, kind] = parts[..] else { anyhow::bail!(broken()) };
        let needs = [Need::Required, Need::Optional, Need::Choice];
        let need = needs.into_iter().find(|it| format!("{it:?}") == need).with_context(broken)?;
        types.entry(event_type.to_owned()).or_default().insert(path.to_owned(), Place { need, kind: kind.to_owned() });
    }
    Ok(types)
}

/// What in the code breaks what was published, in words; empty when nothing does.
pub(super) fn broken(folder: &Path, contracts: &[Contract]) -> anyhow::Result<Vec<String>> {
    let now: BTreeMap<String, Shape> = now(contracts).into_values().flatten().collect();
    let mut broken = Vec::new();
    let there = std::fs::read_dir(folder.join(FOLDER)).into_iter().flatten().flatten();
    for file in there {
        let text = std::fs::read_to_string(file.path())?;
        for (event_type, before) in read(&text).with_context(|| file.path().display().to_string())? {
            match now.get(&event_type) {
                None => broken.push(format!("{event_type} is gone: nothing reads it any more")),
                Some(after) => {
                    broken.extend(changes(&before, after).into_iter().map(|it| format!("{event_type}: {it}")))
                }
            }
        }
    }
    broken.sort();
    Ok(broken)
}

/// What of `before` does not hold in `after`.
fn changes(before: &Shape, after: &Shape) -> Vec<String> {
    let mut wrong = Vec::new();
    let gone: Vec<&String> = before.keys().filter(|path| !after.contains_key(*path)).collect();
    for path in &gone {
        if !gone.iter().any(|above| is_below(path, above)) {
            wrong.push(format!("`{path}` is gone: removed, or under another name"));
        }
    }
    for (path, old) in before {
        let Some(new) = after.get(path) else { continue };
        if old.kind != new.kind {
            wrong.push(format!("`{path}` was {} and is {}", old.kind, new.kind));
        }
        match (old.need, new.need) {
            (old, new) if old == new => {}
            (Need::Optional, _) => wrong.push(format!("`{path}` became required: what was written may lack it")),
            _ => wrong.push(format!("`{path}` may be absent now: others rely on it")),
        }
    }
    let added: Vec<&String> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    for path in &added {
        let required = after.get(*path).is_some_and(|place| place.need == Need::Required);
        if required && !added.iter().any(|above| is_below(path, above)) {
            wrong.push(format!("`{path}` is new and required: what was written lacks it; make it optional"));
        }
    }
    wrong
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.starts_with(['.', '[', '<', '=']))
}

#[cfg(test)]
mod tests;
