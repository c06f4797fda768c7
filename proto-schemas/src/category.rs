//! What is known of the events of one aggregate wherever events are read without it.

use crate::contract::{self, Contract};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use vocabulary::Service;

/// The events of one aggregate: who writes them, into which streams, and how they read.
#[derive(Clone, Copy, Debug)]
pub struct Category {
    /// The service that writes them.
    pub service: Service,
    /// The first part of the names of its streams, such as `session`.
    pub name: &'static str,
    /// The Rust type of its events, as the compiler names it.
    pub event: fn() -> &'static str,
    /// Those of its events that add to a collection or take from one.
    pub members: &'static [Member],
    contracts: fn(Service, &'static str) -> Vec<Contract>,
    again: fn(&Value) -> serde_json::Result<Value>,
}

/// An event that adds to a collection of a thing, sets something of it again, or takes from it.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The last part of its type, such as `session-pupil-enrolled`.
    pub event: &'static str,
    /// The collection, such as `pupils`.
    pub collection: &'static str,
    /// Where its key stands in `data`: a JSON pointer.
    pub key: &'static str,
    /// Whether it takes it away.
    pub goes: bool,
}

impl Member {
    /// An event that adds to a collection, or sets something of it again.
    pub(crate) const fn set(event: &'static str, collection: &'static str, key: &'static str) -> Self {
        Self { event, collection, key, goes: false }
    }

    /// An event that takes from a collection.
    pub(crate) const fn taken(event: &'static str, collection: &'static str, key: &'static str) -> Self {
        Self { event, collection, key, goes: true }
    }
}

impl Category {
    /// The events `E` of a service, in streams whose names begin with `name`.
    pub(crate) const fn of<E: JsonSchema + Serialize + DeserializeOwned>(service: Service, name: &'static str) -> Self {
        let event = std::any::type_name::<E>;
        Self { service, name, event, members: &[], contracts: contract::of::<E>, again: again::<E> }
    }

    /// Some of them are about members of a collection.
    pub(crate) const fn collecting(self, members: &'static [Member]) -> Self {
        Self { members, ..self }
    }

    /// Its event versions, as others may rely on them.
    #[must_use]
    pub fn contracts(&self) -> Vec<Contract> {
        (self.contracts)(self.service, self.name)
    }

    /// Reads an event of this category from the CloudEvent `event`, and returns its `data` written again.
    ///
    /// # Errors
    /// When it does not read as its type says.
    pub fn read_again(&self, event: &Value) -> serde_json::Result<Value> {
        (self.again)(event)
    }
}

fn again<E: Serialize + DeserializeOwned>(event: &Value) -> serde_json::Result<Value> {
    let told = json!({ "type": event["type"], "data": event["data"] });
    // From a text, as events are read.
    let read: E = serde_json::from_str(&told.to_string())?;
    Ok(serde_json::to_value(read)?["data"].take())
}
