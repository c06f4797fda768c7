//! A JSON Schema per event version, made from the Rust types.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};
use vocabulary::Service;
use vocabulary::ranges::RANGE;

/// One version of one event, as others may rely on it.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The service that writes it.
    pub service: Service,
    /// The first part of its stream's name.
    pub category: &'static str,
    /// The full type, such as `nl.sterktechniekonderwijs.hotspots.session-planned.v1`.
    pub event_type: String,
    /// The JSON Schema of the whole CloudEvent.
    pub schema: Value,
}

/// The contracts of one aggregate's `Event` enum.
pub(crate) fn of<E: JsonSchema>(service: Service, category: &'static str) -> Vec<Contract> {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<E>().to_value();
    unbind(&mut schema);
    let variants = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    variants
        .into_iter()
        .filter_map(|variant| {
            let event_type = variant.pointer("/properties/type/const")?.as_str()?.to_owned();
            let description = variant.get("description").cloned().unwrap_or(Value::Null);
            let data = variant.pointer("/properties/data").cloned().unwrap_or_else(|| json!({ "type": "object" }));
            let schema = envelope(&event_type, &description, data);
            Some(Contract { service, category, event_type, schema })
        })
        .collect()
}

/// Takes the ranges of requests out: what was published of an event is never tightened.
fn unbind(schema: &mut Value) {
    match schema {
        Value::Object(all) => {
            all.shift_remove(RANGE);
            all.values_mut().for_each(unbind);
        }
        Value::Array(all) => all.iter_mut().for_each(unbind),
        _ => {}
    }
}

fn envelope(event_type: &str, description: &Value, data: Value) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event_type,
        "description": description,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "region", "position", "version", "actor", "actorrole", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": { "type": "string", "format": "uuid" },
            "source": { "type": "string", "pattern": "^urn:nld:" },
            "type": { "const": event_type },
            "subject": { "type": "string", "description": "The stream of the event: category, slash, id." },
            "time": { "type": "string", "format": "date-time", "description": "The moment the event was recorded, in UTC." },
            "datacontenttype": { "const": "application/json" },
            "region": { "type": "string" },
            "position": { "type": "integer", "minimum": 1, "description": "The position in the log of this service and region: 1, 2, 3 …, without gaps." },
            "version": { "type": "integer", "minimum": 1, "description": "The number of the event in its stream: 1, 2, 3 …, without gaps." },
            "actor": { "type": "string", "format": "uuid" },
            "actorrole": { "type": "string" },
            "actororganisation": { "type": "string" },
            "onbehalfof": { "type": "string" },
            "causationid": { "type": "string", "format": "uuid" },
            "correlationid": { "type": "string", "format": "uuid" },
            "traceparent": { "type": "string" },
            "policyversion": { "type": "integer", "minimum": 1 },
            "data": data,
        },
    })
}
