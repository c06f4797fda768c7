//! Requests have ranges: every number, date, text and list of a body has bounds, in the check and in the description.
//!
//! **Invariant:** only requests are bound. What was written before may be wider, and answers show it as it is.

use jsonschema::ValidationOptions;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;
use vocabulary::ranges::{MAX_BASIS_POINTS, MAX_CENTS, MAX_EXACT, MAX_MINUTES, RANGE};
use vocabulary::ranges::{is_date_in_range, is_moment_in_range};

/// Characters of a text that names no bound of its own.
const MAX_LENGTH: u64 = 2_000;
/// Items of a list that names no bound of its own.
const MAX_ITEMS: u64 = 1_000;

/// Checks formats, and dates within their range.
pub(crate) fn options<'a>() -> ValidationOptions<'a> {
    let date = |text: &str| text.len() == 10 && text.parse().is_ok_and(is_date_in_range);
    let moment = |text: &str| jsonschema_moment(text) && text.parse().is_ok_and(is_moment_in_range);
    jsonschema::options().should_validate_formats(true).with_format("date", date).with_format("date-time", moment)
}

/// RFC 3339 has a `T`; chrono reads a blank there too.
fn jsonschema_moment(text: &str) -> bool {
    text.as_bytes().get(10).is_some_and(|between| between.eq_ignore_ascii_case(&b'T'))
}

/// Gives everything in the schema of a request its bounds.
pub(crate) fn bind(schema: &mut Value) {
    match schema {
        Value::Object(all) => {
            bind_one(all);
            all.values_mut().for_each(bind);
        }
        Value::Array(all) => all.iter_mut().for_each(bind),
        _ => {}
    }
}

fn bind_one(schema: &mut Map<String, Value>) {
    if let Some([least, most]) = schema.shift_remove(RANGE).as_ref().and_then(pair) {
        within(schema, least, most);
    }
    let is = |name: &str| match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    };
    let (number, text, list) = (is("integer"), is("string"), is("array"));
    if number {
        let (least, most) = match schema.get("format").and_then(Value::as_str) {
            Some("int64") => (-MAX_EXACT, MAX_EXACT),
            Some("uint64") => (0, MAX_EXACT),
            Some("uint32") => (0, i64::from(i32::MAX)),
            _ => (i64::from(i32::MIN), i64::from(i32::MAX)),
        };
        within(schema, least, most);
    }
    let named = ["pattern", "maxLength", "format", "enum", "const"];
    if text && !named.iter().any(|name| schema.contains_key(*name)) {
        schema.insert("maxLength".into(), json!(MAX_LENGTH));
    }
    if list && !schema.contains_key("maxItems") {
        schema.insert("maxItems".into(), json!(MAX_ITEMS));
    }
}

fn pair(range: &Value) -> Option<[i64; 2]> {
    Some([range.get(0)?.as_i64()?, range.get(1)?.as_i64()?])
}

/// Narrows a range; a narrower one stays.
fn within(schema: &mut Map<String, Value>, least: i64, most: i64) {
    let bound = |name: &str, schema: &Map<String, Value>| schema.get(name).and_then(Value::as_i64);
    let least = bound("minimum", schema).map_or(least, |own| own.max(least));
    let most = bound("maximum", schema).map_or(most, |own| own.min(most));
    schema.insert("minimum".into(), json!(least));
    schema.insert("maximum".into(), json!(most));
}

/// Types whose range is described once.
const RANGES: [(&str, i64); 3] =
    [("Euros", MAX_CENTS), ("Minutes", MAX_MINUTES as i64), ("BasisPoints", MAX_BASIS_POINTS as i64)];

/// Describes the same bounds in what requests send.
pub(crate) fn describe(api: &mut OpenApi) {
    let Ok(document) = serde_json::to_value(&*api) else { return };
    let (sent, Some(components)) = (sent(&document), api.components.as_mut()) else { return };
    let Some(all) = document.pointer("/components/schemas").and_then(Value::as_object) else { return };
    // One by one: a schema that does not read back leaves the others as they are to be.
    for (name, schema) in components.schemas.iter_mut().filter(|(name, _)| sent.contains(name) && !is_ranged(name)) {
        let Some(mut described) = all.get(name).cloned() else { continue };
        inline(&mut described, all);
        match serde_json::from_value(described) {
            Ok(described) => *schema = described,
            Err(error) => tracing::error!(%error, name, "a request is described without its bounds"),
        }
    }
}

fn is_ranged(name: &str) -> bool {
    RANGES.iter().any(|(ranged, _)| *ranged == name)
}

/// The names of all schemas that some request refers to.
fn sent(document: &Value) -> Vec<String> {
    let mut names = Vec::new();
    let operations = document["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object());
    let bodies = operations.flatten().filter_map(|(_, operation)| operation.get("requestBody"));
    let mut open: Vec<&Value> = bodies.collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(all) => {
                if let Some(name) = all.get("$ref").and_then(referred)
                    && !names.iter().any(|known| known == name)
                {
                    names.push(name.to_owned());
                    open.extend(document.pointer(&format!("/components/schemas/{name}")));
                }
                open.extend(all.values());
            }
            Value::Array(all) => open.extend(all),
            _ => {}
        }
    }
    names
}

fn referred(reference: &Value) -> Option<&str> {
    reference.as_str()?.strip_prefix("#/components/schemas/")
}

/// Writes a type with a range where it is referred to, so that an answer's stays as wide as it is.
fn inline(schema: &mut Value, all: &Map<String, Value>) {
    match schema {
        Value::Object(own) => {
            let ranged = own.get("$ref").and_then(referred).and_then(|name| {
                let (_, most) = RANGES.iter().find(|(ranged, _)| *ranged == name)?;
                Some((all.get(name)?.as_object()?.clone(), *most))
            });
            if let Some((mut there, most)) = ranged {
                own.shift_remove("$ref");
                own.iter().for_each(|(key, value)| drop(there.insert(key.clone(), value.clone())));
                within(&mut there, 0, most);
                *own = there;
            }
            let years = match own.get("format").and_then(Value::as_str) {
                Some("date") => Some("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"),
                Some("date-time") => Some("^20[0-9]{2}-"),
                _ => None,
            };
            if let Some(years) = years {
                own.insert("pattern".into(), json!(years));
            }
            bind_one(own);
            // Values in examples and lists of choices are no schemas.
            let below =
                own.iter_mut().filter(|(key, _)| !["examples", "example", "default", "enum"].contains(&key.as_str()));
            below.for_each(|(_, value)| inline(value, all));
        }
        Value::Array(several) => several.iter_mut().for_each(|one| inline(one, all)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(mut schema: Value) -> Value {
        bind(&mut schema);
        schema
    }

    #[test]
    fn a_marked_number_gets_its_range_and_keeps_a_narrower_one() {
        let marked = json!({ "type": "integer", "format": "int64", "x-range": [0, 100], "maximum": 40 });
        assert_eq!(bound(marked), json!({ "type": "integer", "format": "int64", "maximum": 40, "minimum": 0 }));
    }

    #[test]
    fn every_number_text_and_list_of_a_request_has_bounds() {
        let plain = json!({ "type": "object", "properties": {
            "n": { "type": ["integer", "null"], "format": "uint32", "minimum": 0 },
            "t": { "type": "string" }, "l": { "type": "array", "items": { "type": "string", "format": "uuid" } } } });
        let bound = bound(plain);
        assert_eq!(bound.pointer("/properties/n/maximum"), Some(&json!(i32::MAX)));
        assert_eq!(bound.pointer("/properties/t/maxLength"), Some(&json!(MAX_LENGTH)));
        assert_eq!(bound.pointer("/properties/l/maxItems"), Some(&json!(MAX_ITEMS)));
        assert_eq!(bound.pointer("/properties/l/items/maxLength"), None);
    }

    #[test]
    fn a_date_of_a_request_is_of_2000_to_2099() {
        let checks = |format: &str, text: &str| {
            options().build(&json!({ "type": "string", "format": format })).unwrap().is_valid(&json!(text))
        };
        for (text, fits) in [("2000-01-01", true), ("2099-12-31", true), ("1999-12-31", false), ("2100-01-01", false)] {
            assert_eq!(checks("date", text), fits, "{text}");
            assert_eq!(checks("date-time", &format!("{text}T12:00:00Z")), fits, "{text}");
        }
        for bad in ["2026-02-30", "2026-2-3", "+2026-01-01", "2026-01-01 "] {
            assert!(!checks("date", bad), "{bad}");
        }
        assert!(!checks("date-time", "2026-01-01 12:00:00Z"));
    }
}
