//! What auditors are shown by a service of another process is kept where the audit runs: `POST /looks`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use std::sync::Arc;
use web::{Keep, Look, Problem, Told};

/// Where looks are kept.
pub(crate) const PATH: &str = "/looks";

/// The route of the service that keeps looks.
pub(crate) fn routes(keep: Keep) -> Router {
    Router::new().route(PATH, post(kept)).with_state(keep)
}

async fn kept(State(keep): State<Keep>, Json(look): Json<Look>) -> Response {
    match keep(look).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => (problem.status(), Json(Told::from(&problem))).into_response(),
    }
}

/// Keeps looks with the audit service at `url`, opened by the secret that services share.
#[must_use]
pub fn kept_elsewhere(url: &str, secret: &str, http: reqwest::Client) -> Keep {
    let (address, secret): (Arc<str>, Arc<str>) =
        (format!("{}{PATH}", url.trim_end_matches('/')).into(), secret.into());
    Arc::new(move |look| {
        let asking = http.post(&*address).bearer_auth(&secret).json(&look).send();
        Box::pin(async move {
            let answer = asking.await.map_err(unanswered)?;
            if answer.status().is_success() {
                return Ok(());
            }
            // What is no problem of the audit's own is an audit that does not work.
            let told = answer.json::<Told>().await.map_err(unanswered)?;
            Err(told.into())
        })
    })
}

fn unanswered(error: reqwest::Error) -> Problem {
    tracing::warn!(error = %error.without_url(), "the audit does not answer: an auditor is shown nothing");
    Problem::unavailable("audit log")
}
