//! What a figure rests on, as a tree: what it is, which event says so, what it was made of, and what is wrong with it.

use crate::trace::reading::Reader;
use event_log::{Recorded, leaf_hash};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use vocabulary::Euros;

/// Something that a figure rests on, and what that rests on in turn (herleiding).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditNode)]
pub struct Node {
    /// The kind of node in English, such as `line` or `attendance confirmed`.
    pub english: String,
    /// The kind of node in Dutch.
    pub dutch: String,
    /// The reference in the logs: a stream, or a line of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The event that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<At>,
    /// The facts that it records, as far as the figure rests on them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub says: BTreeMap<String, Value>,
    /// The amount as it is recorded, in euro cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Euros>,
    /// The amount as it is recomputed here, in euro cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recomputed: Option<Euros>,
    /// The findings about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The nodes that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub rests_on: Vec<Node>,
}

/// The place of an event in its log, and its envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditAt)]
pub struct At {
    /// The service in whose log the event is.
    pub service: String,
    /// The position of the event in the log of this region.
    pub position: i64,
    /// The stream of the event: category, slash, id.
    pub stream: String,
    /// The version of the stream that the event made, from 1.
    pub version: i32,
    /// The id of the event.
    pub id: Uuid,
    /// The full type of the event.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The moment or day on which it happened, if the event records one; otherwise the moment it was recorded.
    pub occurred: String,
    /// The moment it was recorded, in UTC.
    pub recorded: String,
    /// The pseudonym of the actor.
    pub by: Uuid,
    /// The role of the actor.
    pub role: String,
    /// The organisation that the actor acted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The person whom the actor stood in for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Uuid>,
    /// The size of the first signed checkpoint that covers the event; absent while none does, or where it was not asked
    /// for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<i64>,
    /// The leaf of the log's tree: SHA-256 of a zero byte and the event's text, in hexadecimal.
    pub leaf: String,
}

/// Something that does not hold (bevinding).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditFinding)]
pub struct Finding {
    /// The stable code, such as `amount-differs`.
    pub code: String,
    /// The finding in English.
    pub english: String,
    /// The finding in Dutch.
    pub dutch: String,
}

impl Finding {
    /// A finding in both languages.
    #[must_use]
    pub fn new(code: &str, english: impl Into<String>, dutch: impl Into<String>) -> Self {
        Self { code: code.to_owned(), english: english.into(), dutch: dutch.into() }
    }
}

impl Node {
    /// Something that no single event says.
    #[must_use]
    pub fn new(english: &str, dutch: &str) -> Self {
        Self {
            english: english.to_owned(),
            dutch: dutch.to_owned(),
            reference: None,
            event: None,
            says: BTreeMap::new(),
            amount: None,
            recomputed: None,
            findings: vec![],
            rests_on: vec![],
        }
    }

    /// What an event says.
    pub(crate) fn of(english: &str, dutch: &str, reader: &mut Reader, service: &str, event: &Recorded) -> Self {
        reader.shown(service, event);
        Self { event: Some(At::of(service, event)), ..Self::new(english, dutch) }
    }

    /// With what it is called.
    #[must_use]
    pub(crate) fn called(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// With something it says.
    #[must_use]
    pub(crate) fn says(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        if !value.is_null() {
            self.says.insert(name.to_owned(), value);
        }
        self
    }

    /// With what it rests on.
    #[must_use]
    pub(crate) fn on(mut self, nodes: impl IntoIterator<Item = Self>) -> Self {
        self.rests_on.extend(nodes);
        self
    }

    /// Finds something unless it holds.
    pub(crate) fn check(&mut self, holds: bool, code: &str, english: impl Into<String>, dutch: impl Into<String>) {
        if !holds {
            self.findings.push(Finding::new(code, english, dutch));
        }
    }

    /// Every finding in the tree.
    #[must_use]
    pub fn all_findings(&self) -> Vec<&Finding> {
        self.findings.iter().chain(self.rests_on.iter().flat_map(Self::all_findings)).collect()
    }

    /// Every node of the tree that an event says, each event once, by service and position.
    #[must_use]
    pub fn events(&self) -> BTreeMap<(String, i64), &Self> {
        let own = self.event.as_ref().map(|at| ((at.service.clone(), at.position), self));
        self.rests_on.iter().flat_map(Self::events).chain(own).collect()
    }
}

impl At {
    /// Reads the text of an event.
    #[must_use]
    pub fn of(service: &str, event: &Recorded) -> Self {
        // Whoever made the `Recorded` has read the same text before.
        let whole: Value = serde_json::from_str(&event.text).unwrap_or_default();
        let text = |name: &str| whole[name].as_str().map(ToOwned::to_owned);
        let recorded = text("time").unwrap_or_default();
        let said = ["at", "occurredOn", "signedOn", "checkedOn"].iter().find_map(|name| whole["data"][name].as_str());
        Self {
            service: service.to_owned(),
            position: event.position,
            stream: event.stream.clone(),
            version: event.version,
            id: event.id,
            event_type: event.event_type.clone(),
            occurred: said.unwrap_or(&recorded).to_owned(),
            by: event.actor.0,
            role: text("actorrole").unwrap_or_default(),
            organisation: text("actororganisation"),
            on_behalf_of: text("onbehalfof").and_then(|id| id.parse().ok()),
            checkpoint: None,
            leaf: hex::encode(leaf_hash(&event.text)),
            recorded,
        }
    }
}
