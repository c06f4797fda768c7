//! Commands asked once, twice, late and with other contents.

use crate::world::World;
use http::Method;
use serde_json::{Value, json};

const THINGS: &str = "/v1/regions/here/things";

fn making(name: &str) -> Value {
    json!({ "name": name, "school": "02LB00", "mostPupils": 10 })
}

#[tokio::test]
async fn a_created_thing_is_returned_with_version_place_and_position() {
    let world = World::new();
    let answer = world.post(THINGS, "k", &making("a")).answer().await;
    assert_eq!(answer.status, 201);
    let id = answer.body["id"].as_str().unwrap();
    assert_eq!(answer.body, json!({ "id": id, "version": 1, "position": 1 }));
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(answer.header("hub-position"), "things=1");
    assert_eq!(answer.header("location"), format!("/v1/regions/here/made/{id}"));
}

#[tokio::test]
async fn the_same_command_answers_the_same_and_has_one_effect() {
    let world = World::new();
    let first = world.post(THINGS, "k", &making("a")).answer().await;
    let again = world.post(THINGS, "k", &making("a")).answer().await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    for header in ["etag", "location", "hub-position"] {
        assert_eq!(first.header(header), again.header(header));
    }
    assert_eq!(world.hub.lock().unwrap().things.len(), 1);
}

#[tokio::test]
async fn another_body_under_the_same_key_is_422() {
    let world = World::new();
    world.post(THINGS, "k", &making("a")).answer().await;
    world.post(THINGS, "k", &making("b")).answer().await.is_problem(422, "idempotency-key-reused");
    // Also when the other body is not even right.
    world.post(THINGS, "k", &json!({})).answer().await.is_problem(422, "idempotency-key-reused");
    assert_eq!(world.post(THINGS, "l", &making("b")).answer().await.status, 201);
}

#[tokio::test]
async fn a_retry_of_what_a_handler_refuses_by_now_answers_as_the_first_time() {
    let world = World::new();
    let open = format!("{THINGS}/{}/open", uuid::Uuid::nil());
    let asking = |key| world.asking("leader", Method::POST, &open).header("idempotency-key", key);
    let first = asking("k").answer().await;
    assert_eq!(first.status, 200);
    let again = asking("k").answer().await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(
        (first.header("etag"), first.header("hub-position")),
        (again.header("etag"), again.header("hub-position"))
    );
    // Under another key it is a new command, and refused; a refusal is not kept.
    asking("l").answer().await.is_problem(409, "thing-open");
    asking("l").answer().await.is_problem(409, "thing-open");
}

#[tokio::test]
async fn keys_are_the_callers_own() {
    let world = World::new();
    let grants = ["leader", "other"].map(|who| world.grant_of(who, vocabulary::Role::ProgrammeLeader));
    world.grant(grants.to_vec());
    let make = |who, name| world.asking(who, Method::POST, THINGS).header("idempotency-key", "k").json(&making(name));
    assert_eq!(make("leader", "a").answer().await.status, 201);
    assert_eq!(make("other", "b").answer().await.status, 201);
    assert_eq!(world.hub.lock().unwrap().things.len(), 2);
}

#[tokio::test]
async fn a_post_without_a_proper_key_is_400() {
    let world = World::new();
    let post = || world.asking("leader", Method::POST, THINGS).json(&making("a"));
    post().answer().await.is_problem(400, "no-idempotency-key");
    post().header("idempotency-key", "").answer().await.is_problem(400, "bad-idempotency-key");
    post().header("idempotency-key", &"k".repeat(256)).answer().await.is_problem(400, "bad-idempotency-key");
    assert_eq!(post().header("idempotency-key", &"k".repeat(255)).answer().await.status, 201);
    // Someone who may not do it learns nothing about keys.
    world.asking("stranger", Method::POST, THINGS).answer().await.is_problem(403, "not-allowed");
}

#[tokio::test]
async fn the_version_seen_is_compared() {
    let world = World::new();
    let name = format!("{THINGS}/{}/name", uuid::Uuid::nil());
    let put = || world.asking("leader", Method::PUT, &name).json(&json!({ "name": "a" }));
    put().header("if-match", "\"6\"").answer().await.is_problem(412, "stale");
    assert_eq!(put().header("if-match", "\"7\"").answer().await.header("etag"), "\"8\"");
    assert_eq!(put().header("if-match", "*").answer().await.status, 200);
    assert_eq!(put().answer().await.status, 200);
    put().header("if-match", "7").answer().await.is_problem(400, "bad-if-match");
}

#[tokio::test]
async fn a_hub_that_is_not_far_enough_says_how_far_it_is_behind() {
    let world = World::new();
    let at = |position| world.post(THINGS, "k", &making("a")).header("hub-min-position", position);
    let answer = at("hotspots=101,consortium=7").answer().await;
    answer.is_problem(503, "behind");
    assert_eq!(answer.body["behind"], json!({ "hotspots": 101 }));
    assert_eq!(answer.header("retry-after"), "1");
    at("hotspots").answer().await.is_problem(400, "bad-hub-min-position");
    assert_eq!(at("hotspots=100").answer().await.status, 201);
}

#[tokio::test]
async fn a_retry_that_a_handler_refuses_by_now_names_the_same_place() {
    let world = World::new();
    let first = world.post(THINGS, "k", &making("unique")).answer().await;
    let again = world.post(THINGS, "k", &making("unique")).answer().await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(first.header("location"), again.header("location"));
    world.post(THINGS, "l", &making("unique")).answer().await.is_problem(409, "name-taken");
}
