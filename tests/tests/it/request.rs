//! A request for any operation of the document: its path filled, its body as its schema asks.

use crate::openapi::Operation;
use crate::world::{CONTACT, SCHOOL, World};
use http::Method;
use serde_json::{Map, Value, json};
use testkit::{Answer, Client};

/// A request that says nothing wrong by itself.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub path: String,
    /// Its kind and text, when the operation takes one.
    pub body: Option<(String, String)>,
}

impl Request {
    pub async fn by(&self, client: &Client) -> Answer {
        let (kind, text) = self.body.clone().unzip();
        client.send(self.method.clone(), &self.path, text.unwrap_or_default(), kind.as_deref()).await
    }

    /// The same with another body.
    pub fn saying(mut self, body: &str) -> Self {
        self.body = Some(("application/json".to_owned(), body.to_owned()));
        self
    }
}

/// The least that an operation takes, about what there is in the world.
pub fn least(document: &Value, operation: &Operation, world: &World) -> Request {
    let content = operation.spec.pointer("/requestBody/content").and_then(Value::as_object);
    let body = content.and_then(|content| content.iter().next()).map(|(kind, media)| {
        let text = if kind == "application/json" {
            said(document, &media["schema"], operation, world).to_string()
        } else {
            file(&operation.id).to_owned()
        };
        (kind.clone(), text)
    });
    Request { method: operation.method.parse().unwrap(), path: filled(operation, world), body }
}

/// The file that an operation reads.
fn file(operation: &str) -> &'static str {
    if operation.contains("pupil") {
        "leerlingnummer;voornaam;achternaam;geboortedatum;vestiging;gastvestiging;leerweg;profiel;leerjaar;klas;cohort\n\
         1;Voorbeeld;Persoon;2011-03-04;99AA00;;kb;PIE;3;3A;2026-2027\n"
    } else {
        "BEVOEGD GEZAG NUMMER;BRIN NUMMER;VESTIGINGSNUMMER;VESTIGINGSNAAM\n12345;99AA;99AA00;Voorbeeldcollege\n"
    }
}

/// The path with its parameters, and what the query must say.
pub fn filled(operation: &Operation, world: &World) -> String {
    let part = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        None => part.to_owned(),
        Some(name) => {
            let value = in_path(operation, name).map(|it| json!(it)).or_else(|| world.named(name));
            let value = value.unwrap_or_else(|| panic!("{}: what stands for {{{name}}}?", operation.path));
            value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
        }
    };
    let path = operation.path.split('/').map(part).collect::<Vec<_>>().join("/");
    let required = operation.parameters("query").into_iter().filter(|it| it["required"] == true);
    let query: Vec<String> = required
        .map(|it| {
            let name = it["name"].as_str().unwrap();
            let value = match name {
                "kind" => "block",
                _ if it.pointer("/schema/type") == Some(&json!("integer")) => "10",
                _ => SCHOOL,
            };
            format!("{name}={value}")
        })
        .collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// Names that mean one thing in the path of one operation, or are no thing of the world.
fn in_path(operation: &Operation, name: &str) -> Option<&'static str> {
    Some(match (operation.id.as_str(), name) {
        ("add-other-partner" | "remove-partner", "partner") => "9a1e7c55-8a0b-5f3d-b1c2-3d4e5f607182",
        ("remove-partner", "kind") => "others",
        ("add-primary-school", "school") => "99BB00",
        ("show-import", "import") => "0192f1c4-7a10-7c3e-9b52-1f6d8a4c2e05",
        (_, "import") => "018f6a10-0000-7000-8000-000000000011",
        (_, "grant") => "c3d4e5f6-0718-5a2b-8c3d-4e5f60718293",
        (_, "line" | "number" | "dispute" | "edition") => "1",
        (_, "figure") => "realised",
        _ => return None,
    })
}

/// A value that a schema takes; named fields are of the world.
fn said(document: &Value, schema: &Value, operation: &Operation, world: &World) -> Value {
    let schema = resolved(document, schema);
    for several in ["oneOf", "anyOf"] {
        let first = schema[several].as_array().and_then(|all| all.iter().find(|it| it["type"] != "null"));
        if let Some(first) = first {
            return said(document, first, operation, world);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(part) = said(document, part, operation, world) {
                whole.extend(part);
            }
        }
        return Value::Object(whole);
    }
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].as_array().and_then(|all| all.first())) {
        return value.clone();
    }
    match kind(schema) {
        "object" => {
            let none = Map::new();
            let properties = schema["properties"].as_object().unwrap_or(&none);
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let mut fields = Map::new();
            for name in required.iter().filter_map(Value::as_str) {
                let inner = &properties[name];
                let known = known(&operation.id, name).or_else(|| world.named(name));
                let takes_text =
                    kind(resolved(document, inner)) == "string" || resolved(document, inner).get("oneOf").is_some();
                let value = known
                    .filter(|_| takes_text || told(name))
                    .unwrap_or_else(|| said(document, inner, operation, world));
                fields.insert(name.to_owned(), value);
            }
            // What a schema does not tell: an identity has a subject or a client, hours have minutes.
            if fields.contains_key("issuer") {
                fields.insert("subject".to_owned(), json!("somebody-else"));
            }
            if fields.get("kind") == Some(&json!("hours")) {
                fields.insert("minutes".to_owned(), json!(60));
            }
            Value::Object(fields)
        }
        "array" => json!([said(document, &schema["items"], operation, world)]),
        "integer" | "number" => schema.get("minimum").filter(|it| it.as_f64() > Some(0.0)).cloned().unwrap_or(json!(1)),
        "boolean" => json!(false),
        _ => json!(words(schema)),
    }
}

fn told(name: &str) -> bool {
    ["gradeTenths", "year", "profiles"].contains(&name)
}

/// Fields whose value no schema tells.
fn known(operation: &str, name: &str) -> Option<Value> {
    Some(match (operation, name) {
        ("grant-company-role", "role") => json!("company-supervisor"),
        ("grant-school-role", "role") => json!("teacher"),
        ("grant-role", "role") => json!("controller"),
        (_, "startsAt") => json!("2026-10-20T06:30:00Z"),
        (_, "endsAt") => json!("2026-10-20T12:30:00Z"),
        (_, "profiles") => json!(["PIE"]),
        (_, "stageSupervisor") => json!(CONTACT),
        (_, "gradeTenths") => json!(75),
        (_, "year") => json!(2026),
        (_, "postcode") => json!("1234AB"),
        (_, "code") => json!("voorbeeld-1"),
        _ => return None,
    })
}

fn words(schema: &Value) -> &'static str {
    match (schema["format"].as_str(), schema["pattern"].as_str().unwrap_or_default()) {
        (Some("uuid"), _) => "01990000-0099-7000-8000-000000000001",
        (Some("date"), _) => "2026-10-06",
        (Some("date-time"), _) => "2026-10-06T08:00:00Z",
        (_, pattern) if pattern.contains("{64}") => "abababababababababababababababababababababababababababababababab",
        (_, pattern) if pattern.contains("{8}") => "90001354",
        (_, pattern) if pattern.contains("[0-9]{1,6}") => "12345",
        (_, pattern) if pattern.contains("[A-Z]{2}[0-9]{2}") => "99AA00",
        (_, pattern) if pattern.contains("[A-Z]{2}") => "99CC",
        (_, pattern) if pattern.starts_with("^[a-z]") => "voorbeeld",
        _ => "Voorbeeld",
    }
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|it| *it != "null").unwrap_or("string"),
        kind => kind.as_str().unwrap_or(if schema.get("properties").is_some() { "object" } else { "string" }),
    }
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    while let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference} leads nowhere"));
    }
    schema
}
