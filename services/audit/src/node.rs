//! What a figure rests on, as a tree: what it is, which event says so, what it was made of, and what is wrong with it.

use crate::reading::Reader;
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
    /// What it is, such as `line` or `attendance confirmed`.
    pub english: String,
    /// The same in Dutch.
    pub dutch: String,
    /// What it is called in the logs: a stream, or a line of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The event that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<At>,
    /// What it says, as far as the figure rests on it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub says: BTreeMap<String, Value>,
    /// In euro cents, as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Euros>,
    /// In euro cents, as recomputed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recomputed: Option<Euros>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub rests_on: Vec<Node>,
}

/// Where an event stands, and what is around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditAt)]
pub struct At {
    /// In the log of which service.
    pub service: String,
    /// At which position of this region's log.
    pub position: i64,
    /// Of which thing.
    pub stream: String,
    /// As which of its events, from 1.
    pub version: i32,
    /// Its own id.
    pub id: Uuid,
    /// What kind of event.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When it happened, as far as the event says; else when it was recorded.
    pub occurred: String,
    /// When it was recorded.
    pub recorded: String,
    /// Who: a pseudonym.
    pub by: Uuid,
    /// In which role.
    pub role: String,
    /// For which organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// In whose stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Uuid>,
    /// How many events the first signed checkpoint is over that covers it; absent while none does, and where it was not asked.
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
    /// Stable, such as `amount-differs`.
    pub code: String,
    /// What does not hold.
    pub english: String,
    /// The same in Dutch.
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
