//! What somebody without a token is given by the gateway itself.

use access::{DevIssuer, Issuers};
use axum::Router;
use axum::body::{Body, to_bytes};
use decider::Clock;
use gateway::{Backend, Place, compose};
use http::{Method, Request, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tower::ServiceExt;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[utoipa::path(post, path = "/v1/regions/{region}/things", operation_id = "make-thing", responses((status = 201)))]
async fn make() -> StatusCode {
    StatusCode::CREATED
}

#[utoipa::path(get, path = "/v1/regions/{region}/audit/keys", operation_id = "list-checkpoint-keys", responses((status = 200)))]
async fn keys() -> StatusCode {
    StatusCode::OK
}

/// The gateway before one service, and how often that is asked.
fn gateway() -> (Router, Arc<AtomicUsize>) {
    let asked: Arc<AtomicUsize> = Arc::default();
    let counter = asked.clone();
    let (router, openapi) = OpenApiRouter::new().routes(routes!(make)).routes(routes!(keys)).split_for_parts();
    let counted = axum::middleware::map_request(move |request: Request<Body>| {
        counter.fetch_add(1, Ordering::Relaxed);
        async move { request }
    });
    let backend = Backend { name: "things", openapi, place: Place::Here(router.layer(counted)) };
    let clock = Clock::system();
    let issuers = Issuers::development(&DevIssuer::ephemeral().unwrap(), clock);
    (compose(Router::new(), OpenApi::default(), vec![backend], &issuers), asked)
}

async fn ask(router: &Router, method: Method, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    (answer.status(), to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
}

#[tokio::test]
async fn nothing_is_forwarded_without_a_token_but_what_needs_none() {
    let (router, asked) = gateway();
    assert_eq!(ask(&router, Method::POST, "/v1/regions/here/things").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert_eq!(ask(&router, Method::GET, "/v1/regions/here/audit/keys").await.0, StatusCode::OK);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn the_files_of_the_docs_are_the_same_each_time() {
    let (router, _) = gateway();
    for path in ["/docs/", "/docs/swagger-ui-bundle.js", "/docs/swagger-initializer.js", "/docs/swagger-ui.css"] {
        let first = ask(&router, Method::GET, path).await;
        assert!(first.0 == StatusCode::OK && first.1.len() > 100, "{path}: {}", first.0);
        assert_eq!(ask(&router, Method::GET, path).await, first, "{path}");
        assert_eq!(ask(&router, Method::GET, &format!("{path}?again")).await, first, "{path}");
    }
    assert_eq!(ask(&router, Method::GET, "/docs/nothing.js").await.0, StatusCode::NOT_FOUND);
}
