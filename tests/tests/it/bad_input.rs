//! What is wrong is answered with a problem that says what to do, and nothing is written.

use crate::openapi::{Operation, merged, operations};
use crate::request::{Request, filled, least};
use crate::whole::{Whole, on_the_hub};
use crate::world::{COMPANY, HOTSPOT, World};
use access::table::roles;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Answer, Client};
use vocabulary::Role;

/// Someone who may do an operation.
fn someone(hub: &Whole, world: &World, operation: &str) -> Client {
    hub.client(&world.subject(roles(operation)[0], false))
}

/// Commands that take a body of JSON.
fn with_body() -> Vec<Operation> {
    let json = |it: &Operation| it.spec.pointer("/requestBody/content/application~1json").is_some();
    let all: Vec<Operation> = operations().into_iter().filter(json).collect();
    assert!(all.len() > 60, "only {} operations take a body", all.len());
    all
}

/// What a problem must have, whatever it is about.
fn unlike_a_problem(answer: &Answer, status: u16, code: &str) -> Option<String> {
    if answer.status.as_u16() != status || answer.header("content-type") != "application/problem+json" {
        return Some(format!("{} {}", answer.status, answer.text()));
    }
    let json = answer.json();
    let said = |name: &str| json[name].as_str().is_some_and(|it| !it.is_empty());
    let fine =
        said("title") && said("detail") && said("instance") && json["status"] == status && answer.problem() == code;
    (!fine).then(|| json.to_string())
}

/// Asks in both languages; nothing may be written by either.
async fn in_both_languages(hub: &Whole, world: &World, client: &Client, request: &Request, status: u16, code: &str) {
    let before = hub.heads(&world.region).await;
    let mut said = Vec::new();
    for language in ["nl", "en"] {
        let answer = request.by(&client.clone().with("Accept-Language", language)).await;
        let wrong = unlike_a_problem(&answer, status, code);
        assert!(wrong.is_none(), "{} {}: {wrong:?}", request.method, request.path);
        assert_eq!(answer.header("content-language"), language);
        let json = answer.json();
        said.push((json["title"].clone(), json["detail"].clone()));
    }
    assert_ne!(said[0].0, said[1].0, "the title is the same in both languages");
    assert_ne!(said[0].1, said[1].1, "the detail is the same in both languages");
    assert_eq!(hub.heads(&world.region).await, before, "{} {} wrote something", request.method, request.path);
}

/// A request with a body that is good, to make one thing wrong about it.
fn nomination(world: &World) -> Request {
    Request {
        method: Method::POST,
        path: format!("/v1/regions/{}/hotspots", world.region),
        body: Some((
            "application/json".into(),
            json!({ "company": COMPANY, "name": "Zonnepanelen", "why": "Geen school heeft een dak" }).to_string(),
        )),
    }
}

#[test]
fn every_operation_refuses_a_body_with_unknown_fields_or_no_json() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let document = merged();
        let before = hub.heads(&world.region).await;
        let mut wrong = Vec::new();
        for operation in with_body() {
            let client = someone(hub, world, &operation.id);
            let good = least(&document, &operation, world);
            let malformed = good.clone().saying("{\"reason\": ").by(&client).await;
            wrong.extend(
                unlike_a_problem(&malformed, 400, "malformed-json")
                    .map(|it| format!("{} malformed: {it}", operation.id)),
            );

            let mut body: Value = serde_json::from_str(&good.body.as_ref().unwrap().1).unwrap();
            body["nobodyKnowsThis"] = json!(1);
            let unknown = good.clone().saying(&body.to_string()).by(&client).await;
            let told = unlike_a_problem(&unknown, 400, "invalid").or_else(|| {
                let named = unknown.json()["errors"].to_string().contains("nobodyKnowsThis");
                (!named).then(|| format!("does not name the field: {}", unknown.text()))
            });
            wrong.extend(told.map(|it| format!("{} with an unknown field: {it}", operation.id)));

            let list = good.clone().saying("[1]").by(&client).await;
            wrong.extend(
                unlike_a_problem(&list, 400, "invalid").map(|it| format!("{} with a list: {it}", operation.id)),
            );

            let text = client
                .send(good.method.clone(), &good.path, "reason=x", Some("application/x-www-form-urlencoded"))
                .await;
            wrong.extend(
                unlike_a_problem(&text, 415, "not-json").map(|it| format!("{} with a form: {it}", operation.id)),
            );
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(hub.heads(&world.region).await, before);
    });
}

#[test]
fn every_field_of_the_wrong_type_is_listed_at_once() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let document = merged();
        let before = hub.heads(&world.region).await;
        let mut wrong = Vec::new();
        let mut several = 0;
        for operation in with_body() {
            let good = least(&document, &operation, world);
            let body: Value = serde_json::from_str(&good.body.as_ref().unwrap().1).unwrap();
            let fields: BTreeSet<String> = body.as_object().unwrap().keys().cloned().collect();
            // True is of no field's type but a truth value's; an array is of none of those.
            let odd = |name: &String| if body[name].is_boolean() { json!([]) } else { json!(true) };
            let bad: serde_json::Map<_, _> = fields.iter().map(|name| (name.clone(), odd(name))).collect();
            if bad.is_empty() {
                continue;
            }
            several += usize::from(bad.len() > 1);
            let answer = good.saying(&Value::Object(bad).to_string()).by(&someone(hub, world, &operation.id)).await;
            if let Some(it) = unlike_a_problem(&answer, 400, "invalid") {
                wrong.push(format!("{}: {it}", operation.id));
                continue;
            }
            let json = answer.json();
            let pointers = json["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap());
            let told: BTreeSet<String> =
                pointers.map(|it| it.trim_start_matches('/').split('/').next().unwrap().to_owned()).collect();
            let missing: Vec<_> = fields.difference(&told).collect();
            if !missing.is_empty() {
                wrong.push(format!("{} does not tell {missing:?}: {}", operation.id, answer.text()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(several > 20, "only {several} bodies have several fields");
        assert_eq!(hub.heads(&world.region).await, before);
    });
}

#[test]
fn a_command_on_a_thing_that_does_not_exist_is_answered_404() {
    on_the_hub(async |hub| {
        // The roles are held here, and nothing ever happened.
        let world = World::empty("foute-invoer-leeg".parse().unwrap());
        world.people(hub, false).await;
        hub.settle().await;
        let document = merged();
        // That an inspector was told of nothing is a look, and kept.
        let decided = async || hub.heads(&world.region).await.into_iter().filter(|(log, _)| log != "audit").collect();
        let before: Vec<_> = decided().await;
        let mut wrong = Vec::new();
        let mut asked = 0;
        for operation in operations() {
            let about = ["session", "hotspot", "case", "check", "contract", "agreement", "claim", "contribution"];
            let thing = operation.in_path().into_iter().find(|name| about.contains(name));
            // Only who reaches everything learns that there is nothing; others are denied.
            let wide = roles(&operation.id).iter().find(|role| role.reach() == vocabulary::Reach::Region);
            let (Some(thing), Some(role)) = (thing, wide) else { continue };
            asked += 1;
            let answer = least(&document, &operation, &world).by(&hub.client(&world.subject(*role, false))).await;
            if answer.status != StatusCode::NOT_FOUND || !answer.problem().ends_with("-not-found") {
                wrong.push(format!("{} on no {thing}: {} {}", operation.id, answer.status, answer.text()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(asked > 25, "only {asked} operations");
        assert_eq!(decided().await, before);
    });
}

#[test]
fn a_stale_version_is_refused_with_412() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let leader = hub.client(&world.subject(Role::ProgrammeLeader, false)).with("If-Match", "\"1\"");
        let request = Request {
            method: Method::POST,
            path: format!("/v1/regions/{}/hotspots/{HOTSPOT}/suspend", world.region),
            body: Some(("application/json".into(), json!({ "reason": "Verbouwing van de hal" }).to_string())),
        };
        in_both_languages(hub, world, &leader, &request, 412, "stale").await;
    });
}

#[test]
fn a_version_that_is_no_version_is_refused_with_400() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let before = hub.heads(&world.region).await;
        let leader = hub.client(&world.subject(Role::ProgrammeLeader, false)).with("If-Match", "latest");
        let answer = nomination(world).by(&leader).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
        assert!(answer.json()["errors"].to_string().to_lowercase().contains("if-match"), "{}", answer.text());
        assert_eq!(hub.heads(&world.region).await, before);
    });
}

#[test]
fn a_key_counts_for_one_request_and_every_post_needs_one() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "foute-invoer-sleutel").await;
        world.people(hub, false).await;
        hub.settle().await;
        let subject = world.subject(Role::ProgrammeLeader, false);
        let first = nomination(&world);
        let leader = hub.client(&subject).key("a-key");
        let answer = first.by(&leader).await.expect(201);
        let after = hub.heads(&world.region).await;
        // The same again: the same answer, and nothing more.
        let again = first.by(&leader).await.expect(201);
        assert_eq!(again.text(), answer.text());
        assert_eq!(again.header("location"), answer.header("location"));
        assert_eq!(hub.heads(&world.region).await, after);
        let other = json!({ "company": COMPANY, "name": "Hijsen", "why": "Geen school heeft een kraan" });
        let other = first.clone().saying(&other.to_string());
        in_both_languages(hub, &world, &leader, &other, 422, "idempotency-key-reused").await;
        // Another one's key is another key.
        let member = hub.client(&world.subject(Role::WorkingGroupMember, false)).key("a-key");
        other.by(&member).await.expect(201);

        let mut wrong = Vec::new();
        let before = hub.heads(&world.region).await;
        for operation in operations().into_iter().filter(|it| it.method == "POST") {
            let path = filled(&operation, &world);
            let subject = world.subject(roles(&operation.id)[0], false);
            let (status, text) = hub.without_key(&subject, &path).await;
            let fine = status == StatusCode::BAD_REQUEST && text.contains("Idempotency-Key");
            wrong.extend((!fine).then(|| format!("{}: {status} {text}", operation.id)));
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(hub.heads(&world.region).await, before);
    });
}

#[test]
fn an_expired_token_or_foreign_region_is_answered_with_a_problem() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let subject = world.subject(Role::ProgrammeLeader, false);
        let good = nomination(world);
        in_both_languages(hub, world, &hub.expired(&subject), &good, 401, "invalid-token").await;
        for region in ["elders", "Geen%20Regio", "..", "%00", "x"] {
            let elsewhere = Request { path: format!("/v1/regions/{region}/hotspots"), ..good.clone() };
            in_both_languages(hub, world, &hub.client(&subject), &elsewhere, 403, "not-allowed").await;
        }
        let stranger = hub.client("nobody-knows-them");
        in_both_languages(hub, world, &stranger, &good, 403, "not-allowed").await;
    });
}

#[test]
fn an_unknown_route_or_method_is_a_problem() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let leader = hub.client(&world.subject(Role::ProgrammeLeader, false));
        let at = |method: Method, path: &str| Request { method, path: path.to_owned(), body: None };
        let region = &world.region;
        for path in [
            "/v1/nothing".to_owned(),
            "/v2".to_owned(),
            format!("/v1/regions/{region}/nothing"),
            format!("/v1/regions/{region}/hotspots/"),
        ] {
            in_both_languages(hub, world, &leader, &at(Method::GET, &path), 404, "no-such-page").await;
        }
        for operation in operations() {
            let path = filled(&operation, world);
            let method = Method::PATCH;
            let answer = leader.send(method, &path, "", None).await;
            let wrong = unlike_a_problem(&answer, 405, "no-such-method");
            assert!(wrong.is_none(), "PATCH {path}: {wrong:?}");
        }
        in_both_languages(
            hub,
            world,
            &leader,
            &at(Method::DELETE, &format!("/v1/regions/{region}/hotspots")),
            405,
            "no-such-method",
        )
        .await;
    });
}

#[test]
fn a_body_of_more_than_a_mebibyte_is_refused_with_413() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let leader = hub.client(&world.subject(Role::ProgrammeLeader, false));
        let good = nomination(world);
        let long = format!("{{\"why\": \"{}\"}}", "a".repeat(1024 * 1024));
        in_both_languages(hub, world, &leader, &good.saying(&long), 413, "too-large").await;
    });
}

#[test]
fn an_address_with_an_id_that_is_none_is_refused_with_400() {
    on_the_hub(async |hub| {
        let world = World::quiet(hub).await;
        let leader = hub.client(&world.subject(Role::ProgrammeLeader, false));
        let request = Request {
            method: Method::POST,
            path: format!("/v1/regions/{}/hotspots/not-an-id/open", world.region),
            body: None,
        };
        in_both_languages(hub, world, &leader, &request, 400, "invalid").await;
    });
}
