//! Pings, which anyone may send.

use crate::counts::Counts;
use crate::scratch::{region, scratch};
use axum::extract::{Path, Query, State};
use axum::routing::get;
use axum::{Json, Router};
use bus::{Bus, Head, LogSource, Settings, There};
use event_log::EventLog;
use projections::Projections;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const LONG: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A log of another process, and how often it was asked where it ends.
type Watched = (EventLog, Arc<AtomicU32>);

async fn heads(State((log, looks)): State<Watched>) -> Json<Vec<Head>> {
    looks.fetch_add(1, Ordering::SeqCst);
    Json(LogSource::from(log).heads().await.unwrap())
}

async fn page(
    State((log, _)): State<Watched>,
    Path(slug): Path<String>,
    Query(query): Query<HashMap<String, i64>>,
) -> String {
    let events = log.page(&region(&slug), query["after"], usize::try_from(query["limit"]).unwrap()).await.unwrap();
    events.into_iter().map(|event| event.text + "\n").collect()
}

#[tokio::test]
async fn a_flood_of_pings_costs_few_looks_and_moves_no_position() {
    scratch(|ground| async move {
        let looks = Arc::new(AtomicU32::new(0));
        let routes = Router::new().route("/log", get(heads)).route("/log/{region}", get(page));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = routes.with_state((ground.counters.clone(), looks.clone()));
        let serving = tokio::spawn(axum::serve(listener, routes).into_future());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let far = LogSource::There(There::new("counters", &url, "", reqwest::Client::new()));

        let first = ground.append("ons", "a", &[1], None).await.position;
        // It looks by itself at the start, and then not before the test is over.
        let settings =
            Settings { compare_every: Duration::from_secs(600), look_every: POLL_INTERVAL, ..ground.settings() };
        let bus = Bus::new("counters", ground.nats.clone(), ground.database.clone(), settings);
        let bus = Projections::over(bus).projection(Counts::default(), &[far]);
        let (end, running) = (CancellationToken::new(), bus.clone());
        let token = end.clone();
        let task = tokio::spawn(async move { running.run(token).await.unwrap() });
        bus.progress().wait(&region("ons"), &[("counters", first)], LONG).await.unwrap();

        let (began, before) = (Instant::now(), looks.load(Ordering::SeqCst));
        let subject = format!("{}_ping.counters", ground.root);
        let ping = async |text: String| ground.nats.publish(subject.clone(), text.into()).await.unwrap();
        for round in 0..5_000 {
            for text in [format!("ons {}", i64::MAX), format!("nowhere-{round} 7"), "ons -1".into(), "?".into()] {
                ping(text).await;
            }
        }
        // A true one behind them is heard all the same.
        let second = ground.append("ons", "a", &[2], None).await.position;
        ping(format!("ons {second}")).await;
        ground.nats.flush().await.unwrap();
        bus.progress().wait(&region("ons"), &[("counters", second)], LONG).await.unwrap();

        let most = 2 + u32::try_from(began.elapsed().as_millis() / POLL_INTERVAL.as_millis()).unwrap();
        let looked = looks.load(Ordering::SeqCst) - before;
        assert!(looked >= 1 && looked <= most, "{looked} looks, and at most {most} were due");
        let behind = bus.progress().lag();
        assert_eq!(behind.len(), 1, "a region that nobody knows is not one: {behind:?}");
        assert_eq!((behind[0].end, behind[0].position), (second, second));
        end.cancel();
        task.await.unwrap();
        serving.abort();
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_doubts_makes_nothing_again_that_is_true() {
    scratch(|ground| async move {
        let done = ground.append("ons", "a", &[1, 2, 3], None).await;
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::default(), &ground.sources());
        bus.settle().await.unwrap();
        let made = ground.stream("ons").await.cached_info().created;
        let (end, running) = (CancellationToken::new(), bus.clone());
        let token = end.clone();
        let task = tokio::spawn(async move { running.run(token).await.unwrap() });
        bus.progress().wait(&region("ons"), &[("counters", done.position)], LONG).await.unwrap();
        let subject = format!("{}_doubt.counters.ons", ground.root);
        for round in 0..5_000 {
            for text in [(round % 5).to_string(), i64::MAX.to_string(), "-1".into(), "?".into()] {
                ground.nats.publish(subject.clone(), text.into()).await.unwrap();
            }
        }
        ground.nats.flush().await.unwrap();
        let done = ground.append("ons", "a", &[4], None).await;
        bus.progress().wait(&region("ons"), &[("counters", done.position)], LONG).await.unwrap();
        crate::scratch::until("all is relayed", async || ground.last("ons").await == 4).await;
        assert_eq!(ground.stream("ons").await.cached_info().created, made);
        end.cancel();
        task.await.unwrap();
    })
    .await;
}
