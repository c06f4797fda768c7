//! Golden logs: what the hub wrote at one time is read for ever, whole logs with their order, versions and roots.
//!
//! **Invariant:** nothing writes `proto-schemas/golden` but whoever adds a log to it.

use crate::files::{entries, root, text};
use crate::reading::read_again;
use chassis::Registered;
use proofs::{Frontier, leaf_hash};
use proto_schemas::categories;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::LazyLock;

fn folder() -> PathBuf {
    root().join("proto-schemas")
}

/// Each golden log: its name, such as `hotspots`, and its lines.
pub fn logs() -> Vec<(String, Vec<String>)> {
    let files = entries(&folder().join("golden")).into_iter();
    let logs = files.filter(|path| path.extension().is_some_and(|it| it == "ndjson"));
    let logs: Vec<_> = logs
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, text(&path).lines().map(str::to_owned).collect())
        })
        .collect();
    assert!(logs.len() >= 6, "every service that decides has one");
    logs
}

fn read(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

#[test]
fn every_golden_log_has_the_root_it_had() {
    for (name, lines) in logs() {
        let mut tree = Frontier::default();
        lines.iter().for_each(|line| tree.push(leaf_hash(line)));
        let kept = text(&folder().join(format!("golden/{name}.root")));
        assert_eq!(hex::encode(tree.root()), kept.trim(), "{name}: golden logs are never changed");
    }
}

#[test]
fn every_golden_log_is_without_gaps() {
    for (name, lines) in logs() {
        let mut versions = HashMap::<String, u64>::new();
        for (line, position) in lines.iter().zip(1_u64..) {
            let event = read(line);
            let version = versions.entry(event["subject"].as_str().unwrap().to_owned()).or_default();
            *version += 1;
            assert_eq!((&event["position"], &event["version"]), (&json!(position), &json!(*version)), "{name}: {line}");
        }
    }
}

/// Events that were written before anything held them against their schema, which refuses them.
const NONCONFORMING: [(&str, u64); 3] = [("wide-consortium", 2), ("wide-consortium", 3), ("wide-consortium", 4)];

#[test]
fn every_golden_event_fits_its_schema_and_loses_nothing_when_it_is_read() {
    let mut schemas = HashMap::new();
    for (name, lines) in logs() {
        for line in lines {
            let event = read(&line);
            let event_type = event["type"].as_str().unwrap().to_owned();
            let schema = schemas.entry(event_type.clone()).or_insert_with(|| {
                let schema = read(&text(&folder().join(format!("schemas/{event_type}.schema.json"))));
                jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
            });
            let wrong: Vec<String> =
                schema.iter_errors(&event).map(|it| format!("{}: {it}", it.instance_path())).collect();
            let known = NONCONFORMING.contains(&(name.as_str(), event["position"].as_u64().unwrap()));
            assert_eq!(wrong.is_empty(), !known, "{name}: {line}\n{wrong:#?}");
            let again = read_again(&event_type, &event).unwrap_or_else(|| panic!("nobody reads {event_type}"));
            // Fields that came later may show with their defaults; of what was written nothing is missing.
            let lost = lost(&event["data"], &again.unwrap_or_else(|error| panic!("{line} does not read: {error}")));
            assert!(lost.is_empty(), "{name}: {line}\nloses {lost:?}");
        }
    }
}

/// The places of `written` that `read` lacks or has otherwise.
fn lost(written: &Value, read: &Value) -> Vec<String> {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => written
            .iter()
            .flat_map(|(key, value)| {
                let below = lost(value, read.get(key).unwrap_or(&Value::Null));
                below.into_iter().map(move |it| format!("{key}.{it}"))
            })
            .collect(),
        (Value::Array(written), Value::Array(read)) if written.len() == read.len() => {
            written.iter().zip(read).flat_map(|(written, read)| lost(written, read)).collect()
        }
        _ if written == read => vec![],
        _ => vec![format!("{written}")],
    }
}

/// What decides in each service.
static AGGREGATES: LazyLock<Vec<(&'static str, Registered)>> = LazyLock::new(|| {
    let of = |service: chassis::Service| {
        let name = service.name();
        service.aggregates().iter().map(|aggregate| (name, *aggregate)).collect::<Vec<_>>()
    };
    regiohub::services::deciding().into_iter().flat_map(of).collect()
});

/// Folds the history of a stream into each aggregate of its category; how many events there were.
pub fn fold(service: &str, stream: &str, history: &[Value]) -> usize {
    let category = stream.split_once('/').unwrap().0;
    let found = AGGREGATES.iter().filter(|(by, of)| *by == service && of.category == category);
    let fold = |(_, it): &(_, Registered)| it.fold(history).unwrap_or_else(|error| panic!("{stream}: {error}"));
    let folded: Vec<usize> = found.map(fold).collect();
    *folded.first().unwrap_or_else(|| panic!("no aggregate for {stream}"))
}

#[test]
fn every_aggregate_has_its_events_in_the_catalogue_and_they_have_their_aggregate() {
    let listed = categories().filter(|category| category.name != vocabulary::restore::CATEGORY);
    let listed: BTreeSet<_> = listed.map(|it| (it.service.as_str(), it.name, (it.event)())).collect();
    let deciding: BTreeSet<_> = AGGREGATES.iter().map(|(service, it)| (*service, it.category, it.event)).collect();
    assert_eq!(deciding, listed);
}

/// The types of events in the order in which the golden logs have them first.
pub fn first_seen() -> Vec<String> {
    let mut seen = Vec::new();
    for line in logs().into_iter().flat_map(|(_, lines)| lines) {
        let event_type = read(&line)["type"].as_str().unwrap().to_owned();
        if !seen.contains(&event_type) {
            seen.push(event_type);
        }
    }
    seen
}

#[test]
fn every_golden_history_folds_into_its_aggregate() {
    for (name, lines) in logs() {
        let mut histories = BTreeMap::<String, Vec<Value>>::new();
        for line in &lines {
            let event = read(line);
            let stream = event["subject"].as_str().unwrap().to_owned();
            histories.entry(stream).or_default().push(json!({ "type": event["type"], "data": event["data"] }));
        }
        let mut folded = 0;
        for (stream, history) in histories {
            let service = history[0]["type"].as_str().unwrap().split('.').nth(2).unwrap().to_owned();
            folded += fold(&service, &stream, &history);
        }
        assert_eq!(folded, lines.len(), "{name}");
    }
}
