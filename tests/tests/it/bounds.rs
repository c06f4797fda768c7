//! What a decision may accept every reader can hold: each event type at the bounds of its published schema.

pub mod made;

use crate::golden::{first_seen, fold};
use crate::reading::read_again;
use crate::whole::{Bound, Whole, on_a_hub_of_its_own};
use crate::wide::every_question_is_answered;
use made::{Dice, Edge, make};
use proto_schemas::{Contract, contracts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use vocabulary::{RegionId, Role, Sealed};

/// So many tables of read models and lookups at least are filled.
const FILLED: usize = 60;
/// At the least, at the most, and this often anywhere between.
const RANDOM: u64 = 2;

fn edges() -> Vec<Edge> {
    let random = (1..=RANDOM).map(|seed| Edge::Anywhere(Dice(seed)));
    [Edge::Least, Edge::Most].into_iter().chain(random).collect()
}

/// The types of each category, the one first that begins a history.
fn categories() -> BTreeMap<(&'static str, &'static str), Vec<Contract>> {
    let order = first_seen();
    let mut all = BTreeMap::<_, Vec<Contract>>::new();
    // An event of a restore is written by the operator's command alone, and changes what is read.
    for contract in contracts().into_iter().filter(|contract| contract.category != "restore") {
        all.entry((contract.service.as_str(), contract.category)).or_default().push(contract);
    }
    let place = |contract: &Contract| order.iter().position(|known| *known == contract.event_type);
    all.values_mut().for_each(|types| types.sort_by_key(|it| (place(it).unwrap_or(usize::MAX), it.event_type.clone())));
    all
}

/// The one stream of a category that has one in a region.
fn only_stream(category: &str, region: &RegionId) -> Option<String> {
    match category {
        "consortium" | "policy" | "retention-schedule" | "retention-hold" => Some(format!("{category}/{region}")),
        "scheme" => Some(format!("{category}/sto")),
        "proof" => Some(format!("{category}/{}", "0a".repeat(32))),
        _ => None,
    }
}

/// What repeats the id of its stream, such as a contract in its own text, repeats this one.
fn names_its_stream(category: &str, stream: &str, data: &mut Value) {
    if let (Some(field @ Value::String(_)), Some((_, id))) = (data.get_mut(category), stream.split_once('/')) {
        *field = json!(id);
    }
}

/// Every type in a history that begins as its category's do: service, stream, type and data.
fn history(region: &RegionId, edge: &mut Edge) -> Vec<(&'static str, String, String, Value)> {
    let mut all = Vec::new();
    for ((service, category), types) in categories() {
        let only = only_stream(category, region);
        let first = types[0].clone();
        for contract in types {
            // Streams of their own: numbers at the least and at the most are the same in every type.
            let stream = only.clone().unwrap_or_else(|| format!("{category}/{}", Uuid::now_v7()));
            let begins = contract.event_type == first.event_type || contract.event_type.ends_with("-registered.v1");
            let mut made = |of: &Contract| {
                let mut data = make(&of.schema["properties"]["data"], edge);
                names_its_stream(category, &stream, &mut data);
                all.push((service, stream.clone(), of.event_type.clone(), data));
            };
            if only.is_none() && !begins {
                made(&first);
            }
            made(&contract);
        }
    }
    all
}

#[test]
fn every_event_at_the_bounds_of_its_schema_reads_and_folds() {
    let region: RegionId = "grenzen".parse().unwrap();
    for mut edge in edges() {
        let named = format!("{edge:?}");
        let mut histories = BTreeMap::<(String, String), Vec<Value>>::new();
        for (service, stream, event_type, data) in history(&region, &mut edge) {
            let event = json!({ "type": event_type, "subject": stream, "data": data });
            let again = read_again(&event_type, &event).unwrap();
            assert!(again.is_ok(), "{named}: {event}: {again:?}");
            histories.entry((service.to_owned(), stream)).or_default().push(event);
        }
        for ((service, stream), events) in histories {
            fold(&service, &stream, &events);
        }
    }
}

/// Where something sealed is.
fn seals(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(all) if all.contains_key("sealed") && all.contains_key("purpose") => found.push(at),
        Value::Object(all) => all.iter().for_each(|(name, below)| seals(below, format!("{at}/{name}"), found)),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(number, below)| seals(below, format!("{at}/{number}"), found));
        }
        _ => {}
    }
}

/// Seals what is sealed: nobody but the vault writes it, and what it did not write is refused.
async fn sealed(hub: &Whole, region: &RegionId, event_type: &str, mut data: Value) -> Value {
    let mut places = Vec::new();
    seals(&data, String::new(), &mut places);
    for at in places {
        let place = data.pointer_mut(&at).unwrap();
        let Sealed { person, purpose, .. } = serde_json::from_value(place.clone()).unwrap();
        let name = at.rsplit('/').next().unwrap();
        let plain = match name {
            "name" => json!({ "given": "é".repeat(100), "family": "é".repeat(100) }).to_string(),
            "birthDate" => "2011-03-04".to_owned(),
            _ => "é".repeat(2_000),
        };
        let field = format!("{event_type}#{name}");
        *place = serde_json::to_value(hub.vault.seal(region, person, purpose, &field, &plain).await.unwrap()).unwrap();
    }
    data
}

/// The tables of a replay that have rows, or none, by service and read model.
fn with_rows(told: &str, some: bool) -> Vec<String> {
    let lines = told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of = |line: Value| {
        let model = &line["replayed"];
        let name = format!("{}/{}", model["service"].as_str().unwrap(), model["name"].as_str().unwrap());
        let tables = model["tables"].as_array().unwrap().clone().into_iter();
        let tables = tables.filter(move |table| (table["rows"] != 0) == some);
        tables.map(move |table| format!("{name}/{}", table["table"].as_str().unwrap()))
    };
    lines.flat_map(of).collect()
}

/// A reaction may refuse, and then waits with that stream: these histories tell no story. Nothing else is parked.
fn is_refused(parked: &str) -> bool {
    let (_, parked) = parked.split_once(": ").unwrap();
    let parked: Value = serde_json::from_str(parked).unwrap();
    let reason = parked["error"].as_str().unwrap();
    let refused = reason.split_once(": ").is_some_and(|(code, _)| code.contains('/') && !code.contains(' '));
    parked["reader"].as_str().unwrap().starts_with("reaction/") && (refused || parked["attempts"] == 0)
}

#[test]
fn every_read_model_stores_events_at_the_bounds_of_their_schemas() {
    on_a_hub_of_its_own(async |hub| {
        let (mut filled, mut empty) = (BTreeSet::new(), BTreeSet::new());
        for (number, mut edge) in edges().into_iter().enumerate() {
            let named = format!("{edge:?}");
            let region: RegionId = format!("grenzen-{number}").parse().unwrap();
            for (service, stream, event_type, data) in history(&region, &mut edge) {
                let data = sealed(hub, &region, &event_type, data).await;
                hub.happened(service, &region, &stream, &event_type, &data).await;
            }
            hub.grant(&region, "wide-leader", Role::ProgrammeLeader, Bound::default()).await;
            hub.settle().await;
            let parked: Vec<String> = hub.parked(&region).await;
            let parked: Vec<&String> = parked.iter().filter(|it| !is_refused(it)).collect();
            assert!(parked.is_empty(), "{named}:\n{parked:#?}");
            assert_eq!(hub.behind(&region).await, [""; 0], "{named}");
            every_question_is_answered(hub, &region).await;
            let (code, told) = hub.audit(&["replay", region.as_str(), "--format", "json"]).await;
            assert_eq!(code, 0, "{named}:\n{told}");
            filled.extend(with_rows(&told, true));
            empty.extend(with_rows(&told, false));
        }
        let empty: Vec<&String> = empty.difference(&filled).collect();
        assert!(empty.is_empty() && filled.len() >= FILLED, "{} are filled and never {empty:?}", filled.len());
    });
}
