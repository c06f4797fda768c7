//! What clients were told of each command, kept apart from the hub.

use super::hub::Hub;
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};
use std::{
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// A command that leaves one event, which nothing else leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// On a stream of its own.
    Nominate { number: u32 },
    /// On the one stream of the region, as everybody's.
    Join { partner: Uuid },
    /// The same.
    Leave { partner: Uuid },
    /// With an `If-Match` that is long past: refused, whenever it is asked.
    Stale { partner: Uuid },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// 2xx, with this body.
    Receipt(Value),
    /// 412, which is a promise that nothing was written.
    Refused,
    /// 503, or no answer.
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Entry {
    /// Its `Idempotency-Key`.
    pub key: String,
    pub act: Act,
    pub told: Told,
}

#[derive(Default)]
pub struct Ledger {
    entries: Mutex<Vec<Entry>>,
    odd: Mutex<Vec<String>>,
}

impl Act {
    /// Asks for it, and says what came back. Anything but 2xx, 412 and a proper 503 is odd.
    pub async fn ask(self, hub: &Asker, key: &str, ledger: &Ledger) -> (Told, String) {
        let (method, path, body) = match self {
            Self::Nominate { number } => (Method::POST, "/companies".to_owned(), company(number)),
            Self::Join { partner } | Self::Stale { partner } => (
                Method::PUT,
                format!("/partners/others/{partner}"),
                json!({ "kind": "association", "name": "Partner" }),
            ),
            Self::Leave { partner } => (Method::DELETE, format!("/partners/others/{partner}/membership"), Value::Null),
        };
        let mut request = hub.ask(method, &path).header("idempotency-key", key);
        if !body.is_null() {
            request = request.json(&body);
        }
        if matches!(self, Self::Stale { .. }) {
            request = request.header(header::IF_MATCH, "\"1\"");
        }
        let Ok(answer) = request.send().await else { return (Told::Unknown, String::new()) };
        let position = answer.headers().get("hub-position").and_then(|it| it.to_str().ok()).unwrap_or("").to_owned();
        let told = match answer.status() {
            status if status.is_success() => answer.json().await.map_or(Told::Unknown, Told::Receipt),
            StatusCode::PRECONDITION_FAILED if matches!(self, Self::Stale { .. }) => Told::Refused,
            _ => {
                ledger.away(answer).await;
                Told::Unknown
            }
        };
        (told, position)
    }
}

/// A made-up company; only its number is its own.
pub fn company(number: u32) -> Value {
    json!({
        "name": format!("Bedrijf {number}"), "kvk": format!("{number:08}"),
        "address": { "street": "Voorbeeldweg", "number": "1", "postcode": "4207AA", "place": "Gorinchem" },
    })
}

/// What asks for the programme leader, wherever the hub has got to.
#[derive(Clone)]
pub struct Asker {
    http: reqwest::Client,
    region: String,
    token: String,
}

impl Asker {
    pub fn of(hub: &Hub) -> Self {
        let region = format!("{}/v1/regions/{}", hub.url(), super::hub::REGION);
        Self { http: hub.http.clone(), region, token: hub.leader.clone() }
    }

    pub fn ask(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.region)).bearer_auth(&self.token)
    }
}

impl Ledger {
    pub fn write(&self, entry: Entry) {
        self.entries.lock().unwrap().push(entry);
    }

    pub fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap()
    }

    pub fn done(&self) -> usize {
        self.count(|told| matches!(told, Told::Receipt(_)))
    }

    pub fn unknown(&self) -> usize {
        self.count(|told| *told == Told::Unknown)
    }

    pub fn summary(&self) -> String {
        let all = self.entries().len();
        format!("{all} commands, {} unknown", self.unknown())
    }

    fn count(&self, which: impl Fn(&Told) -> bool) -> usize {
        self.entries().iter().filter(|entry| which(&entry.told)).count()
    }

    /// Notes what should not have been answered.
    pub fn note(&self, odd: String) {
        self.odd.lock().unwrap().push(odd);
    }

    /// An answer that must be a 503 which says what to do.
    pub async fn away(&self, answer: Response) {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let header =
            |name: header::HeaderName| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("").to_owned();
        let (form, later) = (header(header::CONTENT_TYPE), header(header::RETRY_AFTER));
        let text = match answer.text().await {
            Ok(text) => text,
            Err(_) => return, // It ended in the middle: no answer.
        };
        if status != StatusCode::SERVICE_UNAVAILABLE || form != "application/problem+json" || later.is_empty() {
            self.note(format!("{status}, {form}, Retry-After {later:?}: {text}"));
        }
    }

    /// Asks again, under the same keys, until nothing is unknown. Nothing odd was answered on the way.
    pub async fn resolve(&self, hub: &Hub) {
        let (asker, began) = (Asker::of(hub), Instant::now());
        let unknown: Vec<Entry> = self.entries().iter().filter(|it| it.told == Told::Unknown).cloned().collect();
        for Entry { key, act, .. } in &unknown {
            let told = loop {
                match act.ask(&asker, key, self).await.0 {
                    Told::Unknown => {
                        assert!(began.elapsed() < Duration::from_secs(60), "stuck: {act:?}, {:?}", self.odd())
                    }
                    told => break told,
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            let mut entries = self.entries();
            entries.iter_mut().find(|it| it.key == *key).unwrap().told = told;
        }
        assert_eq!(self.odd(), Vec::<String>::new());
    }

    /// A fault that commands do not notice leaves none of them unknown.
    pub fn knows_all(&self) {
        assert_eq!((self.unknown(), self.odd()), (0, vec![]), "commands do not need what was hurt");
    }

    /// The first of what should not have been answered.
    fn odd(&self) -> Vec<String> {
        self.odd.lock().unwrap().iter().take(5).cloned().collect()
    }

    /// P8: asked again after all that, some of the first and the last commands answer the same.
    pub async fn answers_again(&self, hub: &Hub) {
        let asker = Asker::of(hub);
        let done: Vec<Entry> =
            self.entries().iter().filter(|it| matches!(it.told, Told::Receipt(_))).cloned().collect();
        for Entry { key, act, told } in done.iter().take(15).chain(done.iter().rev().take(15)) {
            assert_eq!(act.ask(&asker, key, self).await.0, *told, "{act:?}");
        }
    }
}
