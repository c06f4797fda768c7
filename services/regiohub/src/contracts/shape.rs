//! The shape of an event: what stands where in it, without the words around it.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Each place of a JSON Schema, such as `data.dates[]`, and what may stand there.
pub(super) type Shape = BTreeMap<String, Place>;

/// What may stand in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub need: Need,
    /// Its type with what narrows it, such as `string format="date"`.
    pub kind: String,
}

/// Whether something stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Always.
    Required,
    /// Perhaps.
    Optional,
    /// It is one of several: a value, or a variant.
    Choice,
}

/// Says nothing about what may stand in a place.
const WORDS: [&str; 7] = ["$schema", "$comment", "title", "description", "examples", "default", "deprecated"];
/// Places of their own below it.
const BELOW: [&str; 9] = ["type", "properties", "required", "items", "prefixItems", "oneOf", "anyOf", "const", "enum"];

/// The shape of a schema without references, whose top is called `name`.
pub(super) fn shape(name: &str, schema: &Value) -> Shape {
    let mut shape = Shape::new();
    add(&mut shape, name.to_owned(), Need::Required, schema);
    shape
}

fn add(shape: &mut Shape, path: String, need: Need, schema: &Value) {
    let nothing = Map::new();
    let schema = schema.as_object().unwrap_or(&nothing);
    let variants = ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)?.as_array());
    let (nulls, variants): (Vec<&Value>, Vec<&Value>) =
        variants.into_iter().flatten().partition(|variant| variant["type"] == "null");
    if let ([only], false) = (variants.as_slice(), nulls.is_empty()) {
        add(shape, path.clone(), need, only);
        shape.entry(path).and_modify(|place| place.kind = format!("null or {}", place.kind));
        return;
    }
    let null = if nulls.is_empty() { "" } else { "null or " };
    shape.insert(path.clone(), Place { need, kind: format!("{null}{}", kind(schema, !variants.is_empty())) });

    let required = |name: &str| {
        schema.get("required").is_some_and(|all| all.as_array().is_some_and(|all| all.iter().any(|it| it == name)))
    };
    for (name, below) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let need = if required(name) { Need::Required } else { Need::Optional };
        add(shape, format!("{path}.{name}"), need, below);
    }
    if let Some(below) = schema.get("items") {
        add(shape, format!("{path}[]"), Need::Required, below);
    }
    for (at, below) in schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten().enumerate() {
        add(shape, format!("{path}[{at}]"), Need::Required, below);
    }
    // A list of values, and the same with a word on each, are the same.
    let (named_values, variants): (Vec<&Value>, Vec<&Value>) =
        variants.into_iter().partition(|variant| variant.as_object().is_some_and(|it| values(it).next().is_some()));
    let values = named_values.into_iter().filter_map(Value::as_object).flat_map(values).chain(values(schema));
    for value in values {
        shape.insert(format!("{path}={value}"), Place { need: Need::Choice, kind: "value".into() });
    }
    for (at, variant) in variants.into_iter().enumerate() {
        add(shape, format!("{path}<{}>", named(variant, at)), Need::Choice, variant);
    }
}

/// The values that a schema lists. Whether it may be null is told with its type.
fn values(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    listed.chain(schema.get("const")).filter(|value| !value.is_null())
}

/// The type, and everything that narrows it.
fn kind(schema: &Map<String, Value>, one_of: bool) -> String {
    let types = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
        Some(Value::String(one)) => vec![one.as_str()],
        _ if one_of || schema.contains_key("const") => vec!["string"],
        _ => vec!["anything"],
    };
    let mut types = types;
    // `null` first, however the type is written down.
    types.sort_by_key(|it| (*it != "null", *it));
    let narrowed = schema.iter().filter(|(key, _)| !WORDS.contains(&key.as_str()) && !BELOW.contains(&key.as_str()));
    let mut narrowed: Vec<String> = narrowed.map(|(key, value)| format!(" {key}={value}")).collect();
    narrowed.sort();
    types.join(" or ") + &narrowed.concat()
}

/// What a variant is called: by its tag, by its only field, or by its place.
fn named(variant: &Value, at: usize) -> String {
    let properties = variant["properties"].as_object();
    let tag = properties.and_then(|all| all.iter().find_map(|(key, it)| Some(format!("{key}={}", it.get("const")?))));
    let only = || variant["required"].as_array().and_then(|all| Some(all.first()?.as_str()?.to_owned()));
    tag.or_else(only).unwrap_or_else(|| at.to_string())
}
