//! One OpenAPI document of everything, and pages that show it.

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};
use web::Problem;

/// The documents of all services as one. They are moved into it: each takes megabytes.
#[must_use]
pub fn merged(own: OpenApi, services: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut document = own;
    for service in services {
        document.merge(service);
    }
    web::titled(document, "Regiohub", "1.0.0")
}

/// So many files the pages have, and a few more ways to write their names.
const MAX_FILES: usize = 32;

/// Files by their path: read once, and shared by all who are sent them. One is more than a megabyte.
type Files = Arc<Mutex<HashMap<String, (HeaderMap, Bytes)>>>;

/// `/docs`: the document, to read and to try.
pub fn pages() -> Router {
    let pages: Router = SwaggerUi::new("/docs").config(Config::from("/v1/openapi.json")).into();
    pages.layer(middleware::from_fn(own_scripts)).layer(middleware::from_fn_with_state(Files::default(), shared))
}

/// The same bytes for everyone, however slowly they take them.
async fn shared(State(files): State<Files>, request: Request, next: Next) -> Response {
    let path = (request.method() == Method::GET).then(|| request.uri().path().to_owned());
    let kept = path.as_ref().and_then(|path| opened(&files).get(path).cloned());
    let (headers, bytes) = match kept {
        Some(kept) => kept,
        None => {
            let answer = next.run(request).await;
            let Some(path) = path.filter(|_| answer.status() == StatusCode::OK) else { return answer };
            let (parts, body) = answer.into_parts();
            let Ok(bytes) = to_bytes(body, usize::MAX).await else { return Problem::internal().into_response() };
            let mut files = opened(&files);
            if files.len() < MAX_FILES {
                files.insert(path, (parts.headers.clone(), bytes.clone()));
            }
            (parts.headers, bytes)
        }
    };
    (headers, bytes).into_response()
}

fn opened(files: &Files) -> MutexGuard<'_, HashMap<String, (HeaderMap, Bytes)>> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The pages load their own scripts and styles, and nothing from elsewhere.
async fn own_scripts(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    answer
}
