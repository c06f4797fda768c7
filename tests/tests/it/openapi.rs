//! One document, and every operation in it is called, described and guarded as the others are.

mod allowed;

use crate::files::{crates, rust, shown, text};
use access::PUBLIC;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::OpenApi;

/// One operation of the merged document.
#[derive(Clone, Debug)]
pub struct Operation {
    pub id: String,
    /// In capitals.
    pub method: String,
    pub path: String,
    pub spec: Value,
}

impl Operation {
    pub fn has_body(&self) -> bool {
        self.spec.get("requestBody").is_some()
    }

    pub fn is_command(&self) -> bool {
        self.method != "GET"
    }

    /// The parameters of one place: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.spec["parameters"].as_array().into_iter().flatten();
        all.filter(|it| it["in"] == place).collect()
    }

    fn names(&self, place: &str) -> Vec<&str> {
        self.parameters(place).into_iter().filter_map(|it| it["name"].as_str()).collect()
    }

    /// What stands in braces in the path.
    pub fn in_path(&self) -> Vec<&str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
    }
}

/// The documents of the services and of the gateway's own part.
fn documents() -> Vec<(&'static str, OpenApi)> {
    let services = regiohub::services::deciding().into_iter().chain([gateway::service()]);
    services.map(|service| (service.name(), service.openapi())).collect()
}

pub fn merged() -> Value {
    let mut documents = documents();
    let (_, own) = documents.pop().unwrap();
    serde_json::to_value(gateway::merged(own, documents.into_iter().map(|(_, document)| document))).unwrap()
}

/// Every operation of the merged document, in the order of its paths.
fn everything() -> Vec<Operation> {
    of(&merged())
}

/// Every operation that needs a token.
pub fn operations() -> Vec<Operation> {
    everything().into_iter().filter(|it| !PUBLIC.contains(&it.id.as_str())).collect()
}

/// Every operation of a service that needs none.
pub fn public() -> Vec<Operation> {
    everything().into_iter().filter(|it| PUBLIC.contains(&it.id.as_str())).collect()
}

fn of(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, spec) in item.as_object().unwrap() {
            if !["get", "put", "post", "delete", "patch"].contains(&method.as_str()) {
                continue;
            }
            operations.push(Operation {
                id: spec["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id")).to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                spec: spec.clone(),
            });
        }
    }
    operations
}

/// Those of which something is not as it should be, each with what.
fn wrong(operations: &[Operation], check: impl Fn(&Operation) -> Option<String>) -> Vec<String> {
    operations.iter().filter_map(|it| Some(format!("{} ({} {}): {}", it.id, it.method, it.path, check(it)?))).collect()
}

fn kebab(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()))
}

fn camel(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_lowercase()) && text.bytes().all(|it| it.is_ascii_alphanumeric())
}

#[test]
fn the_document_is_openapi_3_1_and_says_what_it_is() {
    let document = merged();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    for said in ["/info/title", "/info/version", "/info/description"] {
        assert!(document.pointer(said).and_then(Value::as_str).is_some_and(|it| !it.is_empty()), "{said}");
    }
    assert_eq!(document["info"]["license"]["identifier"], "EUPL-1.2");
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let wrong = wrong(&of(&document), |it| {
        let answers = it.spec["responses"].as_object()?;
        let good = answers.keys().any(|status| status.starts_with('2'));
        let bad = ["429", "4XX", "5XX"].iter().all(|status| answers.contains_key(*status));
        (!good || !bad).then(|| format!("answers {:?}", answers.keys().collect::<Vec<_>>()))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_reference_leads_somewhere() {
    let document = merged();
    let text = document.to_string();
    let mut missing = BTreeSet::new();
    for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        if document.pointer(reference).is_none() {
            missing.insert(reference.to_owned());
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    for (service, document) in documents() {
        assert_eq!(web::dangling(&document), [""; 0], "{service}");
    }
}

#[test]
fn an_operation_is_called_as_nothing_else_is() {
    let operations = everything();
    let mut seen = BTreeSet::new();
    let twice: Vec<_> = operations.iter().filter(|it| !seen.insert(&it.id)).map(|it| &it.id).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let wrong = wrong(&operations, |it| (!kebab(&it.id) || !it.id.contains('-')).then(|| "verb-noun".to_owned()));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Two services that promise something at the same address: the merged document would hold one of them.
#[test]
fn no_two_services_share_an_address_with_the_same_method() {
    let mut owners: BTreeMap<(String, String), &str> = BTreeMap::new();
    let mut shared = Vec::new();
    for (service, document) in documents() {
        for operation in of(&serde_json::to_value(&document).unwrap()) {
            // What differs in the names of the parameters only is the same address.
            let plain = operation.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
            let address = plain.collect::<Vec<_>>().join("/");
            if let Some(other) = owners.insert((operation.method.clone(), address), service) {
                shared.push(format!("{} {}: {other} and {service}", operation.method, operation.path));
            }
        }
    }
    assert!(shared.is_empty(), "{shared:#?}");
}

#[test]
fn every_operation_is_described_with_its_dutch_word() {
    let wrong = wrong(&everything(), |it| {
        let said = |name: &str| it.spec[name].as_str().unwrap_or_default();
        // The roles have Dutch words of their own, which are not what the operation is called.
        let own = said("description").split("Who may do this").next().unwrap_or_default();
        let text = format!("{} {own}", said("summary"));
        let inside = text.split('(').skip(1).filter_map(|rest| rest.split(')').next());
        let dutch = inside.into_iter().any(|it| it.chars().filter(|it| it.is_alphabetic()).count() >= 3);
        (!dutch).then_some(text)
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_parameter_is_described() {
    let wrong = wrong(&everything(), |it| {
        let all = ["path", "query", "header"].into_iter().flat_map(|place| it.parameters(place));
        let bare = all.filter(|it| it["description"].as_str().is_none_or(|text| text.split(' ').count() < 3));
        let names: Vec<_> = bare.filter_map(|it| it["name"].as_str()).collect();
        (!names.is_empty()).then(|| format!("{names:?}"))
    });
    assert!(wrong.is_empty(), "what a parameter means is written in libs/web/src/path_parameters.rs\n{wrong:#?}");
}

/// Every description and summary within a schema.
fn descriptions<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(members) => {
            let text = ["description", "summary"].into_iter().filter_map(|name| members.get(name)?.as_str());
            found.extend(text);
            members.values().for_each(|below| descriptions(below, found));
        }
        Value::Array(items) => items.iter().for_each(|below| descriptions(below, found)),
        _ => {}
    }
}

/// A description of one word ("Who.") hides those that matter: better none.
#[test]
fn no_published_field_is_described_with_a_filler() {
    let (document, contracts) = (merged(), proto_schemas::contracts());
    let mut all = Vec::new();
    descriptions(&document["components"]["schemas"], &mut all);
    contracts.iter().for_each(|it| descriptions(&it.schema, &mut all));
    let fillers: BTreeSet<_> = all.iter().filter(|text| text.split_whitespace().count() < 2).collect();
    assert!(all.len() > 1000 && fillers.is_empty(), "of {}: {fillers:#?}", all.len());
}

#[test]
fn addresses_are_in_kebab_case_and_parameters_in_camel_case() {
    let wrong_paths = wrong(&everything(), |it| {
        let plain = it.path.split('/').skip(1).filter(|part| !part.starts_with('{'));
        let fine = it.path.starts_with("/v1/") && !it.path.ends_with('/');
        // A file's ending says what it is: `code.svg`.
        let kebab = plain.into_iter().all(|part| part.split('.').all(kebab));
        (!fine || !kebab).then(String::new)
    });
    assert!(wrong_paths.is_empty(), "{wrong_paths:#?}");
    let wrong_names = wrong(&everything(), |it| {
        let names = it.names("path").into_iter().chain(it.names("query"));
        let odd: Vec<_> = names.filter(|name| !camel(name)).collect();
        (!odd.is_empty()).then(|| format!("{odd:?}"))
    });
    assert!(wrong_names.is_empty(), "{wrong_names:#?}");
}

/// A client made from the document puts each parameter where it says.
#[test]
fn path_parameters_are_declared_exactly() {
    let wrong = wrong(&everything(), |it| {
        let (there, mut declared) = (it.in_path(), it.names("path"));
        let mut expected = there.clone();
        expected.sort_unstable();
        declared.sort_unstable();
        let required = it.parameters("path").into_iter().all(|it| it["required"] == true);
        let described =
            ["path", "query"].iter().all(|place| it.parameters(place).into_iter().all(|it| it.get("schema").is_some()));
        (expected != declared || !required || !described)
            .then(|| format!("in the path {there:?}, declared {declared:?}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn headers_that_the_guard_reads_are_declared() {
    let wrong = wrong(&operations(), |it| {
        let required: Vec<_> = it
            .parameters("header")
            .into_iter()
            .filter(|it| it["required"] == true)
            .filter_map(|it| it["name"].as_str())
            .collect();
        let names = it.names("header");
        let key = match it.method.as_str() {
            "POST" => required == ["Idempotency-Key"],
            "GET" => !names.contains(&"Idempotency-Key") && required.is_empty(),
            _ => names.contains(&"Idempotency-Key") && required.is_empty(),
        };
        let seen = it.is_command() == names.contains(&"If-Match");
        let position = names.contains(&"Hub-Min-Position");
        let token = it.spec["security"].as_array().is_some_and(|it| it.iter().any(|it| it.get("bearer").is_some()));
        (!key || !seen || !position || !token)
            .then(|| format!("{names:?} of which required {required:?}, token {token}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_body_is_json_that_takes_no_unknown_field_or_a_file() {
    let document = merged();
    let wrong = wrong(&of(&document), |it| {
        let body = it.spec.get("requestBody")?;
        if it.method == "POST" && body["content"].as_object().is_some_and(|it| it.keys().eq(["text/csv"])) {
            return None;
        }
        let schema = &body["content"]["application/json"]["schema"];
        let mut schema = schema;
        while let Some(reference) = schema["$ref"].as_str() {
            schema = document.pointer(reference.strip_prefix('#')?)?;
        }
        let closed = schema["additionalProperties"] == false || schema.get("oneOf").is_some();
        (it.method == "GET" || it.method == "DELETE" || !closed)
            .then(|| "the body is open, or has no business here".to_owned())
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The merged document keeps one schema per name, so another one of that name would be lost without a word.
#[test]
fn a_schema_name_means_the_same_in_every_service() {
    let mut known: BTreeMap<String, (&str, Value)> = BTreeMap::new();
    let mut differing = Vec::new();
    for (service, document) in documents() {
        let document = serde_json::to_value(&document).unwrap();
        let none = Map::new();
        for (name, schema) in document.pointer("/components/schemas").and_then(Value::as_object).unwrap_or(&none) {
            match known.get(name) {
                Some((other, there)) if there != schema => differing.push(format!("{name}: {other} and {service}")),
                Some(_) => {}
                None => {
                    known.insert(name.clone(), (service, schema.clone()));
                }
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

/// Two types of one service under one name: the document keeps the one and silently drops the other.
#[test]
fn a_schema_name_is_of_one_type() {
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in crates().iter().flat_map(|own| rust(&own.join("src"))) {
        let text = text(&path);
        for declared in text.split("#[derive(").skip(1).filter(|it| it.split(')').next().unwrap().contains("ToSchema"))
        {
            let head = declared.split(['{', ';']).next().unwrap();
            let name = match head.split_once("schema(as = ") {
                Some((_, name)) => name,
                None => head.split_once("struct ").or_else(|| head.split_once("enum ")).unwrap().1,
            };
            let name: String = name.chars().take_while(|it| it.is_alphanumeric()).collect();
            // A macro is given its names where it is used.
            if name.is_empty() {
                continue;
            }
            types.entry(name).or_default().push(shown(&path));
        }
    }
    assert!(types.len() > 100, "only {} types were found", types.len());
    types.retain(|_, places| places.len() > 1);
    assert!(types.is_empty(), "{types:#?}");
}

/// What a request may send without a bound: the places, in words.
fn boundless(document: &Value, schema: &Value, at: &str, seen: &mut BTreeSet<String>, found: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/components/schemas/")) {
        if seen.insert(name.to_owned()) {
            let there = &document["components"]["schemas"][name];
            boundless(document, there, &format!("{at}{{{name}}}"), seen, found);
        }
        return;
    }
    let is = |kind: &str| {
        schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.iter().any(|it| it == kind))
    };
    let has = |names: &[&str]| names.iter().any(|name| schema.get(*name).is_some());
    let number = is("integer") && !(has(&["minimum"]) && has(&["maximum"]));
    let text = is("string") && !has(&["maxLength", "pattern", "enum", "const"]) && schema["format"] != "uuid";
    let list = is("array") && !has(&["maxItems"]);
    if number || text || list {
        found.push(format!("{at}: {schema}"));
    }
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        boundless(document, below, &format!("{at}.{name}"), seen, found);
    }
    for forms in ["oneOf", "anyOf", "allOf"] {
        for form in schema[forms].as_array().into_iter().flatten() {
            boundless(document, form, at, seen, found);
        }
    }
    if schema["items"].is_object() {
        boundless(document, &schema["items"], &format!("{at}[]"), seen, found);
    }
}

#[test]
fn every_request_says_the_bounds_of_what_it_sends() {
    let document = merged();
    let (mut found, mut bodies) = (Vec::new(), 0);
    for operation in everything() {
        // A file has the bound of a body.
        let body = &operation.spec["requestBody"]["content"]["application/json"]["schema"];
        if !body.is_null() {
            bodies += 1;
            boundless(&document, body, &operation.id, &mut BTreeSet::new(), &mut found);
        }
    }
    assert!(bodies > 50 && found.is_empty(), "{bodies} bodies\n{}", found.join("\n"));
}
