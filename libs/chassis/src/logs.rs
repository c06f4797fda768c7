//! A service's logs by position, for the other services and for auditors: `/log` and `/log/{region}`.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bus::Head;
use event_log::EventLog;
use futures_util::{StreamExt, TryStreamExt};
use serde::Deserialize;
use std::sync::Arc;
use vocabulary::RegionId;

struct Logs {
    log: EventLog,
    secret: String,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
}

/// The routes. Only who brings `secret` as bearer token reads.
pub(crate) fn routes(log: EventLog, secret: String) -> Router {
    Router::new()
        .route("/log", get(heads))
        .route("/log/{region}", get(events))
        .with_state(Arc::new(Logs { log, secret }))
}

async fn heads(State(logs): State<Arc<Logs>>, headers: HeaderMap) -> Response {
    if !logs.admits(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match logs.log.heads().await {
        Ok(heads) => {
            let heads: Vec<Head> = heads
                .into_iter()
                .map(|head| Head { region: head.region, position: head.position, epoch: head.epoch })
                .collect();
            Json(heads).into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// One event a line, exactly as stored, in flat memory however long the log is.
async fn events(
    State(logs): State<Arc<Logs>>,
    headers: HeaderMap,
    Path(region): Path<RegionId>,
    Query(range): Query<Range>,
) -> Response {
    if !logs.admits(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let lines = logs.log.texts(&region, range.after).take(range.limit.unwrap_or(usize::MAX)).map_ok(|mut text| {
        text.push('\n');
        Bytes::from(text)
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

impl Logs {
    fn admits(&self, headers: &HeaderMap) -> bool {
        let brought = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        // As long whatever is wrong: the time taken tells nothing of the secret.
        brought.is_some_and(|brought| {
            brought.len() == self.secret.len()
                && brought.bytes().zip(self.secret.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
        })
    }
}
