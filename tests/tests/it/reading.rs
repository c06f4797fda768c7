//! Reads any event by its full type: the one list of every aggregate's events.

use decider::Event;
use proto_schemas::agreements::{contract, stage_agreement};
use proto_schemas::assessments::{case, catalogue_import, elective, pta, rubric};
use proto_schemas::audit::{disclosure, look, mandate, sample};
use proto_schemas::co_financing::{arrangement, claim, contribution, contribution_day, occasion, proof, scheme};
use proto_schemas::consortium::{
    company, consortium, grant, import, person, policy, retention_hold, retention_run, retention_schedule,
};
use proto_schemas::hotspots::{attendance, hotspot, pupil_day, pupil_week, safety_check, session};
use proto_schemas::restore;
use serde_json::{Value, json};

type Reader = fn(&Value) -> serde_json::Result<Value>;

/// Service and category of each aggregate, and its events.
const READERS: &[(&str, &str, Reader)] = &[
    ("consortium", "consortium", again::<consortium::Event>),
    ("consortium", "policy", again::<policy::Event>),
    ("consortium", "company", again::<company::Event>),
    ("consortium", "person", again::<person::Event>),
    ("consortium", "grant", again::<grant::Event>),
    ("consortium", "import", again::<import::Event>),
    ("consortium", "retention-schedule", again::<retention_schedule::Event>),
    ("consortium", "retention-hold", again::<retention_hold::Event>),
    ("consortium", "retention-run", again::<retention_run::Event>),
    ("hotspots", "hotspot", again::<hotspot::Event>),
    ("hotspots", "safety-check", again::<safety_check::Event>),
    ("hotspots", "session", again::<session::Event>),
    ("hotspots", "pupil-day", again::<pupil_day::Event>),
    ("hotspots", "pupil-week", again::<pupil_week::Event>),
    ("hotspots", "attendance-day", again::<attendance::Event>),
    ("agreements", "contract", again::<contract::Event>),
    ("agreements", "stage-agreement", again::<stage_agreement::Event>),
    ("assessments", "elective", again::<elective::Event>),
    ("assessments", "catalogue-import", again::<catalogue_import::Event>),
    ("assessments", "rubric", again::<rubric::Event>),
    ("assessments", "pta", again::<pta::Event>),
    ("assessments", "case", again::<case::Event>),
    ("co-financing", "contribution-day", again::<contribution_day::Event>),
    ("co-financing", "contribution", again::<contribution::Event>),
    ("co-financing", "claim", again::<claim::Event>),
    ("co-financing", "scheme", again::<scheme::Event>),
    ("co-financing", "occasion", again::<occasion::Event>),
    ("co-financing", "proof", again::<proof::Event>),
    ("co-financing", "arrangement", again::<arrangement::Event>),
    ("audit", "mandate", again::<mandate::Event>),
    ("audit", "look", again::<look::Event>),
    ("audit", "sample", again::<sample::Event>),
    ("audit", "disclosure", again::<disclosure::Event>),
    ("consortium", "restore", again::<restore::Consortium>),
    ("hotspots", "restore", again::<restore::Hotspots>),
    ("agreements", "restore", again::<restore::Agreements>),
    ("assessments", "restore", again::<restore::Assessments>),
    ("co-financing", "restore", again::<restore::CoFinancing>),
    ("audit", "restore", again::<restore::Audit>),
];

/// Reads an event and gives its data written again; nothing when no aggregate has that type.
pub fn read_again(event_type: &str, event: &Value) -> Option<serde_json::Result<Value>> {
    let category = event["subject"].as_str()?.split_once('/')?.0;
    let service = event_type.strip_prefix("nl.sterktechniekonderwijs.")?.split_once('.')?.0;
    let reader = READERS.iter().find(|(of, it, _)| *of == service && *it == category)?.2;
    Some(reader(&json!({ "type": event_type, "data": event["data"] })))
}

fn again<E: Event>(event: &Value) -> serde_json::Result<Value> {
    let read: E = serde_json::from_str(&event.to_string())?;
    Ok(serde_json::to_value(read)?["data"].clone())
}
