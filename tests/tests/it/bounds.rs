//! What a decision may accept every reader can hold: each event type at the bounds of its published schema.

pub mod made;

use crate::bad_days::hub::program;
use crate::golden::{first_seen, fold};
use crate::reading::read_again;
use crate::whole::{Whole, on_the_hub};
use made::{Dice, Edge, make};
use proto_schemas::{Contract, Sealed, contracts};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::process::Command;
use uuid::Uuid;
use vocabulary::RegionId;

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
        all.entry((contract.service, contract.category)).or_default().push(contract);
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
            if only.is_none() && !begins {
                let data = make(&first.schema["properties"]["data"], edge);
                all.push((service, stream.clone(), first.event_type.clone(), data));
            }
            let data = make(&contract.schema["properties"]["data"], edge);
            all.push((service, stream, contract.event_type, data));
        }
    }
    all
}

/// Where something sealed stands.
fn seals(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(all) if all.contains_key("sealed") && all.contains_key("purpose") => found.push(at),
        Value::Object(all) => all.iter().for_each(|(name, below)| seals(below, format!("{at}/{name}"), found)),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(number, below)| seals(below, format!("{at}/{number}"), found))
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

#[test]
fn every_event_at_the_bounds_of_its_schema_is_held_by_every_read_model_and_replays_the_same() {
    on_the_hub(async |hub| {
        for (number, mut edge) in edges().into_iter().enumerate() {
            let named = format!("{edge:?}");
            let region: RegionId = format!("grenzen-{number}").parse().unwrap();
            for (service, stream, event_type, data) in history(&region, &mut edge) {
                let data = sealed(hub, &region, &event_type, data).await;
                hub.happened(service, &region, &stream, &event_type, &data).await;
            }
            hub.settle().await;
            // A reaction may refuse: these histories tell no story. A read model has nothing to refuse.
            let parked: Vec<String> = hub.parked(&region).await;
            let parked: Vec<&String> = parked.iter().filter(|it| !it.contains("\"reader\":\"reaction/")).collect();
            assert!(parked.is_empty(), "{named}:\n{parked:#?}");
            let (code, told) = replayed(hub, &region).await;
            assert_eq!(code, 0, "{named}:\n{told}");
        }
    });
}

/// Runs the program on the databases of the hub: how it ended, and what it said.
async fn replayed(hub: &Whole, region: &RegionId) -> (i32, String) {
    let mut command = Command::new(program());
    command.args(["audit", "replay", "--format", "json", region.as_str()]);
    command.env("REGIOHUB_POSTGRES_URL", std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap());
    command.env("REGIOHUB_DATABASE_PREFIX", format!("{}_", hub.databases.prefix()));
    let ended = command.output().await.unwrap();
    let told = [ended.stdout, ended.stderr].concat();
    (ended.status.code().unwrap(), String::from_utf8_lossy(&told).into_owned())
}
