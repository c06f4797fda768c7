//! What an event changed of what a thing's earlier events said, field by field.

use event_log::Recorded;
use proto_schemas::{Member, categories};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use utoipa::ToSchema;

/// A field that an event set, replaced or took away (wijziging).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TimelineChange)]
pub struct Change {
    /// The field: names and keys with a slash between them, such as `lines/3/amount`.
    pub field: String,
    /// The value before; absent when the field is new, or belongs to the event alone, such as its actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// The value from now on; absent when the field was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
}

/// Events about a member of a collection, by the last part of their type.
static MEMBERS: LazyLock<BTreeMap<&'static str, &'static Member>> =
    LazyLock::new(|| categories().flat_map(|category| category.members).map(|member| (member.event, member)).collect());

/// Fields that tell of the event and not of the thing: who, why, when, under what.
const OWN: &[&str] = &[
    "by",
    "reason",
    "at",
    "occurredOn",
    "signedOn",
    "heardOn",
    "givenOn",
    "checkedOn",
    "correction",
    "import",
    "late",
];

/// The most items of a list that are shown; of a longer one the number is told.
const ITEMS: usize = 10;

/// What the events of one stream said so far: leaves by their place.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    leaves: BTreeMap<String, Value>,
}

impl State {
    /// Takes an event in and tells what it changed; nothing when its text does not read.
    pub(super) fn changed_by(&mut self, recorded: &Recorded) -> Option<Vec<Change>> {
        let whole: Value = serde_json::from_str(&recorded.text).ok()?;
        let data = whole.get("data")?.as_object()?;
        // `nl.sterktechniekonderwijs.hotspots.session-planned.v1` ends in the name and the version.
        let name = recorded.event_type.rsplit('.').nth(1)?;
        let Some(Member { collection, key, goes, .. }) = MEMBERS.get(name) else {
            return Some(self.set("", data));
        };
        let key = match whole["data"].pointer(key)? {
            Value::String(key) => key.clone(),
            other => other.to_string(),
        };
        let at = format!("{collection}/{}", key.replace('/', "~1"));
        let mut changes = if *goes { self.take_away(&at) } else { vec![] };
        if *goes {
            let own = data.iter().filter(|(name, _)| OWN.contains(&name.as_str()));
            changes.extend(own.map(|(name, value)| Change { field: name.clone(), was: None, is: Some(shown(value)) }));
            return Some(changes);
        }
        // What the whole thing is of stands once, however many members repeat it.
        let (of_all, of_member): (Map<_, _>, Map<_, _>) =
            data.clone().into_iter().partition(|(name, _)| name == "day" || OWN.contains(&name.as_str()));
        changes.extend(self.set("", &of_all));
        if of_member.is_empty() {
            changes.extend(self.put(at, &Value::Bool(true)));
        } else {
            changes.extend(self.set(&format!("{at}/"), &of_member));
        }
        Some(changes)
    }

    fn set(&mut self, before: &str, data: &Map<String, Value>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (name, value) in data {
            let field = format!("{before}{name}");
            if before.is_empty() && OWN.contains(&name.as_str()) {
                changes.push(Change { field, was: None, is: Some(shown(value)) });
                continue;
            }
            match value {
                Value::Object(inner) if !sealed(inner) => {
                    // A whole value replaces the one before: what it no longer has is gone.
                    let now: Vec<String> = inner.keys().map(|name| format!("{field}/{name}")).collect();
                    let stays = |leaf: &str| now.iter().any(|it| leaf == it || leaf.starts_with(&format!("{it}/")));
                    let gone: Vec<String> = self.under(&field).into_iter().filter(|leaf| !stays(leaf)).collect();
                    for leaf in gone {
                        changes.extend(self.take_away(&leaf));
                    }
                    changes.extend(self.set(&format!("{field}/"), inner));
                }
                value => changes.extend(self.put(field, value)),
            }
        }
        changes
    }

    fn put(&mut self, field: String, value: &Value) -> Option<Change> {
        let was = self.leaves.insert(field.clone(), value.clone());
        if was.as_ref() == Some(value) {
            return None;
        }
        Some(Change { field, was: was.as_ref().map(shown), is: Some(shown(value)) })
    }

    fn under(&self, at: &str) -> Vec<String> {
        let below = format!("{at}/");
        self.leaves.keys().filter(|leaf| *leaf == at || leaf.starts_with(&below)).cloned().collect()
    }

    fn take_away(&mut self, at: &str) -> Vec<Change> {
        let leaves = self.under(at);
        let gone = leaves.into_iter().filter_map(|leaf| self.leaves.remove(&leaf).map(|was| (leaf, was)));
        gone.map(|(field, was)| Change { field, was: Some(shown(&was)), is: None }).collect()
    }
}

fn sealed(fields: &Map<String, Value>) -> bool {
    fields.contains_key("sealed") && fields.contains_key("person")
}

/// What is sealed is told to be sealed; of a long list the number of items is told.
fn shown(value: &Value) -> Value {
    match value {
        Value::Object(fields) if sealed(fields) => {
            json!({ "sealed": true, "person": fields["person"], "purpose": fields.get("purpose") })
        }
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shown(value))).collect(),
        Value::Array(items) if items.len() > ITEMS => json!({ "items": items.len() }),
        Value::Array(items) => items.iter().map(shown).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto-schemas/examples");

    fn example(name: &str) -> Value {
        let path = std::fs::read_dir(ROOT).unwrap().map(|entry| entry.unwrap().path());
        let path = path.into_iter().find(|path| path.to_str().unwrap().contains(&format!(".{name}.v1."))).unwrap();
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn told(state: &mut State, whole: &Value) -> Vec<(String, Value, Value)> {
        let changes = state.changed_by(&Recorded::parse(whole.to_string()).unwrap()).unwrap();
        changes.into_iter().map(|it| (it.field, it.was.unwrap_or_default(), it.is.unwrap_or_default())).collect()
    }

    #[test]
    fn every_kind_of_event_lists_its_changes() {
        for entry in std::fs::read_dir(ROOT).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let recorded = Recorded::parse(text).unwrap();
            let (mut once, mut twice) = (State::default(), State::default());
            let first = once.changed_by(&recorded).unwrap();
            twice.changed_by(&recorded).unwrap();
            let again = twice.changed_by(&recorded).unwrap();
            assert!(again.len() <= first.len(), "{}", recorded.event_type);
            let own = |change: &Change| OWN.contains(&change.field.as_str());
            assert!(again.iter().all(own), "the same again changes nothing: {again:?}");
        }
    }

    #[test]
    fn a_whole_value_shows_the_fields_that_differ_from_the_version_before() {
        let mut policy = example("policy-adopted");
        let mut state = State::default();
        policy["data"]["policy"]["supervisorRate"] = json!(4000);
        told(&mut state, &policy);
        policy["data"]["version"] = json!(2);
        policy["data"]["policy"]["supervisorRate"] = json!(4500);
        let changes = told(&mut state, &policy);
        assert_eq!(
            changes,
            [("version".into(), json!(1), json!(2)), ("policy/supervisorRate".into(), json!(4000), json!(4500))]
        );
        policy["data"]["policy"].as_object_mut().unwrap().remove("supervisorRate");
        assert_eq!(told(&mut state, &policy), [("policy/supervisorRate".into(), json!(4500), Value::Null)]);
    }

    #[test]
    fn an_enrolment_replaces_nobody_and_a_withdrawal_removes_one() {
        let (mut enrolled, mut withdrawn) = (example("session-pupil-enrolled"), example("session-pupil-withdrawn"));
        let mut state = State::default();
        told(&mut state, &enrolled);
        let other = "01990000-0004-7000-8000-000000000002";
        enrolled["data"]["pupil"] = json!(other);
        assert!(told(&mut state, &enrolled).iter().all(|(field, was, _)| field.contains(other) && was.is_null()));
        withdrawn["data"]["pupil"] = json!(other);
        let gone = told(&mut state, &withdrawn);
        assert!(
            !gone.is_empty() && gone.iter().all(|(field, _, is)| field.contains(other) && is.is_null()),
            "{gone:?}"
        );
    }

    #[test]
    fn a_sealed_field_stays_sealed() {
        let (mut registered, mut state) = (example("pupil-registered"), State::default());
        let ciphertext = registered["data"]["name"]["sealed"].as_str().unwrap().to_owned();
        let first = format!("{:?}", told(&mut state, &registered));
        assert!(first.contains("sealed") && !first.contains(&ciphertext));
        registered["data"]["name"]["sealed"] = json!("another");
        let again = told(&mut state, &registered);
        assert_eq!(again.len(), 1);
        assert_eq!((again[0].0.as_str(), &again[0].1), ("name", &again[0].2), "that it changed, and nothing more");
    }
}
