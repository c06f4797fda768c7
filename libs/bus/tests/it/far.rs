//! Logs of another process, over HTTP.

use crate::counts::Counts;
use crate::scratch::{region, scratch};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use bus::{Error, Head, LogSource, There};
use event_log::EventLog;
use projections::Projections;
use std::collections::HashMap;

async fn heads(State(log): State<EventLog>, headers: HeaderMap) -> Result<Json<Vec<Head>>, StatusCode> {
    allowed(&headers)?;
    Ok(Json(LogSource::from(log).heads().await.unwrap()))
}

async fn page(
    State(log): State<EventLog>,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Query(query): Query<HashMap<String, i64>>,
) -> Result<String, StatusCode> {
    allowed(&headers)?;
    let events = log.page(&region(&slug), query["after"], usize::try_from(query["limit"]).unwrap()).await.unwrap();
    Ok(events.into_iter().map(|event| event.text + "\n").collect())
}

fn allowed(headers: &HeaderMap) -> Result<(), StatusCode> {
    let said = headers.get("authorization").and_then(|value| value.to_str().ok());
    if said == Some("Bearer shared") { Ok(()) } else { Err(StatusCode::UNAUTHORIZED) }
}

#[tokio::test]
async fn a_log_of_another_process_is_read_over_http_without_its_stream() {
    scratch(|ground| async move {
        ground.append("ons", "a", &[1; 1_100], None).await;
        let routes = Router::new().route("/log", get(heads)).route("/log/{region}", get(page));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let serving = tokio::spawn(axum::serve(listener, routes.with_state(ground.counters.clone())).into_future());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let far = |secret| LogSource::There(There::new("counters", &url, secret, reqwest::Client::new()));

        Projections::over(ground.bus()).projection(Counts::default(), &[far("shared")]).settle().await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 1_100);
        let refused = Projections::over(ground.bus()).projection(Counts::default(), &[far("guessed")]).settle().await;
        assert!(matches!(refused, Err(Error::Http(_))), "{refused:?}");
        serving.abort();
    })
    .await;
}

#[tokio::test]
async fn events_in_the_stream_are_not_read_from_the_log() {
    scratch(|ground| async move {
        ground.append("ons", "a", &[1; 1_100], None).await;
        ground.bus().relay(ground.counters.clone()).settle().await.unwrap();
        // It tells where its logs end, and nothing of what is in them.
        let routes = Router::new().route("/log", get(heads)).with_state(ground.counters.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(axum::serve(listener, routes).into_future());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let far = LogSource::There(There::new("counters", &url, "shared", reqwest::Client::new()));
        Projections::over(ground.bus()).projection(Counts::default(), &[far]).settle().await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 1_100);
        serving.abort();
    })
    .await;
}

#[tokio::test]
async fn a_reader_without_its_log_does_not_start() {
    scratch(|ground| async move {
        let refused = Projections::over(ground.bus())
            .projection(Counts::default(), &[ground.answers.clone().into()])
            .prepare()
            .await;
        assert!(matches!(refused, Err(Error::NoSource { service, .. }) if service == "counters"));
    })
    .await;
}
