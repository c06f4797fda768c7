//! A process at work.

use crate::counts::Counts;
use crate::scratch::{Scratch, region, scratch, until};
use bus::{Bus, Lag};
use projections::Projections;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

fn started(bus: &Projections) -> (CancellationToken, JoinHandle<()>) {
    let (end, bus) = (CancellationToken::new(), bus.clone());
    let token = end.clone();
    (end, tokio::spawn(async move { bus.run(token).await.unwrap() }))
}

fn whole(ground: &Scratch) -> Projections {
    Projections::over(ground.bus().relay(ground.counters.clone())).projection(Counts::default(), &ground.sources())
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_wait_for_a_position_ends_with_the_rows_in_the_tables() {
    scratch(|ground| async move {
        let bus = whole(&ground);
        let (end, running) = started(&bus);
        for slug in ["ons", "anders", "ons"] {
            let done = ground.append(slug, "a", &[1, 2], None).await;
            bus.progress().wait(&region(slug), &[("counters", done.position)], LONG).await.unwrap();
            assert_eq!(ground.number(slug, "select max(position) from all_counts.seen").await, done.position);
        }
        let behind = bus.progress().lag();
        assert_eq!(behind.len(), 2);
        assert!(behind.iter().all(|one| one.position == one.end), "{behind:?}");
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_wait_in_vain_reports_how_far_the_reader_is() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2]).await;
        let bus = whole(&ground);
        bus.settle().await.unwrap();
        let soon = Duration::from_millis(100);
        let lag = bus.progress().wait(&region("ons"), &[("counters", 3)], soon).await;
        assert_eq!(lag, Err(Lag { service: "counters".into(), wanted: 3, have: 2 }));
        bus.progress().wait(&region("ons"), &[("answers", 9)], soon).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_position_that_another_process_reached_is_seen() {
    scratch(|ground| async move {
        let (end, running) = started(&whole(&ground));
        let other = ground.second_process().await;
        let watching = whole(&other).progress();
        let done = other.append("ons", "a", &[1], None).await;
        watching.wait(&region("ons"), &[("counters", done.position)], LONG).await.unwrap();
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_vanished_stream_is_refilled_while_reading_continues() {
    scratch(|ground| async move {
        let bus = whole(&ground);
        let (end, running) = started(&bus);
        let filled = async || {
            let stream = ground.jetstream.get_stream(ground.stream_name("ons")).await;
            stream.is_ok_and(|stream| stream.cached_info().state.last_sequence == 50)
        };
        let done = ground.append("ons", "a", &[1; 50], None).await;
        bus.progress().wait(&region("ons"), &[("counters", done.position)], LONG).await.unwrap();
        // The reader may have had it from the log itself, before there was a stream.
        until("the stream is filled", filled).await;
        ground.jetstream.delete_stream(ground.stream_name("ons")).await.unwrap();
        until("the stream is refilled", filled).await;
        let done = ground.append("ons", "a", &[1; 50], None).await;
        bus.progress().wait(&region("ons"), &[("counters", done.position)], LONG).await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 100);
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn without_nats_the_log_itself_is_followed() {
    scratch(|ground| async move {
        let nowhere =
            async_nats::ConnectOptions::new().retry_on_initial_connect().connect("127.0.0.1:9").await.unwrap();
        let bus = Projections::over(
            Bus::new("counters", nowhere, ground.database.clone(), ground.settings()).relay(ground.counters.clone()),
        )
        .projection(Counts::default(), &ground.sources());
        let (end, running) = started(&bus);
        for _ in 0..3 {
            let done = ground.append("ons", "a", &[1, 2], None).await;
            bus.progress().wait(&region("ons"), &[("counters", done.position)], LONG).await.unwrap();
        }
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_the_work_and_every_event_counts_once() {
    scratch(|ground| async move {
        let other = ground.second_process().await;
        let (one, two) = (whole(&ground), whole(&other));
        let (end, running) = started(&one);
        let (second_end, second) = started(&two);
        let mut last = 0;
        for round in 0..20 {
            // Both processes take commands.
            let process = if round % 2 == 0 { &ground } else { &other };
            last = process.append("ons", "a", &[1; 25], None).await.position;
            if round == 10 {
                second_end.cancel();
            }
        }
        one.progress().wait(&region("ons"), &[("counters", last)], LONG).await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 500);
        assert_eq!(one.parked(&region("ons")).await.unwrap(), []);
        until("all is relayed", async || ground.last("ons").await == 500).await;
        second.await.unwrap();
        end.cancel();
        running.await.unwrap();
    })
    .await;
}
