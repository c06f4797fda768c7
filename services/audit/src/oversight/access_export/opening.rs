//! Opens what is sealed in an event, as far as it is one person's.

use super::registry::registered;
use super::{Because, Entry, Error, Summary};
use event_log::Recorded;
use serde_json::Value;
use vault::Vault;
use vocabulary::{PersonId, RegionId, Sealed};

/// Opens with the keys of one person.
pub(super) struct Opening<'a> {
    pub vault: &'a Vault,
    pub region: &'a RegionId,
    pub person: PersonId,
}

/// Something sealed: where it stands in the value, where in the schema, and what it is.
struct Place {
    pointer: String,
    path: String,
    sealed: Sealed,
}

impl Opening<'_> {
    /// An event with its sealed fields opened.
    pub async fn entry(
        &self,
        service: &str,
        event: &Recorded,
        because: Vec<Because>,
        summary: &mut Summary,
    ) -> Result<Entry, Error> {
        let unreadable = || Error::Unreadable { service: service.to_owned(), position: event.position };
        let mut whole: Value = serde_json::from_str(&event.text).map_err(|_| unreadable())?;
        let mut data = whole["data"].take();
        let mut places = Vec::new();
        find(&data, "", "", &mut places);
        let mut opened = Vec::new();
        for place in places {
            let listed = registered(&event.event_type, &place.path)
                .ok_or_else(|| Error::Unlisted { event_type: event.event_type.clone(), path: place.path.clone() })?;
            let plain = if place.sealed.person == self.person {
                let field = format!("{}#{}", event.event_type, listed.opened_as);
                let plain = self.vault.open(self.region, &field, &place.sealed).await;
                let plain = plain.map_err(|error| Error::Vault {
                    service: service.to_owned(),
                    position: event.position,
                    error,
                })?;
                match &plain {
                    Some(_) => summary.opened += 1,
                    None => summary.forgotten += 1,
                }
                opened.push(place.path);
                plain
            } else {
                None
            };
            if let Some(sealed) = data.pointer_mut(&place.pointer) {
                *sealed = plain.map_or(Value::Null, readable);
            }
        }
        Ok(Entry {
            service: service.to_owned(),
            position: event.position,
            event_type: event.event_type.clone(),
            subject: event.stream.clone(),
            recorded_at: event.recorded_at,
            because,
            data,
            opened,
        })
    }
}

/// A name is JSON; everything else is text.
fn readable(plain: String) -> Value {
    match serde_json::from_str(&plain) {
        Ok(object @ Value::Object(_)) => object,
        _ => Value::String(plain),
    }
}

fn find(value: &Value, pointer: &str, path: &str, places: &mut Vec<Place>) {
    match value {
        Value::Object(fields) => {
            if let Ok(sealed) = serde_json::from_value::<Sealed>(value.clone()) {
                places.push(Place { pointer: pointer.to_owned(), path: path.to_owned(), sealed });
                return;
            }
            for (name, inner) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let escaped = name.replace('~', "~0").replace('/', "~1");
                find(inner, &format!("{pointer}/{escaped}"), &path, places);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                find(inner, &format!("{pointer}/{at}"), &format!("{path}[]"), places);
            }
        }
        _ => {}
    }
}
