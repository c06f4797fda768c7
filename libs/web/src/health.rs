//! Is the process alive, and can it do its work?

use crate::{Problem, shared::Shared};
use axum::{Json, Router, response::IntoResponse, routing::get};
use futures_util::future::{BoxFuture, join_all};
use http::StatusCode;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// One thing that must be there for the work to be done, or that is missed and not needed.
#[derive(Clone)]
pub struct Check {
    name: Arc<str>,
    needed: bool,
    run: Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>,
}

impl Check {
    /// `run` says whether `name` is there; more than two seconds is no.
    pub fn new<F>(name: &str, run: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Self { name: name.into(), needed: true, run: Arc::new(move || Box::pin(run())) }
    }

    /// The same of what the hub does its work without: somebody must look, and nobody is to be sent elsewhere.
    pub fn not_needed<F>(name: String, run: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Self { needed: false, ..Self::new(&name, run) }
    }

    async fn fails(&self) -> bool {
        !tokio::time::timeout(Duration::from_secs(2), (self.run)()).await.unwrap_or(false)
    }
}

/// `/health/live`, without a token: it says that there is a hub, as any answer does.
pub fn live<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/health/live", get(async || Json::<Value>(json!({ "status": "live" }))))
}

/// `/health/live` and `/health/ready`, without a token: for monitoring from inside, since it costs
/// work, and names what is missing. However many ask, it is found out once a second and by one at a time.
pub fn health<S: Clone + Send + Sync + 'static>(checks: Vec<Check>) -> Router<S> {
    // All ask the same: who waits for the answer costs nothing.
    let shared = Arc::new(Shared::new(Semaphore::MAX_PERMITS));
    let ready = move || {
        let (checks, shared) = (checks.clone(), shared.clone());
        async move {
            let find_out = async {
                let failed = join_all(checks.iter().map(Check::fails)).await;
                let named = |needed: bool| -> Vec<Arc<str>> {
                    let failed =
                        checks.iter().zip(&failed).filter(|(check, failed)| **failed && check.needed == needed);
                    failed.map(|(check, _)| check.name.clone()).collect()
                };
                (named(true), named(false))
            };
            let Ok((missing, impaired)) = shared.get("ready", find_out, |_| true).await else {
                return Problem::busy().into_response();
            };
            let texts = |names: &[Arc<str>]| names.iter().map(|name| name.to_string()).collect::<Vec<String>>();
            if missing.is_empty() && impaired.is_empty() {
                return Json(json!({ "status": "ready" })).into_response();
            }
            if missing.is_empty() {
                return Json(json!({ "status": "ready", "impaired": texts(&impaired) })).into_response();
            }
            let (english, dutch) = ("Not everything that is needed is there.", "Niet alles wat nodig is, is er.");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", english, dutch)
                .with("missing", texts(&missing).into())
                .into_response()
        }
    };
    live().route("/health/ready", get(ready))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use http::Request;
    use tower::ServiceExt;

    async fn told(checks: Vec<Check>) -> (StatusCode, Value) {
        let ready = Request::get("/health/ready").body(Body::empty()).unwrap();
        let answer = health::<()>(checks).oneshot(ready).await.unwrap();
        let (status, body) = (answer.status(), to_bytes(answer.into_body(), 10_000).await.unwrap());
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn an_unneeded_dependency_is_listed_and_readiness_stays_200() {
        let streams = |there: bool| Check::not_needed("streams of hotspots".to_owned(), move || async move { there });
        let database = |there: bool| Check::new("hotspots", move || async move { there });
        let whole = told(vec![database(true), streams(true)]).await;
        assert_eq!(whole, (StatusCode::OK, json!({ "status": "ready" })));
        let impaired = told(vec![database(true), streams(false)]).await;
        assert_eq!(impaired, (StatusCode::OK, json!({ "status": "ready", "impaired": ["streams of hotspots"] })));
        let (status, _) = told(vec![database(false), streams(true)]).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }
}
