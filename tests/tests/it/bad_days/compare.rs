//! Ledger, log, read models and streams, held against each other.

use super::{
    hub::{Hub, REGION, eventually},
    ledger::{Act, Asker, Ledger, Told},
};
use async_nats::jetstream::{self, consumer::pull::OrderedConfig};
use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// Everything that must hold after any fault; how long the stream took to be whole again.
pub async fn agree(hub: &Hub, ledger: &Ledger) -> Duration {
    let texts = log(hub, "consortium").await;
    let events: Vec<Value> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    is_without_gaps(&events);
    has_each_once(&events, ledger);
    let head = events.len() as u64;
    assert_eq!(heads(hub, "consortium").await, [(REGION.to_owned(), head)]);
    shows_the_same(hub, ledger, head).await;
    let caught_up = streams_hold(hub, &texts).await;
    assert_eq!(parked(hub).await, Vec::<Value>::new());
    caught_up
}

/// The texts of a service's log.
pub async fn log(hub: &Hub, service: &str) -> Vec<String> {
    let answer = hub.inside(&format!("/services/{service}/log/{REGION}?after=0")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.text().await.unwrap().lines().map(str::to_owned).collect()
}

/// Where a service's logs end.
pub async fn heads(hub: &Hub, service: &str) -> Vec<(String, u64)> {
    let answer = hub.inside(&format!("/services/{service}/log")).send().await.unwrap();
    let heads: Vec<Value> = answer.json().await.unwrap();
    heads.iter().map(|head| (head["region"].as_str().unwrap().to_owned(), head["position"].as_u64().unwrap())).collect()
}

/// What is parked anywhere in the hub.
pub async fn parked(hub: &Hub) -> Vec<Value> {
    let mut all = Vec::new();
    let services = regiohub::services::deciding();
    for service in services.iter().map(chassis::Service::name).chain(["gateway"]) {
        let mut answer = hub.inside(&format!("/services/{service}/parked/{REGION}")).send().await.unwrap();
        // Each connection of before a restart of PostgreSQL is noticed by the one who uses it first.
        for _ in 0..20 {
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                break;
            }
            answer = hub.inside(&format!("/services/{service}/parked/{REGION}")).send().await.unwrap();
        }
        all.extend(answer.json::<Vec<Value>>().await.unwrap());
    }
    all
}

fn is_without_gaps(events: &[Value]) {
    let (mut versions, mut ids) = (HashMap::<&str, u64>::new(), BTreeSet::new());
    for (event, position) in events.iter().zip(1_u64..) {
        assert_eq!(event["position"], position);
        let version = versions.entry(event["subject"].as_str().unwrap()).or_default();
        *version += 1;
        assert_eq!(event["version"], *version, "{event}");
        assert!(ids.insert(event["id"].as_str().unwrap()), "{event} is there twice");
    }
}

/// Acknowledged and lost = 0, refused and done = 0, done twice = 0.
fn has_each_once(events: &[Value], ledger: &Ledger) {
    let mut effects: HashMap<(&str, &str), Vec<&Value>> = HashMap::new();
    for event in events {
        let (kind, data) = (event["type"].as_str().unwrap(), &event["data"]);
        let what = match kind.rsplit('.').nth(1) {
            Some("company-nominated") => ("nominated", &data["kvk"]),
            Some("other-partner-joined") => ("joined", &data["partner"]),
            Some("partner-left") => ("left", &data["partner"]["other"]),
            _ => continue,
        };
        effects.entry((what.0, what.1.as_str().unwrap())).or_default().push(event);
    }
    let mut known = 0;
    for entry in ledger.entries().iter() {
        let (kind, id) = match entry.act {
            Act::Nominate { number } => ("nominated", format!("{number:08}")),
            Act::Join { partner } | Act::Stale { partner } => ("joined", partner.to_string()),
            Act::Leave { partner } => ("left", partner.to_string()),
        };
        let found = effects.get(&(kind, id.as_str())).map_or(&[][..], Vec::as_slice);
        match &entry.told {
            Told::Receipt(answer) => {
                assert_eq!(found.len(), 1, "{entry:?} was acknowledged: {found:?}");
                assert_eq!((&found[0]["position"], &found[0]["version"]), (&answer["position"], &answer["version"]));
                known += 1;
            }
            Told::Refused => assert!(found.is_empty(), "{entry:?} was refused: {found:?}"),
            Told::Unknown => panic!("{entry:?} was not asked again"),
        }
    }
    assert_eq!(effects.len(), known, "nobody asked for the others");
}

async fn shows_the_same(hub: &Hub, ledger: &Ledger, head: u64) {
    let (mut companies, mut partners) = (BTreeSet::new(), BTreeSet::new());
    let entries = ledger.entries().clone();
    for entry in entries.iter().filter(|entry| matches!(entry.told, Told::Receipt(_))) {
        match entry.act {
            Act::Nominate { number } => drop(companies.insert(format!("{number:08}"))),
            Act::Join { partner } => drop(partners.insert(partner.to_string())),
            Act::Leave { .. } | Act::Stale { .. } => {}
        }
    }
    for entry in entries.iter().filter(|entry| matches!(entry.told, Told::Receipt(_))) {
        if let Act::Leave { partner } = entry.act {
            partners.remove(&partner.to_string());
        }
    }
    let region = query(hub, "", head).await;
    let others = region["partners"].as_array().unwrap().iter().filter(|it| it["kind"] == "other");
    let shown: Vec<String> = others.map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(shown.len(), partners.len());
    assert_eq!(BTreeSet::from_iter(shown), partners);
    let shown = listed(hub, head).await;
    assert_eq!(shown.len(), companies.len());
    assert_eq!(BTreeSet::from_iter(shown), companies);
}

/// The numbers of all companies, page by page.
pub async fn listed(hub: &Hub, head: u64) -> Vec<String> {
    let (mut shown, mut after) = (Vec::new(), String::new());
    for _ in 0..200 {
        let page = query(hub, &format!("/companies?limit=200{after}"), head).await;
        let items = page["items"].as_array().unwrap().iter();
        shown.extend(items.map(|it| it["kvk"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return shown,
        }
    }
    panic!("pages without end");
}

/// Asks until the read models are there, for at most half a minute.
pub async fn query(hub: &Hub, path: &str, position: u64) -> Value {
    let asker = Asker::of(hub);
    for _ in 0..60 {
        let asked = asker.ask(Method::GET, path).header("hub-min-position", format!("consortium={position}"));
        let answer = asked.send().await.unwrap();
        if answer.status() == StatusCode::OK {
            return answer.json().await.unwrap();
        }
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text().await.unwrap());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the read models do not reach {position}");
}

/// The same bytes under the same numbers.
async fn streams_hold(hub: &Hub, texts: &[String]) -> Duration {
    let nats = jetstream::new(hub.nats("consortium").await);
    let name = format!("consortium_{REGION}");
    let last = texts.len() as u64;
    let caught_up = eventually("sequence = position", Duration::from_secs(30), async || {
        let Ok(stream) = nats.get_stream(&name).await else { return false };
        let state = &stream.cached_info().state;
        (state.first_sequence, state.last_sequence, state.messages) == (1, last, last)
    });
    let caught_up = caught_up.await;
    let stream = nats.get_stream_no_info(&name).await.unwrap();
    let mut messages = stream.create_consumer(OrderedConfig::default()).await.unwrap().messages().await.unwrap();
    for (text, position) in texts.iter().zip(1_u64..) {
        let message = tokio::time::timeout(Duration::from_secs(10), messages.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(message.info().unwrap().stream_sequence, position);
        assert_eq!(message.payload, text.as_bytes());
    }
    caught_up
}
