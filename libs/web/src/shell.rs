//! What every answer of every service has in common. Put it around the whole router, once.

use crate::{Problem, Trace, language::Language};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use std::{panic::AssertUnwindSafe, time::Duration};
use tracing::{Instrument, field::Empty};

/// How the answers of a process look.
#[derive(Clone, Debug)]
pub struct Shell {
    /// `API-Version`, such as `1.0.0`.
    pub version: &'static str,
    /// Whether the hub is reached over https: then browsers are instructed to stay there.
    pub https: bool,
    /// How long a request may take until its answer begins.
    pub time_limit: Duration,
}

impl Default for Shell {
    fn default() -> Self {
        Self { version: "1.0.0", https: false, time_limit: Duration::from_secs(30) }
    }
}

/// Puts the shell around a router. **Invariant:** it is the outermost layer.
pub fn shell(router: Router, shell: Shell) -> Router {
    router.layer(middleware::from_fn_with_state(shell, around))
}

async fn around(State(shell): State<Shell>, mut request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let open = request.uri().path().ends_with("/openapi.json");
    // Method and route only: addresses may hold what someone searched for.
    let span = tracing::info_span!(
        "request",
        otel.name = Empty,
        otel.kind = "server",
        http.request.method = %request.method(),
        http.route = Empty,
        http.response.status_code = Empty,
        trace = Empty,
    );
    let trace = Trace::of(request.headers(), &span);
    span.record("trace", trace.id());
    request.extensions_mut().insert(trace.clone());
    let head = request.method() == Method::HEAD;

    let answering = AssertUnwindSafe(next.run(request).instrument(span.clone())).catch_unwind();
    let answer = match tokio::time::timeout(shell.time_limit, answering).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => {
            // The panic hook has written what happened; the caller gets no part of it.
            span.in_scope(|| tracing::error!("a handler panicked"));
            Problem::internal().into_response()
        }
        Err(_) => {
            span.in_scope(|| tracing::warn!("a request took too long"));
            Problem::too_slow().into_response()
        }
    };
    span.record("http.response.status_code", answer.status().as_u16());
    let mut answer = readable(answer, language, &trace, head);
    shell.dress(answer.headers_mut(), open);
    answer
}

/// Every answer of 400 or more as a problem in the reader's language.
fn readable(answer: Response, language: Language, trace: &Trace, head: bool) -> Response {
    if !answer.status().is_client_error() && !answer.status().is_server_error() {
        return answer;
    }
    let kind = answer.headers().get(header::CONTENT_TYPE);
    let written = kind.is_some_and(|kind| kind == "application/problem+json");
    let problem = match answer.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        // Another process wrote it already.
        None if written || head => return answer,
        None => Problem::of_status(answer.status()),
    };
    let mut anew = problem.written(language, Some(trace.id()));
    let body = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_LANGUAGE];
    for (name, value) in answer.headers() {
        if !body.contains(name) && !anew.headers().contains_key(name) {
            anew.headers_mut().append(name, value.clone());
        }
    }
    anew
}

impl Shell {
    fn dress(&self, headers: &mut HeaderMap, open: bool) {
        let mut add = |name: HeaderName, value: &'static str| {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        };
        add(HeaderName::from_static("api-version"), self.version);
        add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        add(header::X_FRAME_OPTIONS, "DENY");
        add(header::REFERRER_POLICY, "no-referrer");
        add(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
        add(header::CACHE_CONTROL, "no-store");
        if self.https {
            add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
        }
        if open {
            add(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        }
    }
}
