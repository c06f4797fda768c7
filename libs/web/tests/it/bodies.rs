//! Bodies, paths and queries that are not right.

use crate::world::World;
use http::Method;
use serde_json::{Value, json};

const THINGS: &str = "/v1/regions/here/things";

fn pointers(body: &Value) -> Vec<&str> {
    body["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn all_errors_of_a_body_are_listed_at_once() {
    let world = World::new();
    let body = json!({ "name": 7, "school": "Jansen", "mostPupils": 256, "colour": "red" });
    let answer = world.post(THINGS, "k", &body).answer().await;
    answer.is_problem(400, "invalid");
    let mut told = pointers(&answer.body);
    told.sort_unstable();
    assert_eq!(told, ["/colour", "/mostPupils", "/name", "/school"]);
    assert!(!answer.body.to_string().contains("Jansen"));
}

#[tokio::test]
async fn errors_are_in_dutch_for_a_caller_who_reads_dutch() {
    let world = World::new();
    let answer = world
        .post(THINGS, "k", &json!({ "name": "a", "school": "02LB00" }))
        .header("accept-language", "nl-NL")
        .answer()
        .await;
    answer.is_problem(400, "invalid");
    assert_eq!(answer.header("content-language"), "nl");
    assert_eq!(answer.body["title"], "Het verzoek klopt niet");
    assert_eq!(answer.body["errors"], json!([{ "pointer": "/mostPupils", "message": "ontbreekt" }]));
}

#[tokio::test]
async fn json_that_does_not_parse_is_refused_with_its_place() {
    let world = World::new();
    let raw = |text| {
        let asking = world.asking("leader", Method::POST, THINGS).header("idempotency-key", "k");
        asking.text("application/json", text)
    };
    let answer = raw("{\n  \"name\": oops }").answer().await;
    answer.is_problem(400, "malformed-json");
    assert_eq!((&answer.body["line"], &answer.body["column"]), (&json!(2), &json!(11)));
    raw("").answer().await.is_problem(400, "malformed-json");
}

#[tokio::test]
async fn something_else_than_json_is_415() {
    let world = World::new();
    let post = || world.asking("leader", Method::POST, THINGS).header("idempotency-key", "k");
    post().text("text/plain", "{}").answer().await.is_problem(415, "not-json");
    post().answer().await.is_problem(415, "not-json");
    post().text("application/json; charset=utf-8", "{}").answer().await.is_problem(400, "invalid");
}

#[tokio::test]
async fn more_than_a_megabyte_is_413() {
    let world = World::new();
    let body = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    let post = |length| {
        let asking = world.asking("leader", Method::POST, THINGS).header("idempotency-key", "k");
        asking.text("application/json", &body(length))
    };
    post(1024 * 1024).answer().await.is_problem(400, "invalid");
    post(1024 * 1024 + 1).answer().await.is_problem(413, "too-large");
}

#[tokio::test]
async fn an_id_in_the_path_that_is_none_is_named() {
    let world = World::new();
    let answer = world.get("leader", "/v1/regions/here/companies/Jansen").answer().await;
    answer.is_problem(400, "invalid");
    assert_eq!(pointers(&answer.body), ["{company}"]);
    assert!(!answer.body.to_string().contains("Jansen"));
}

#[tokio::test]
async fn unknown_and_wrong_query_parameters_are_400() {
    let world = World::new();
    let answer = world.get("leader", "/v1/regions/here/things?limit=0&colour=red").answer().await;
    answer.is_problem(400, "invalid");
    assert_eq!(pointers(&answer.body), ["?limit", "?colour"]);
}

#[tokio::test]
async fn a_page_names_what_comes_next() {
    let world = World::new();
    let answer = world.get("leader", "/v1/regions/here/things").answer().await;
    assert_eq!(answer.body["items"].as_array().unwrap().len(), 50);
    let next = answer.body["next"].as_str().unwrap();
    let answer = world.get("leader", &format!("/v1/regions/here/things?after={next}")).answer().await;
    let numbers: Vec<u64> =
        answer.body["items"].as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()).collect();
    assert_eq!((numbers, &answer.body["next"]), ((50..60).collect(), &Value::Null));
}

#[tokio::test]
async fn a_cursor_that_is_none_of_this_list_is_refused() {
    let world = World::new();
    let answer = world.get("leader", "/v1/regions/here/things?after=49").answer().await;
    answer.is_problem(400, "invalid");
    assert_eq!(pointers(&answer.body), ["?after"]);
}
