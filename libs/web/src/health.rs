//! Is the process alive, and can it do its work?

use crate::Problem;
use axum::{Json, Router, response::IntoResponse, routing::get};
use futures_util::future::{BoxFuture, join_all};
use http::StatusCode;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// One thing that must be there for the work to be done.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    run: Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>,
}

impl Check {
    /// `run` says whether `name` is there; more than two seconds is no.
    pub fn new<F>(name: &'static str, run: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Self { name, run: Arc::new(move || Box::pin(run())) }
    }

    async fn fails(&self) -> Option<&'static str> {
        let good = tokio::time::timeout(Duration::from_secs(2), (self.run)()).await.unwrap_or(false);
        (!good).then_some(self.name)
    }
}

/// `/health/live`, without a token: it says that there is a hub, as any answer does.
pub fn live<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/health/live", get(async || Json::<Value>(json!({ "status": "live" }))))
}

/// `/health/live` and `/health/ready`, without a token: for whoever watches over the hub from inside, since it costs
/// work, and names what is missing.
pub fn health<S: Clone + Send + Sync + 'static>(checks: Vec<Check>) -> Router<S> {
    let ready = move || {
        let checks = checks.clone();
        async move {
            let missing: Vec<&str> = join_all(checks.iter().map(Check::fails)).await.into_iter().flatten().collect();
            if missing.is_empty() {
                return Json(json!({ "status": "ready" })).into_response();
            }
            let (english, dutch) = ("Not everything that is needed is there.", "Niet alles wat nodig is, is er.");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", english, dutch)
                .with("missing", missing.into())
                .into_response()
        }
    };
    live().route("/health/ready", get(ready))
}
