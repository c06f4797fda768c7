//! Which changes of a published event pass, and what is said of the others.

use super::*;
use schemars::JsonSchema;

/// What is said when `before` becomes `after`.
fn said(before: Value, after: Value) -> Vec<String> {
    let data = |properties: Value, required: Value| json!({ "type": "object", "properties": properties, "required": required });
    let shape_of = |of: &Value| shape("data", &data(of["fields"].clone(), of["required"].clone()));
    changes(&shape_of(&before), &shape_of(&after))
}

fn fields(fields: Value, required: &[&str]) -> Value {
    json!({ "fields": fields, "required": required })
}

fn two() -> Value {
    fields(json!({ "on": { "type": "string", "format": "date" }, "note": { "type": ["string", "null"] } }), &["on"])
}

#[test]
fn an_optional_field_more_passes_and_so_do_other_words() {
    let more = fields(
        json!({
            "on": { "type": "string", "format": "date", "description": "In other words.", "examples": ["2026-01-01"] },
            "note": { "type": ["string", "null"], "default": null },
            "place": { "type": "object", "properties": { "street": { "type": "string" } }, "required": ["street"] },
        }),
        &["on"],
    );
    assert_eq!(said(two(), more), [""; 0]);
}

#[test]
fn nothing_is_removed_renamed_retyped_or_made_required() {
    let on = json!({ "type": "string", "format": "date" });
    let note = json!({ "type": ["string", "null"] });
    let cases = [
        (fields(json!({ "note": note }), &[]), "`data.on` is gone: removed, or under another name"),
        (fields(json!({ "date": on, "note": note }), &[]), "`data.on` is gone: removed, or under another name"),
        (
            fields(json!({ "on": { "type": "integer" }, "note": note }), &["on"]),
            "`data.on` was string format=\"date\" and is integer",
        ),
        (
            fields(json!({ "on": { "type": "string", "format": "date", "maxLength": 10 }, "note": note }), &["on"]),
            "`data.on` was string format=\"date\" and is string format=\"date\" maxLength=10",
        ),
        (
            fields(json!({ "on": on, "note": { "type": "string" } }), &["on"]),
            "`data.note` was null or string and is string",
        ),
        (
            fields(json!({ "on": on, "note": note }), &["on", "note"]),
            "`data.note` became required: what was written may lack it",
        ),
        (fields(json!({ "on": on, "note": note }), &[]), "`data.on` may be absent now: others rely on it"),
        (
            fields(json!({ "on": on, "note": note, "by": { "type": "string" } }), &["on", "by"]),
            "`data.by` is new and required: what was written lacks it; make it optional",
        ),
    ];
    for (after, expected) in cases {
        assert_eq!(said(two(), after), [expected]);
    }
}

#[test]
fn the_contents_of_a_removed_field_are_one_change() {
    let nested =
        json!({ "type": "object", "properties": { "a": { "type": "array", "items": { "type": "integer" } } } });
    let before = fields(json!({ "place": nested, "places": { "type": "string" } }), &[]);
    let after = fields(json!({ "places": { "type": "string" } }), &[]);
    assert_eq!(said(before, after), ["`data.place` is gone: removed, or under another name"]);
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema counts")]
enum Small {
    Red,
    Blue,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema counts")]
enum Larger {
    /// A word on it changes nothing.
    Red,
    Blue,
    Green,
}

#[derive(JsonSchema)]
#[serde(tag = "kind")]
#[expect(dead_code, reason = "only its schema counts")]
enum Tagged {
    School { code: String },
    Company { number: Option<u32> },
}

#[derive(JsonSchema)]
#[serde(tag = "kind")]
#[expect(dead_code, reason = "only its schema counts")]
enum TaggedAnew {
    Company {
        number: Option<u32>,
    },
    School {
        code: String,
        #[serde(rename = "mbo")]
        is_mbo: bool,
    },
    Other {
        name: String,
    },
}

fn derived<T: JsonSchema>() -> Shape {
    let settings = schemars::generate::SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    shape("data", &settings.into_generator().into_root_schema_for::<T>().to_value())
}

#[test]
fn values_are_added_and_never_removed() {
    assert_eq!(changes(&derived::<Small>(), &derived::<Larger>()), [""; 0]);
    assert_eq!(changes(&derived::<Option<Small>>(), &derived::<Option<Larger>>()), [""; 0]);
    let gone = changes(&derived::<Larger>(), &derived::<Small>());
    assert_eq!(gone, ["`data=\"Green\"` is gone: removed, or under another name"]);
}

#[test]
fn variants_are_known_by_their_tag_wherever_they_stand() {
    let wrong = changes(&derived::<Tagged>(), &derived::<TaggedAnew>());
    assert_eq!(wrong, ["`data<kind=\"School\">.mbo` is new and required: what was written lacks it; make it optional"]);
    let wrong = changes(&derived::<TaggedAnew>(), &derived::<Tagged>());
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

/// The real contracts, with one changed: what the command and the test of the whole hub go by.
#[test]
fn a_change_of_a_real_event_is_named_with_its_type() {
    let mut contracts = proto_schemas::contracts();
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files(&contracts) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    assert_eq!(broken(folder.path(), &contracts).unwrap(), [""; 0]);

    let signed = contracts.iter_mut().find(|it| it.event_type.ends_with(".contract-signed.v1")).unwrap();
    signed.schema["properties"]["data"]["properties"]["signedOn"]["format"] = "date-time".into();
    let removed = contracts.pop().unwrap().event_type;
    let broken = broken(folder.path(), &contracts).unwrap();
    let expected = "nl.sterktechniekonderwijs.agreements.contract-signed.v1: `data.signedOn` was string \
        format=\"date\" and is string format=\"date-time\"";
    assert_eq!(broken, [expected.to_owned(), format!("{removed} is gone: nothing reads it any more")]);
}
