//! What every answer has in common.

use crate::world::World;
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn every_answer_has_the_version_and_the_security_headers() {
    let world = World::new();
    for path in ["/health/live", "/v1/regions/here/moment", "/nothing", "/v1/regions/here/panic", "/v1/openapi.json"] {
        let answer = world.get("leader", path).answer().await;
        let headers = [
            ("api-version", "1.2.3"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ];
        for (name, value) in headers {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert_eq!(answer.header("access-control-allow-origin") == "*", path == "/v1/openapi.json", "{path}");
    }
}

#[tokio::test]
async fn an_unknown_address_is_404_and_a_wrong_method_405() {
    let world = World::new();
    world.get("leader", "/v1/nothing").answer().await.is_problem(404, "no-such-page");
    world.get("leader", "/v1/regions/here/moment/").answer().await.is_problem(404, "no-such-page");
    let wrong = world.asking("leader", Method::DELETE, "/v1/regions/here/moment").answer().await;
    wrong.is_problem(405, "no-such-method");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_panic_is_500_without_details() {
    let world = World::new();
    let answer = world.get("leader", "/v1/regions/here/panic").header("accept-language", "nl").answer().await;
    answer.is_problem(500, "internal");
    assert_eq!(answer.body["title"], "Er ging hier iets mis");
    assert!(!answer.body.to_string().contains("Jansen"));
    // And the next one is answered.
    assert_eq!(world.get("leader", "/v1/regions/here/moment").answer().await.status, 200);
}

#[tokio::test]
async fn a_slow_request_is_503() {
    let world = World::hasty();
    let answer = world.get("leader", "/slow").answer().await;
    answer.is_problem(503, "too-slow");
    assert_eq!(answer.header("retry-after"), "2");
}

#[tokio::test]
async fn health_needs_no_token() {
    let world = World::new();
    assert_eq!(world.anyone(Method::GET, "/health/live").answer().await.status, 200);
    let ready = world.anyone(Method::GET, "/health/ready").answer().await;
    ready.is_problem(503, "not-ready");
    assert_eq!(ready.body["missing"], json!(["nats"]));
}

#[tokio::test]
async fn a_trace_goes_from_the_request_into_what_is_asked_and_into_problems() {
    let world = World::new();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = world.get("leader", "/v1/regions/here/moment").header("traceparent", &parent).answer().await;
    assert_eq!(&answer.body["traceparent"].as_str().unwrap()[3..35], trace);
    let problem = world.get("stranger", "/v1/regions/here/moment").header("traceparent", &parent).answer().await;
    assert_eq!(problem.body["instance"], trace);
    let without = world.get("leader", "/v1/regions/here/moment").answer().await;
    assert_eq!(without.body["traceparent"].as_str().unwrap().len(), 55);
}

#[tokio::test]
async fn the_document_names_token_key_and_problems_of_every_operation() {
    let world = World::new();
    let answer = world.anyone(Method::GET, "/v1/openapi.json").answer().await;
    let make = &answer.body["paths"]["/v1/regions/{region}/things"]["post"];
    assert_eq!(make["security"], json!([{ "bearer": [] }]));
    let headers: Vec<&Value> =
        make["parameters"].as_array().unwrap().iter().filter(|it| it["in"] == "header").collect();
    assert_eq!(headers[0]["name"], "Idempotency-Key");
    assert_eq!(headers[0]["required"], true);
    assert_eq!(make["responses"]["4XX"]["$ref"], "#/components/responses/Problem");
    assert_eq!(make["responses"]["201"]["headers"]["Location"]["schema"]["type"], "string");
    assert!(answer.body["components"]["responses"]["Problem"].is_object());
}

#[tokio::test]
async fn the_document_declares_every_parameter_and_schema_that_it_uses() {
    let world = World::new();
    let document = serde_json::to_value(&world.api).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let parameters = operation["parameters"].as_array().unwrap();
            let named = parameters.iter().filter(|it| it["in"] == "path").count();
            assert_eq!(named, path.matches('{').count(), "{path}");
        }
    }
    assert_eq!(web::dangling(&world.api), [] as [String; 0]);
}
