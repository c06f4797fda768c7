//! Makes values from a JSON Schema at its bounds: the keywords that the hub's own schemas use, and no others.

use serde_json::{Map, Number, Value, json};
use uuid::Uuid;

/// Numbers that come again from the same seed.
#[derive(Clone, Copy, Debug)]
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // SplitMix64: good enough to choose with, and the same everywhere.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Which of the values that a schema allows.
#[derive(Clone, Copy, Debug)]
pub enum Edge {
    /// The smallest, the shortest, nothing that may be absent.
    Least,
    /// The largest, the longest, all that may be there.
    Most,
    /// At each place one of both, or another choice, by a seed.
    Anywhere(Dice),
}

impl Edge {
    /// Whether it is the most here.
    fn is_most(&mut self) -> bool {
        match self {
            Self::Least => false,
            Self::Most => true,
            Self::Anywhere(dice) => dice.next() % 2 == 0,
        }
    }

    /// One of so many.
    fn of(&mut self, count: usize) -> usize {
        match self {
            Self::Least => 0,
            Self::Most => count - 1,
            Self::Anywhere(dice) => usize::try_from(dice.next() % count as u64).unwrap(),
        }
    }
}

/// A value that the schema allows.
///
/// # Panics
/// When the schema has a form that this does not know.
pub fn make(schema: &Value, edge: &mut Edge) -> Value {
    if let Some(only) = schema.get("const") {
        return only.clone();
    }
    for forms in ["oneOf", "anyOf"] {
        if let Some(forms) = schema.get(forms).and_then(Value::as_array) {
            return make(&forms[edge.of(forms.len())], edge);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) if !edge.is_most() && kinds.contains(&json!("null")) => "null",
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap(),
        one => one.as_str().unwrap_or_else(|| panic!("no type: {schema}")),
    };
    match kind {
        "null" => Value::Null,
        "boolean" => json!(edge.is_most()),
        "integer" => integer(schema, edge.is_most()),
        "string" => json!(text(schema, edge)),
        "array" => {
            let most = schema["maxItems"].as_u64().unwrap_or(3).min(50);
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let count = if edge.is_most() { most } else { least };
            (0..count).map(|_| make(&schema["items"], edge)).collect()
        }
        "object" => object(schema, edge),
        other => panic!("unknown type {other}"),
    }
}

fn object(schema: &Value, edge: &mut Edge) -> Value {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut made = Map::new();
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        if required.contains(&json!(name)) || edge.is_most() {
            made.insert(name.clone(), make(below, edge));
        }
    }
    if let (Some(below), true) = (schema.get("additionalProperties").filter(|it| it.is_object()), edge.is_most()) {
        for name in ["consortium", "hotspots"] {
            made.insert(name.to_owned(), make(below, edge));
        }
    }
    Value::Object(made)
}

fn integer(schema: &Value, most: bool) -> Value {
    let (narrow, wide): (i128, i128) = match schema["format"].as_str() {
        Some("uint8") => (0, u8::MAX.into()),
        Some("uint16") => (0, u16::MAX.into()),
        Some("uint32") => (0, u32::MAX.into()),
        Some("uint64") => (0, u64::MAX.into()),
        Some("int64") => (i64::MIN.into(), i64::MAX.into()),
        Some("int32") | None => (i32::MIN.into(), i32::MAX.into()),
        other => panic!("unknown format {other:?}"),
    };
    let bound = |name: &str, own: i128| schema[name].as_i64().map_or(own, i128::from);
    let number = if most { bound("maximum", wide) } else { bound("minimum", narrow) };
    Value::Number(Number::from_i128(number).unwrap())
}

fn text(schema: &Value, edge: &mut Edge) -> String {
    let most = edge.is_most();
    let either = |least: &str, longest: String| if most { longest } else { least.to_owned() };
    match (schema["format"].as_str(), schema["pattern"].as_str()) {
        // Two things are never the same one by chance.
        (Some("uuid"), _) => Uuid::now_v7().to_string(),
        (Some("date"), _) => either("0001-01-01", "9999-12-31".into()),
        (Some("date-time"), _) => either("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z".into()),
        (None, Some(pattern)) => {
            let (least, longest) = of_pattern(pattern);
            either(least, longest)
        }
        (None, None) => {
            let longest = usize::try_from(schema["maxLength"].as_u64().unwrap_or(5_000)).unwrap();
            let least = usize::try_from(schema["minLength"].as_u64().unwrap_or(0)).unwrap();
            "é".repeat(if most { longest } else { least })
        }
        other => panic!("unknown text {other:?}"),
    }
}

/// The shortest and the longest text of each pattern there is.
fn of_pattern(pattern: &str) -> (&'static str, String) {
    match pattern {
        r"^(?=.*\S)[^\u0000-\u001f\u007f]{1,200}$" => ("a", "é".repeat(200)),
        r"^(?=\s*\S.*\S.*\S)[^\u0000-\u001f\u007f]{3,500}$" => ("abc", "é".repeat(500)),
        r"^(?=[\s\S]*\S)[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]{1,2000}$" => ("a", "é\né".repeat(666)),
        "^[0-9]{2}[A-Z]{2}[0-9]{2}$" => ("00AA00", "99ZZ99".into()),
        "^[0-9]{2}[A-Z]{2}$" => ("00AA", "99ZZ".into()),
        "^[0-9a-f]{64}$" => ("0000000000000000000000000000000000000000000000000000000000000000", "f".repeat(64)),
        "^[0-9]{8}$" => ("00000000", "9".repeat(8)),
        "^[0-9]{4}[A-Z]{2}$" => ("0000AA", "9999ZZ".into()),
        "^[a-z][a-z0-9-]{1,31}$" => ("aa", format!("z{}", "-".repeat(31))),
        "^[a-z0-9][a-z0-9-]{0,63}$" => ("0", format!("z{}", "-".repeat(63))),
        "^20[0-9]{2}-2[0-9]{3}$" => ("2000-2001", "2099-2100".into()),
        other => panic!("unknown pattern {other}"),
    }
}

#[test]
fn a_generated_value_fits_its_schema() {
    for contract in proto_schemas::contracts() {
        let schema = &contract.schema["properties"]["data"];
        let fits = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
        for mut edge in [Edge::Least, Edge::Most, Edge::Anywhere(Dice(7)), Edge::Anywhere(Dice(8))] {
            let made = make(schema, &mut edge);
            assert!(fits.is_valid(&made), "{}: {made}", contract.event_type);
        }
    }
}
