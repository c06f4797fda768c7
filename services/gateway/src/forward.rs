//! Commands go to the service that decides: in memory, or over HTTP, by the same code path.

use crate::document::merged;
use access::Issuers;
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::{HeaderName, header};
use tower::ServiceExt;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use web::{Problem, Trace};

const TRACEPARENT: &str = "traceparent";

/// A service behind the gateway.
#[derive(Clone)]
pub struct Backend {
    /// Which one.
    pub name: &'static str,
    /// What its routes promise: these are forwarded, and nothing else.
    pub openapi: OpenApi,
    /// Where it is.
    pub place: Place,
}

/// Where a service is.
#[derive(Clone, Debug)]
pub enum Place {
    /// In this process.
    Here(Router),
    /// In another one: its address without a slash at the end.
    There(String, reqwest::Client),
}

#[derive(Clone)]
struct To {
    name: &'static str,
    place: Place,
    issuers: Issuers,
}

/// The whole public API: the gateway's own routes, every route of the services, and one document of all. Only the text of
/// the document is kept.
pub fn compose(queries: Router, own: OpenApi, backends: Vec<Backend>, issuers: &Issuers) -> Router {
    let mut router = queries;
    for backend in &backends {
        let to = To { name: backend.name, place: backend.place.clone(), issuers: issuers.clone() };
        let mut routes = Router::new();
        for (path, item) in &backend.openapi.paths.paths {
            for (method, operation) in operations(item) {
                let open = operation.operation_id.as_deref().is_some_and(|id| access::PUBLIC.contains(&id));
                routes = routes.route(path, if open { on(method, forward_anyone) } else { on(method, forward) });
            }
        }
        router = router.merge(routes.with_state(to));
    }
    let document = merged(own, backends.into_iter().map(|backend| backend.openapi));
    router.merge(web::openapi(document)).merge(crate::document::pages())
}

fn operations(item: &PathItem) -> impl Iterator<Item = (MethodFilter, &Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [
        (get, MethodFilter::GET),
        (put, MethodFilter::PUT),
        (post, MethodFilter::POST),
        (delete, MethodFilter::DELETE),
        (patch, MethodFilter::PATCH),
    ]
    .into_iter()
    .filter_map(|(operation, method)| Some((method, operation.as_ref()?)))
}

/// The service checks the token and what it allows; without one, or with a bad one, nothing goes further.
async fn forward(State(to): State<To>, request: Request) -> Response {
    match web::bearer(request.headers()) {
        Ok(_) => forward_anyone(State(to), request).await,
        Err(problem) => problem.into_response(),
    }
}

/// The same where no token is needed.
async fn forward_anyone(State(to): State<To>, request: Request) -> Response {
    if let Ok(token) = web::bearer(request.headers())
        && let Err(denied) = to.issuers.verify(&token).await
    {
        return Problem::from(denied).into_response();
    }
    match &to.place {
        Place::Here(router) => match router.clone().oneshot(afresh(request)).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        },
        Place::There(address, http) => over_http(address, http, request).await.unwrap_or_else(|error| {
            tracing::warn!(service = to.name, error = %error.without_url(), "a service does not answer");
            Problem::unavailable(to.name).into_response()
        }),
    }
}

/// The request as it came in, with its trace: what this router found in the path means nothing to the next one,
/// which would put its own beside it.
fn afresh(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    let trace = parts.extensions.remove::<Trace>();
    parts.extensions.clear();
    if let Some(trace) = trace {
        parts.extensions.insert(trace);
    }
    Request::from_parts(parts, body)
}

async fn over_http(address: &str, http: &reqwest::Client, request: Request) -> Result<Response, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut forwarded = http.request(parts.method, format!("{address}{path}"));
    // The service's part of the trace hangs under ours.
    let trace = parts.extensions.get::<Trace>().map(|trace| trace.traceparent.clone());
    for (name, value) in parts.headers.iter().filter(|(name, _)| end_to_end(name)) {
        if trace.is_none() || name != TRACEPARENT {
            forwarded = forwarded.header(name, value);
        }
    }
    if let Some(trace) = trace {
        forwarded = forwarded.header(TRACEPARENT, trace);
    }
    if !body.is_end_stream() {
        forwarded = forwarded.body(reqwest::Body::wrap_stream(body.into_data_stream()));
    }
    let answer = forwarded.send().await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    for (name, value) in answer.headers().iter().filter(|(name, _)| end_to_end(name)) {
        response.headers_mut().append(name, value.clone());
    }
    *response.body_mut() = Body::from_stream(answer.bytes_stream());
    Ok(response)
}

/// Headers that are about one connection stay on it.
fn end_to_end(name: &HeaderName) -> bool {
    ![
        header::CONNECTION,
        HeaderName::from_static("keep-alive"),
        header::TRANSFER_ENCODING,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::HOST,
        header::CONTENT_LENGTH,
    ]
    .contains(name)
}
