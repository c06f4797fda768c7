//! An event is validated against the published schema of its type before anything is written.
//!
//! **Invariant:** pure, and no text repeats a value: it may be what a person wrote.

use crate::{Error, Nonconforming, Unreadable};
use decider::Event;
use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// The schema of the data of each type of event.
type Schemas = HashMap<String, Validator>;

/// Checks the data of an event. `data` is the very text that is written.
pub(crate) fn conforms<E: Event>(event_type: &str, data: &str) -> Result<(), Error> {
    let schemas = schemas::<E>(variants);
    check(schemas.as_ref().and_then(|schemas| schemas.get(event_type)), event_type, data)
}

/// The same for data whose type has the schema of `T`.
pub(crate) fn conforms_as<T: JsonSchema + 'static>(event_type: &str, data: &str) -> Result<(), Error> {
    let schemas = schemas::<T>(whole);
    check(schemas.as_ref().and_then(|schemas| schemas.get(WHOLE)), event_type, data)
}

fn check(schema: Option<&Validator>, event_type: &str, data: &str) -> Result<(), Error> {
    let nonconforming = |at: String| Err(Nonconforming { event_type: event_type.to_owned(), at }.into());
    let Some(schema) = schema else { return nonconforming(String::new()) };
    let value: Value = serde_json::from_str(data).map_err(Unreadable)?;
    // PostgreSQL holds no zero character in a text, whatever a schema says of it.
    if data.contains("\\u0000") && has_zero(&value) {
        return nonconforming(String::new());
    }
    // Most events conform, and whether one does costs less than where it does not.
    if schema.is_valid(&value) {
        return Ok(());
    }
    let at = schema.iter_errors(&value).next().map(|error| error.instance_path().to_string());
    nonconforming(at.unwrap_or_default())
}

fn has_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(all) => all.iter().any(has_zero),
        Value::Object(all) => all.iter().any(|(name, below)| name.contains('\0') || has_zero(below)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Compiled once for each type of Rust: compiling takes a thousand times as long as using. None when one is no schema.
fn schemas<T: JsonSchema + 'static>(compile: fn(&Value) -> Option<Schemas>) -> Option<Arc<Schemas>> {
    static COMPILED: LazyLock<RwLock<HashMap<TypeId, Option<Arc<Schemas>>>>> = LazyLock::new(RwLock::default);
    let compiled = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
    compiled.unwrap_or_else(|| {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let schema = settings.into_generator().into_root_schema_for::<T>().to_value();
        let compiled = compile(&schema).map(Arc::new);
        COMPILED.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), compiled.clone());
        compiled
    })
}

/// As `proto-schemas` publishes them: a variant of the enum is an event.
fn variants(schema: &Value) -> Option<Schemas> {
    let variants = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let compiled = variants.map(|variant| {
        let event_type = variant.pointer("/properties/type/const")?.as_str()?;
        let data = variant.pointer("/properties/data").unwrap_or(&Value::Bool(true));
        Some((event_type.to_owned(), compile(event_type, data)?))
    });
    compiled.collect()
}

/// The schema of a type that is no enum of events stands under no event's name.
const WHOLE: &str = "";

fn whole(schema: &Value) -> Option<Schemas> {
    Some(HashMap::from([(WHOLE.to_owned(), compile(WHOLE, schema)?)]))
}

fn compile(event_type: &str, schema: &Value) -> Option<Validator> {
    let validator = jsonschema::options().should_validate_formats(true).build(schema);
    validator.inspect_err(|error| tracing::error!(%error, event_type, "a schema cannot be used")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewEvent;
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "type", content = "data")]
    enum Event {
        #[serde(rename = "nl.test.moved.v1")]
        Moved {
            #[schemars(length(min = 1, max = 20))]
            number: String,
        },
        #[serde(rename = "nl.test.gone.v1")]
        Gone {},
    }

    fn moved(number: &str) -> Result<NewEvent, Error> {
        NewEvent::of(&Event::Moved { number: number.to_owned() })
    }

    #[test]
    fn an_event_at_the_bounds_of_its_schema_is_taken() {
        for number in ["1", &"é".repeat(20)] {
            assert!(moved(number).is_ok());
        }
        assert!(NewEvent::of(&Event::Gone {}).is_ok());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "what it is for")]
    fn an_event_of_an_unlisted_type_is_validated_against_its_data_schema() {
        #[derive(Serialize, JsonSchema)]
        struct Put {
            #[schemars(range(min = 2))]
            epoch: u32,
        }
        let put = |epoch| NewEvent::of_type("nl.test.put.v1".to_owned(), &Put { epoch });
        assert_eq!(put(2).unwrap().data(), r#"{"epoch":2}"#);
        let Err(Error::Nonconforming(refused)) = put(1) else { panic!("1 was taken") };
        assert_eq!((refused.event_type.as_str(), refused.at.as_str()), ("nl.test.put.v1", "/epoch"));
    }

    #[test]
    fn a_text_with_a_zero_character_is_refused() {
        assert!(matches!(moved("1\0"), Err(Error::Nonconforming(_))));
        assert!(moved(r"1\u0000").is_ok());
    }

    #[test]
    fn an_event_just_beyond_its_schema_is_named_by_place_and_not_by_value() {
        for number in ["", &"x".repeat(21)] {
            let Err(Error::Nonconforming(refused)) = moved(number) else { panic!("{number:?} was taken") };
            assert_eq!((refused.event_type.as_str(), refused.at.as_str()), ("nl.test.moved.v1", "/number"));
            assert!(!refused.to_string().contains("xxx"));
        }
    }
}
