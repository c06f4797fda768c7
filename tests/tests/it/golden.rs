//! Golden logs: what the hub wrote at one time is read for ever, whole logs with their order, versions and roots.
//!
//! **Invariant:** nothing writes `proto-schemas/golden` but whoever adds a log to it.

use crate::files::{entries, root, text};
use crate::reading::read_again;
use decider::Aggregate;
use proofs::{Frontier, leaf_hash};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

fn folder() -> PathBuf {
    root().join("proto-schemas")
}

/// Each golden log: its name, such as `hotspots`, and its lines.
fn logs() -> Vec<(String, Vec<String>)> {
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
            assert!(wrong.is_empty(), "{name}: {line}\n{wrong:#?}");
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

/// Folds a history of JSON events; how many there were.
type Fold = fn(&[Value]) -> usize;

fn fold<A: Aggregate>(history: &[Value]) -> usize {
    let event = |event: &Value| serde_json::from_str::<A::Event>(&event.to_string()).unwrap();
    drop(A::replay(history.iter().map(event)));
    history.len()
}

const FOLDS: &[(&str, &str, Fold)] = &[
    ("consortium", "consortium", fold::<consortium::consortium::Consortium>),
    ("consortium", "policy", fold::<consortium::policy::Policies>),
    ("consortium", "company", fold::<consortium::company::Company>),
    ("consortium", "person", fold::<consortium::person::Person>),
    ("consortium", "grant", fold::<consortium::grant::Grant>),
    ("consortium", "import", fold::<consortium::import::Import>),
    ("consortium", "retention-schedule", fold::<consortium::retention::schedule::Schedules>),
    ("consortium", "retention-hold", fold::<consortium::retention::hold::Holds>),
    ("consortium", "retention-run", fold::<consortium::retention::run::Run>),
    ("hotspots", "hotspot", fold::<hotspots::hotspot::Hotspot>),
    ("hotspots", "safety-check", fold::<hotspots::safety_check::SafetyCheck>),
    ("hotspots", "session", fold::<hotspots::session::Session>),
    ("hotspots", "pupil-day", fold::<hotspots::pupil_day::PupilDay>),
    ("hotspots", "pupil-week", fold::<hotspots::pupil_week::PupilWeek>),
    ("hotspots", "attendance-day", fold::<hotspots::attendance::Attendance>),
    ("agreements", "contract", fold::<agreements::contract::Contract>),
    ("agreements", "stage-agreement", fold::<agreements::stage_agreement::StageAgreement>),
    ("assessments", "elective", fold::<assessments::elective::Elective>),
    ("assessments", "catalogue-import", fold::<assessments::catalogue_import::CatalogueImport>),
    ("assessments", "rubric", fold::<assessments::rubric::Rubric>),
    ("assessments", "pta", fold::<assessments::pta::Pta>),
    ("assessments", "case", fold::<assessments::case::Case>),
    ("co-financing", "contribution-day", fold::<co_financing::contribution_day::ContributionDay>),
    ("co-financing", "contribution", fold::<co_financing::contribution::Contribution>),
    ("co-financing", "claim", fold::<co_financing::claim::Claim>),
    ("co-financing", "scheme", fold::<co_financing::scheme::Scheme>),
    ("co-financing", "occasion", fold::<co_financing::occasion::Occasion>),
    ("co-financing", "proof", fold::<co_financing::proof::Proof>),
    ("co-financing", "arrangement", fold::<co_financing::arrangement::Arrangement>),
    ("audit", "mandate", fold::<audit::mandate::Mandate>),
    ("audit", "look", fold::<audit::look::Look>),
    ("audit", "sample", fold::<audit::sample::Sample>),
    ("audit", "disclosure", fold::<audit::disclosure::Disclosure>),
];

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
            let category = stream.split_once('/').unwrap().0;
            let service = history[0]["type"].as_str().unwrap().split('.').nth(2).unwrap();
            let found = FOLDS.iter().find(|(by, of, _)| *by == service && *of == category);
            folded += found.unwrap_or_else(|| panic!("no aggregate of {name} for {stream}")).2(&history);
        }
        assert_eq!(folded, lines.len(), "{name}");
    }
}
