//! A command gets the same answer whether its service is in this process or in another one.

use axum::Router;
use gateway::{Backend, Place, compose};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::{Client, TestHub};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What may go along, sorted; the rest is about a connection.
const CARRIED: [&str; 9] = [
    "accept-language",
    "authorization",
    "content-type",
    "hub-min-position",
    "hub-now",
    "idempotency-key",
    "if-match",
    "x-trace",
    "cookie",
];

#[utoipa::path(get, path = "/v1/regions/{region}/things/{thing}", responses((status = 200)))]
async fn show(web::Path((region, thing)): web::Path<(String, String)>, headers: HeaderMap) -> axum::Json<Value> {
    let carried = CARRIED.iter().filter_map(|name| Some((*name, headers.get(*name)?.to_str().ok()?.to_owned())));
    let trace = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(|text| text.get(3..35));
    axum::Json(json!({ "region": region, "thing": thing, "headers": carried.collect::<Vec<_>>(), "trace": trace }))
}

#[utoipa::path(post, path = "/v1/regions/{region}/things/{thing}", request_body = String, responses((status = 201)))]
async fn make(path: web::Path<(String, String)>, body: String) -> impl axum::response::IntoResponse {
    let headers = [(header::ETAG, "\"1\""), (header::LOCATION, "/v1/elsewhere")];
    (StatusCode::CREATED, headers, [("hub-position", "things=7")], format!("{}: {body}", path.0.1))
}

#[utoipa::path(delete, path = "/v1/regions/{region}/things/{thing}", responses((status = 409)))]
async fn refuse() -> web::Problem {
    web::Problem::conflict("full", "It is full.", "Het is vol.")
}

fn service() -> (Router, OpenApi) {
    OpenApiRouter::new().routes(routes!(show, make, refuse)).split_for_parts()
}

fn behind(hub: &TestHub, place: Place) -> Client {
    let issuers = access::Issuers::development(&hub.issuer, hub.hub.clock.clone());
    let backend = Backend { name: "things", openapi: service().1, place };
    let router = compose(Router::new(), OpenApi::default(), vec![backend], &issuers);
    let someone = hub.client("someone");
    Client::new(web::shell(router, web::Shell::default()), hub.issuer.clone(), someone.actor, "someone")
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// In this process, and over loopback HTTP.
async fn both(hub: &TestHub) -> [Client; 2] {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = web::shell(service().0, web::Shell::default());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    [behind(hub, Place::Here(service().0)), behind(hub, Place::There(address, http()))]
}

#[tokio::test]
async fn in_memory_and_over_http_the_answers_are_the_same() {
    let hub = testkit::hub(gateway::service()).await;
    let [here, there] = both(&hub).await;
    let dressed = |client: &Client| {
        client
            .clone()
            .with("Accept-Language", "nl")
            .with("If-Match", "\"7\"")
            .with("Hub-Min-Position", "things=3")
            .with("Hub-Now", "2026-09-08T10:00:00Z")
            .with("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .key("one")
    };
    let path = "/v1/regions/voorbeeld/things/een%20ding?a=b%26c";
    let (one, other) = (dressed(&here).get(path).await.expect(200), dressed(&there).get(path).await.expect(200));
    let (mut one, mut other) = (one.json(), other.json());
    // A token says when it was made.
    for shown in [&mut one, &mut other] {
        let authorization =
            shown["headers"].as_array_mut().unwrap().iter_mut().find(|it| it[0] == "authorization").unwrap();
        assert!(authorization[1].take().as_str().unwrap().starts_with("Bearer "));
    }
    assert_eq!(one, other);
    assert_eq!((&one["thing"], &one["trace"]), (&json!("een ding"), &json!("0af7651916cd43dd8448eb211c80319c")));
    assert_eq!(one["headers"].as_array().unwrap().len(), 6, "{one}");

    for path in ["/v1/regions/voorbeeld/things/a", "/v1/regions/voorbeeld/nothing"] {
        let body = json!({ "text": "é".repeat(100_000) });
        let (one, other) = (dressed(&here).post(path, &body).await, dressed(&there).post(path, &body).await);
        assert_eq!((one.status, one.text()), (other.status, other.text()));
        for name in ["etag", "location", "hub-position", "content-type", "api-version", "content-language"] {
            assert_eq!(one.header(name), other.header(name), "{name}");
        }
    }
    let path = "/v1/regions/voorbeeld/things/a";
    let (one, other) = (dressed(&here).delete(path).await.expect(409), dressed(&there).delete(path).await.expect(409));
    assert_eq!(one.json()["detail"], "Het is vol.");
    assert_eq!(one.json(), other.json());
    let (one, other) = (dressed(&here).put(path, &json!({})).await, dressed(&there).put(path, &json!({})).await);
    assert_eq!((one.status, other.status), (StatusCode::METHOD_NOT_ALLOWED, StatusCode::METHOD_NOT_ALLOWED));
}

#[tokio::test]
async fn an_unavailable_service_is_a_503_that_names_it() {
    let hub = testkit::hub(gateway::service()).await;
    let away = behind(&hub, Place::There("http://127.0.0.1:1".into(), http()));
    for answer in [
        away.get("/v1/regions/voorbeeld/things/a").await,
        away.post("/v1/regions/voorbeeld/things/a", &json!({})).await,
    ] {
        let answer = answer.expect(503);
        assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("unavailable", "2"));
    }
}

#[tokio::test]
async fn a_service_that_is_silent_is_the_same_503_within_the_bound_of_the_client() {
    let hub = testkit::hub(gateway::service()).await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Its kernel accepts, and nobody ever answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let bound = Duration::from_millis(300);
    let silent = behind(&hub, Place::There(address, chassis::peer_client(bound).unwrap()));
    let began = Instant::now();
    for answer in [
        silent.get("/v1/regions/voorbeeld/things/a").await,
        silent.post("/v1/regions/voorbeeld/things/a", &json!({})).await,
    ] {
        let answer = answer.expect(503);
        assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("unavailable", "2"));
    }
    // Twice the bound, on a machine that is busy; the shell would have ended each after half a minute.
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
