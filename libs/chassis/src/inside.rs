//! What only the installation itself asks, on its internal listener: a log by position, what is parked, and a new epoch
//! after a restore.
//!
//! `GET /log` · `GET /log/{region}?after=&limit=` · the same with `&skim=` · `GET /log/{region}?stream=` ·
//! `GET /log/{region}/restored` · `POST /log/{region}/restored` · `GET /parked/{region}` ·
//! `POST /parked/{region}?reader=` · where looks are kept `POST /looks`

use crate::{looks, restored};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use bus::Head;
use event_log::EventLog;
use futures_util::{StreamExt, TryStreamExt};
use projections::Projections;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use vocabulary::RegionId;
use web::Keep;

struct Inside {
    log: EventLog,
    projections: Projections,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
    /// Only this stream, whole.
    stream: Option<String>,
    /// No events: how far they go, and whether one is of these categories, which commas separate.
    skim: Option<String>,
}

#[derive(Deserialize)]
struct Reader {
    reader: String,
}

/// Every internal route, and what answers there.
fn table() -> [(&'static str, MethodRouter<Arc<Inside>>); 3] {
    [("/log", get(heads)), ("/log/{region}", get(events)), ("/parked/{region}", get(parked).post(retry))]
}

/// The path of every internal route: `{region}` stands for a region.
#[must_use]
pub fn internal_paths() -> Vec<&'static str> {
    table().into_iter().map(|(path, _)| path).chain([restored::PATH, looks::PATH]).collect()
}

/// The routes, the service's `own` among them. Only who brings one of the `secrets` as bearer token gets in.
pub(crate) fn routes(
    log: EventLog,
    projections: Projections,
    own: Router,
    keeps: Option<Keep>,
    secrets: Vec<String>,
) -> Router {
    let looks = keeps.map(looks::routes).unwrap_or_default();
    let all = table().into_iter().fold(Router::new(), |router, (path, answers)| router.route(path, answers));
    all.with_state(Arc::new(Inside { log, projections }))
        .merge(own)
        .merge(looks)
        .route_layer(middleware::from_fn_with_state(Arc::new(secrets), admit))
}

async fn admit(State(secrets): State<Arc<Vec<String>>>, request: Request, next: Next) -> Response {
    // Each is compared, whichever fits.
    let fits = secrets.iter().fold(false, |fits, secret| fits | brings(request.headers(), secret));
    if fits { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() }
}

fn brings(headers: &HeaderMap, secret: &str) -> bool {
    let brought = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    // As long whatever is wrong: the time taken tells nothing of the secret.
    brought.is_some_and(|brought| {
        brought.len() == secret.len()
            && brought.bytes().zip(secret.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    })
}

async fn heads(State(inside): State<Arc<Inside>>) -> Response {
    match inside.log.heads().await {
        Ok(heads) => Json(heads.into_iter().map(Head::from).collect::<Vec<_>>()).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// One event a line, exactly as stored, in flat memory however long the log is.
async fn events(
    State(inside): State<Arc<Inside>>,
    Path(region): Path<RegionId>,
    Query(range): Query<Range>,
) -> Response {
    if let Some(stream) = range.stream {
        return history(&inside.log, &region, &stream).await;
    }
    if let Some(categories) = range.skim {
        let categories: Vec<&str> = categories.split(',').collect();
        return match inside.log.skim(&region, range.after, range.limit.unwrap_or(1_000), &categories).await {
            Ok(skimmed) => Json(skimmed).into_response(),
            Err(error) => {
                tracing::warn!(%error, "a log cannot be read");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        };
    }
    let lines = inside.log.texts(&region, range.after).take(range.limit.unwrap_or(usize::MAX)).map_ok(|mut text| {
        text.push('\n');
        Bytes::from(text)
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

/// A history is short: it is read whole.
async fn history(log: &EventLog, region: &RegionId, stream: &str) -> Response {
    match log.history(region, stream).await {
        Ok(history) => {
            let lines: String = history.into_iter().flat_map(|event| [event.text, "\n".to_owned()]).collect();
            ([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "a history cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn parked(State(inside): State<Arc<Inside>>, Path(region): Path<RegionId>) -> Response {
    match inside.projections.parked(&region).await {
        Ok(parked) => Json(parked).into_response(),
        Err(error) => unavailable(&error),
    }
}

async fn retry(
    State(inside): State<Arc<Inside>>,
    Path(region): Path<RegionId>,
    Query(Reader { reader }): Query<Reader>,
) -> Response {
    match inside.projections.retry(&region, &reader).await {
        Ok(retried) => Json(json!({ "handled": retried.handled, "left": retried.left })).into_response(),
        Err(bus::Error::NoReader(_)) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => unavailable(&error),
    }
}

fn unavailable(error: &bus::Error) -> Response {
    tracing::warn!(%error, "what is parked cannot be read");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
