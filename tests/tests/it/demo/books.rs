//! The books of the region, kept anew from the texts of the logs: nothing here uses the hub's own arithmetic.

use super::stage::{Stage, services};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every event of the region.
pub struct Books {
    texts: BTreeMap<&'static str, Vec<String>>,
    events: BTreeMap<&'static str, Vec<Value>>,
}

/// What they add up to, in cents.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    pub realised: i64,
    pub signed: i64,
    pub verified: i64,
}

/// A day or a contribution: what it is worth, and how far it got.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    cents: i64,
    signed: bool,
    verified: bool,
}

/// Half a cent or more goes up; nothing here is negative.
fn rounded(numerator: i64, denominator: i64) -> i64 {
    (numerator * 2 + denominator) / (denominator * 2)
}

impl Books {
    pub async fn read(stage: &Stage) -> Self {
        let (mut texts, mut events) = (BTreeMap::new(), BTreeMap::new());
        for service in services() {
            let log = stage.log(service).await;
            events.insert(service, log.iter().map(|text| serde_json::from_str(text).unwrap()).collect());
            texts.insert(service, log);
        }
        Self { texts, events }
    }

    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.texts.values().flatten()
    }

    /// The text at a position of a service's log.
    pub fn text_at(&self, service: &str, position: u64) -> &str {
        &self.texts[service][usize::try_from(position).unwrap() - 1]
    }

    /// The event at a position of a service's log.
    pub fn at(&self, service: &str, position: u64) -> &Value {
        let event = &self.events[service][usize::try_from(position).unwrap() - 1];
        assert_eq!(event["position"], position);
        event
    }

    /// The events of a kind: its service, and the end of its type without the version.
    fn of<'a>(&'a self, service: &str, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        let kind = format!(".{kind}.v1");
        self.events[service].iter().filter(move |event| event["type"].as_str().unwrap().ends_with(&kind))
    }

    /// What one hour costs, and which share of a pupil's hour counts, as the region's one policy has it.
    fn terms(&self) -> (i64, i64) {
        let policy = &self.of("consortium", "policy-adopted").next().unwrap()["data"]["policy"];
        (policy["supervisorRate"].as_i64().unwrap(), policy["forfaitShare"].as_i64().unwrap())
    }

    /// Minutes that were confirmed, corrections in place of what they correct: by attendance day, with its session.
    fn confirmed(&self) -> BTreeMap<&str, (&str, i64)> {
        let mut days = BTreeMap::new();
        let counts = ["attendance-day-confirmed.v1", "attendance-day-corrected.v1"];
        for event in &self.events["hotspots"] {
            if counts.iter().any(|kind| event["type"].as_str().unwrap().ends_with(kind)) {
                let data = &event["data"];
                let counted = (data["session"].as_str().unwrap(), data["minutes"].as_i64().unwrap());
                days.insert(event["subject"].as_str().unwrap(), counted);
            }
        }
        days
    }

    pub fn sums(&self) -> Sums {
        let (rate, share) = self.terms();
        let mut entries: BTreeMap<&str, Entry> = BTreeMap::new();
        let mut day_of = BTreeMap::new();
        let mut by_supervisor = BTreeSet::new();
        for event in self.of("co-financing", "contribution-day-method-chosen") {
            let (day, session) =
                (event["subject"].as_str().unwrap(), event["data"]["day"]["session"].as_str().unwrap());
            day_of.insert(session, day);
            if event["data"]["method"] == "actual" {
                by_supervisor.insert(session);
            }
        }
        for (session, minutes) in self.confirmed().values() {
            if !by_supervisor.contains(session) {
                entries.entry(day_of[session]).or_default().cents += rounded(minutes * share * rate, 60 * 10_000);
            }
        }
        for event in self.of("co-financing", "contribution-day-supervisor-accrued") {
            let minutes = event["data"]["minutes"].as_i64().unwrap();
            entries.entry(event["subject"].as_str().unwrap()).or_default().cents += rounded(minutes * rate, 60);
        }
        for event in self.of("co-financing", "contribution-recorded") {
            let what = &event["data"]["what"];
            let cents = match what["minutes"].as_i64() {
                Some(minutes) => rounded(minutes * rate, 60),
                None => event["data"]["amount"].as_i64().unwrap(),
            };
            entries.entry(event["subject"].as_str().unwrap()).or_default().cents += cents;
        }
        for event in &self.events["co-financing"] {
            let Some(entry) = entries.get_mut(event["subject"].as_str().unwrap()) else { continue };
            let kind = event["type"].as_str().unwrap().rsplit('.').nth(1).unwrap();
            match kind.trim_start_matches("contribution-").trim_start_matches("day-") {
                "signed" => entry.signed = true,
                "verified" => entry.verified = true,
                "signature-voided" | "rejected" => (entry.signed, entry.verified) = (false, false),
                _ => {}
            }
        }
        let sum = |counts: fn(&&Entry) -> bool| entries.values().filter(counts).map(|entry| entry.cents).sum();
        Sums { realised: sum(|_| true), signed: sum(|it| it.signed), verified: sum(|it| it.verified) }
    }
}
