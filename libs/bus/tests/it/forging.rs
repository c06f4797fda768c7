//! Messages and hints of somebody who is not the relay.

use crate::counts::Counts;
use crate::scratch::{Scratch, keys, region, scratch, until};
use async_nats::jetstream::stream::{Config, Stream};
use async_nats::{HeaderMap, HeaderValue};
use bus::{Bus, Settings};
use projections::Projections;
use serde_json::Value;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn whole(ground: &Scratch) -> Projections {
    Projections::over(ground.bus().relay(ground.counters.clone())).projection(Counts::default(), &ground.sources())
}

async fn total(ground: &Scratch) -> i64 {
    ground.number("ons", "select coalesce((select total from all_counts.counts), 0)").await
}

/// The text of an event that never happened, at a position of the log.
async fn forged(ground: &Scratch, position: i64) -> String {
    let page = ground.counters.page(&region("ons"), 0, 1).await.unwrap();
    let mut event: Value = serde_json::from_str(&page[0].text).unwrap();
    event["position"] = position.into();
    event["version"] = position.into();
    event["id"] = uuid::Uuid::now_v7().to_string().into();
    event["data"]["by"] = 1_000.into();
    event.to_string()
}

fn mac(value: &HeaderValue) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("Hub-Mac", value.clone());
    headers
}

async fn publish(ground: &Scratch, headers: HeaderMap, text: impl Into<bytes::Bytes>) {
    let subject = format!("{}.counters.ons.counter.counter-raised", ground.root);
    ground.jetstream.publish_with_headers(subject, headers, text.into()).await.unwrap().await.unwrap();
}

/// The stream holds the log and nothing else, and every message carries a code of that key.
async fn is_the_log(ground: &Scratch, stream: &Stream, key: u32) -> bool {
    let events = ground.counters.page(&region("ons"), 0, 100).await.unwrap();
    for event in &events {
        let Ok(message) = stream.get_raw_message(event.position.unsigned_abs()).await else { return false };
        let code = message.headers.get("Hub-Mac").map(|code| code.as_str().to_owned()).unwrap_or_default();
        if message.payload != event.text || !code.starts_with(&format!("{key}.")) {
            return false;
        }
    }
    stream.get_raw_message(events.len() as u64 + 1).await.is_err()
}

async fn refilled(ground: &Scratch, key: u32) -> bool {
    match ground.jetstream.get_stream(ground.stream_name("ons")).await {
        Ok(stream) => is_the_log(ground, &stream, key).await,
        Err(_) => false,
    }
}

#[tokio::test]
async fn a_forged_message_is_never_applied_and_its_stream_is_rebuilt() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2]).await;
        ground.raise("anders", "a", &[500, 500, 500]).await;
        let bus = whole(&ground);
        bus.settle().await.unwrap();
        let (own, other) = (ground.stream("ons").await, ground.stream("anders").await);
        let earlier = own.get_raw_message(2).await.unwrap();
        let foreign = other.get_raw_message(3).await.unwrap();
        let code =
            |message: &async_nats::jetstream::message::StreamMessage| mac(message.headers.get("Hub-Mac").unwrap());
        let nobody = mac(&format!("1.{}", "00".repeat(32)).parse().unwrap());
        let text = forged(&ground, 3).await;
        let forgeries: [(HeaderMap, bytes::Bytes); 5] = [
            (HeaderMap::new(), text.clone().into()),
            (nobody, text.clone().into()),
            (code(&earlier), text.into()),
            // Messages that were true elsewhere.
            (code(&earlier), earlier.payload.clone()),
            (code(&foreign), foreign.payload.clone()),
        ];
        for (headers, text) in forgeries {
            publish(&ground, headers, text).await;
            Projections::over(ground.bus()).projection(Counts::default(), &ground.sources()).settle().await.unwrap();
            assert_eq!(total(&ground).await, 3);
            bus.settle().await.unwrap();
            assert!(refilled(&ground, 1).await);
        }
        // And where the log has an event of its own, that whoever reads has heard of.
        publish(&ground, HeaderMap::new(), forged(&ground, 3).await).await;
        ground.append("ons", "a", &[4], None).await;
        Projections::over(ground.bus()).projection(Counts::default(), &ground.sources()).settle().await.unwrap();
        assert_eq!(total(&ground).await, 7);
        bus.settle().await.unwrap();
        assert!(refilled(&ground, 1).await);
    })
    .await;
}

/// Somebody puts another message in place of the second one, and leaves the rest of the stream as it was.
async fn replace_the_second(ground: &Scratch) {
    let stream = ground.stream("ons").await;
    let config = stream.cached_info().config.clone();
    let mut kept = Vec::new();
    for position in 1..=stream.cached_info().state.last_sequence {
        kept.push(stream.get_raw_message(position).await.unwrap());
    }
    ground.jetstream.delete_stream(&config.name).await.unwrap();
    ground.jetstream.create_stream(config).await.unwrap();
    for message in kept {
        let code = mac(message.headers.get("Hub-Mac").unwrap());
        match message.sequence {
            2 => publish(ground, code, forged(ground, 2).await).await,
            _ => publish(ground, code, message.payload).await,
        }
    }
}

#[tokio::test]
async fn a_forged_message_makes_the_relay_rebuild_the_stream() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 4, 8]).await;
        ground.bus().relay(ground.counters.clone()).settle().await.unwrap();
        replace_the_second(&ground).await;
        let (end, bus) = (CancellationToken::new(), whole(&ground));
        bus.prepare().await.unwrap();
        let running = tokio::spawn({
            let (bus, end) = (bus.clone(), end.clone());
            async move { bus.run(end).await.unwrap() }
        });
        tokio::time::timeout(Duration::from_secs(10), async {
            until("the truth is read", async || total(&ground).await == 15).await;
            until("the stream is the log again", async || refilled(&ground, 1).await).await;
            let done = ground.append("ons", "a", &[16], None).await;
            bus.progress().wait(&region("ons"), &[("counters", done.position)], Duration::from_secs(10)).await.unwrap();
            until("and goes on", async || refilled(&ground, 1).await).await;
        })
        .await
        .expect("within ten seconds");
        assert_eq!(total(&ground).await, 31);
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_stream_without_codes_or_under_an_earlier_key_is_made_again() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2]).await;
        let subjects = vec![format!("{}.counters.ons.>", ground.root)];
        let config = Config { name: ground.stream_name("ons"), subjects, ..Config::default() };
        ground.jetstream.create_stream(config).await.unwrap();
        for event in ground.counters.page(&region("ons"), 0, 2).await.unwrap() {
            publish(&ground, HeaderMap::new(), event.text).await;
        }
        whole(&ground).settle().await.unwrap();
        assert!(refilled(&ground, 1).await);
        assert_eq!(total(&ground).await, 3);

        // Rotated; then the earlier key is accepted no more, while a message of it is still there.
        for (key, numbers, sum) in [(2, &[2, 1][..], 7), (3, &[3][..], 11)] {
            ground.raise("ons", "a", &[4]).await;
            let settings = Settings { keys: keys(numbers), ..ground.settings() };
            let rotated = Bus::new("counters", ground.nats.clone(), ground.database.clone(), settings);
            let rotated = Projections::over(rotated.relay(ground.counters.clone()))
                .projection(Counts::default(), &ground.sources());
            rotated.settle().await.unwrap();
            assert!(refilled(&ground, key).await);
            assert_eq!(total(&ground).await, sum);
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_of_a_former_name_goes_once_the_new_one_is_whole() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2]).await;
        let former = |slug: &str| format!("{}-counters-{slug}", ground.root);
        let make = async |name: String, slug: &str| {
            let subjects = vec![format!("{}.counters.{slug}.>", ground.root)];
            ground.jetstream.create_stream(Config { name, subjects, ..Config::default() }).await.unwrap();
        };
        make(former("ons"), "ons").await;
        // What was called like the second epoch of this log, and is another one's.
        make(former("ons--2"), "ons--2").await;
        for event in ground.counters.page(&region("ons"), 0, 2).await.unwrap() {
            publish(&ground, HeaderMap::new(), event.text).await;
        }
        let bus = ground.bus().relay(ground.counters.clone());
        bus.settle().await.unwrap();
        assert!(refilled(&ground, 1).await);
        assert!(ground.jetstream.get_stream(former("ons")).await.is_err(), "it goes");
        assert!(ground.jetstream.get_stream(former("ons--2")).await.is_ok(), "it is not this log's");

        ground.raise("ons--2", "a", &[1]).await;
        let raised = "set local regiohub.region = 'ons'; update event_log.head set epoch = 2 where region = 'ons'";
        Scratch::owner(&ground.database, raised).await;
        bus.settle().await.unwrap();
        assert_eq!((ground.last("ons_2").await, ground.last("ons--2").await), (2, 1));
        assert!(ground.jetstream.get_stream(former("ons--2")).await.is_err());
    })
    .await;
}
