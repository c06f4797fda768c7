//! Does an event concern a person?

use super::Because;
use event_log::Recorded;
use proto_schemas::consortium::grant::Event;
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;
use vocabulary::{PersonId, Role};

/// What makes an event concern them.
pub(super) struct Concerns {
    /// The person's id as it is written.
    id: String,
    /// The pseudonyms under which they act themselves.
    actors: HashSet<Uuid>,
}

impl Concerns {
    pub fn of(person: PersonId) -> Self {
        Self { id: person.to_string(), actors: HashSet::new() }
    }

    /// A pupil acts under the identity that was granted to be that pupil. A parent's is the parent's own.
    pub fn learn(&mut self, events: &[Recorded]) {
        for event in events.iter().filter(|event| event.category() == "grant" && event.text.contains(&self.id)) {
            if let Ok(Event::Granted { actor, role: Role::Pupil, person: Some(person), .. }) = event.event::<Event>()
                && person.to_string() == self.id
            {
                self.actors.insert(actor.0);
            }
        }
    }

    /// Why it concerns them; empty when it does not.
    pub fn because(&self, event: &Recorded) -> Vec<Because> {
        let mut because = Vec::new();
        if event.stream.split_once('/').is_some_and(|(_, id)| id == self.id) {
            because.push(Because::Subject);
        }
        if event.text.contains(&self.id)
            && let Ok(whole) = serde_json::from_str::<Value>(&event.text)
            && names(&whole["data"], &self.id)
        {
            because.push(Because::Named);
        }
        let stead = || event.envelope().ok().and_then(|envelope| envelope.on_behalf_of);
        if !self.actors.is_empty()
            && (self.actors.contains(&event.actor.0) || stead().is_some_and(|stead| self.actors.contains(&stead)))
        {
            because.push(Because::Actor);
        }
        because
    }
}

/// Whether an id stands anywhere below a value, as a value or as a key.
fn names(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::Array(items) => items.iter().any(|item| names(item, id)),
        Value::Object(fields) => fields.iter().any(|(name, inner)| name == id || names(inner, id)),
        _ => false,
    }
}
