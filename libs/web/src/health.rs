//! Is the process alive, and can it do its work?

use crate::Problem;
use axum::{Json, Router, response::IntoResponse, routing::get};
use futures_util::future::{BoxFuture, join_all};
use http::StatusCode;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

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

/// `/health/live` and `/health/ready`, without a token: for whoever watches over the hub from inside, since it costs
/// work, and names what is missing.
pub fn health<S: Clone + Send + Sync + 'static>(checks: Vec<Check>) -> Router<S> {
    let ready = move || {
        let checks = checks.clone();
        async move {
            let failed = join_all(checks.iter().map(Check::fails)).await;
            let named = |needed: bool| -> Vec<&str> {
                let failed = checks.iter().zip(&failed).filter(|(check, failed)| **failed && check.needed == needed);
                failed.map(|(check, _)| &*check.name).collect()
            };
            let (missing, impaired) = (named(true), named(false));
            if missing.is_empty() && impaired.is_empty() {
                return Json(json!({ "status": "ready" })).into_response();
            }
            if missing.is_empty() {
                return Json(json!({ "status": "ready", "impaired": impaired })).into_response();
            }
            let (english, dutch) = ("Not everything that is needed is there.", "Niet alles wat nodig is, is er.");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", english, dutch)
                .with("missing", missing.into())
                .into_response()
        }
    };
    live().route("/health/ready", get(ready))
}
