//! What a decision may accept every reader can hold: each event type at the bounds of its published schema.

pub mod made;

use crate::golden::{first_seen, fold};
use crate::reading::read_again;
use made::{Dice, Edge, make};
use proto_schemas::{Contract, contracts};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
