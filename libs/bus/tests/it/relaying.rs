//! Log to stream.

use crate::counts::Counts;
use crate::scratch::{Scratch, region, scratch};
use async_nats::HeaderMap;
use async_nats::jetstream::stream::{Config, Stream};
use bus::Error;
use event_log::{Frontier, Recorded};
use projections::Projections;

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn a_streams_sequence_is_the_logs_position() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 3]).await;
        ground.append("ons", "b", &[4], Some(TRACE)).await;
        ground.bus().relay(ground.counters.clone()).settle().await.unwrap();
        let stream = ground.stream("ons").await;
        for event in ground.counters.page(&region("ons"), 0, 10).await.unwrap() {
            let message = stream.get_raw_message(event.position.unsigned_abs()).await.unwrap();
            assert_eq!(message.payload, event.text);
            assert_eq!(message.subject.as_str(), format!("{}.counters.ons.counter.counter-raised", ground.root));
            let trace = message.headers.get("traceparent").map(|value| value.as_str().to_owned());
            assert_eq!(trace, (event.position == 4).then(|| TRACE.to_owned()));
        }
        let info = stream.cached_info();
        assert_eq!(info.state.messages, 4);
        assert!(info.config.deny_delete && info.config.deny_purge);
    })
    .await;
}

#[tokio::test]
async fn a_region_has_a_stream_of_its_own() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2]).await;
        ground.raise("anders", "a", &[1, 2, 3]).await;
        ground.bus().relay(ground.counters.clone()).settle().await.unwrap();
        assert_eq!((ground.last("ons").await, ground.last("anders").await), (2, 3));
    })
    .await;
}

#[tokio::test]
async fn two_relays_at_once_store_each_event_once() {
    scratch(|ground| async move {
        for _ in 0..4 {
            ground.append("ons", "a", &[1; 500], None).await;
        }
        let other = ground.second_process().await;
        let one = ground.bus().relay(ground.counters.clone());
        let two = other.bus().relay(other.counters.clone());
        // A relay that loses a position reads where the stream is and continues from there.
        let (mut done, mut rounds) = (false, 0);
        while !done && rounds < 100 {
            let (first, second) = tokio::join!(one.settle(), two.settle());
            done = first.is_ok() && second.is_ok();
            rounds += 1;
        }
        let stream = ground.stream("ons").await;
        assert_eq!((stream.cached_info().state.messages, stream.cached_info().state.last_sequence), (2_000, 2_000));
        for position in [1, 2, 999, 1_999, 2_000] {
            let message = stream.get_raw_message(position).await.unwrap();
            let event = Recorded::parse(String::from_utf8(message.payload.to_vec()).unwrap()).unwrap();
            assert_eq!(event.position.unsigned_abs(), position);
        }
    })
    .await;
}

/// The stream again, with the first messages of what it held, just as they were.
async fn cut(ground: &Scratch, messages: u64, change: impl FnOnce(&mut Config)) -> Stream {
    let stream = ground.stream("ons").await;
    let mut config = stream.cached_info().config.clone();
    let mut kept = Vec::new();
    for position in 1..=messages {
        kept.push(stream.get_raw_message(position).await.unwrap());
    }
    ground.jetstream.delete_stream(ground.stream_name("ons")).await.unwrap();
    change(&mut config);
    let stream = ground.jetstream.create_stream(config).await.unwrap();
    for message in kept {
        let mut headers = HeaderMap::new();
        headers.insert("Hub-Mac", message.headers.get("Hub-Mac").unwrap().clone());
        let sent = ground.jetstream.publish_with_headers(message.subject, headers, message.payload).await;
        sent.unwrap().await.unwrap();
    }
    stream
}

#[tokio::test]
async fn a_lost_tail_and_a_deleted_stream_are_refilled() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 3, 4]).await;
        let bus = ground.bus().relay(ground.counters.clone());
        bus.settle().await.unwrap();

        // What a server that lost its tail has: the same stream, shorter.
        let made = cut(&ground, 2, |_| {}).await.cached_info().created;
        bus.settle().await.unwrap();
        assert_eq!(ground.last("ons").await, 4);
        assert_eq!(ground.stream("ons").await.cached_info().created, made, "what was there is believed");

        ground.jetstream.delete_stream(ground.stream_name("ons")).await.unwrap();
        bus.settle().await.unwrap();
        assert_eq!(ground.last("ons").await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_stream_with_a_hole_is_rebuilt() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 3, 4]).await;
        let bus = ground.bus().relay(ground.counters.clone());
        bus.settle().await.unwrap();
        let stream = cut(&ground, 4, |config| config.deny_delete = false).await;
        stream.delete_message(2).await.unwrap();

        bus.settle().await.unwrap();
        let state = ground.stream("ons").await.cached_info().state.clone();
        assert_eq!((state.messages, state.last_sequence), (4, 4));
    })
    .await;
}

/// The log without its events behind position `kept`, as a backup that was put back leaves it.
async fn put_back(ground: &Scratch, kept: usize, epoch: i32) {
    let mut frontier = Frontier::default();
    for event in ground.counters.page(&region("ons"), 0, kept).await.unwrap() {
        frontier.push(event_log::leaf_hash(&event.text));
    }
    let sql = format!(
        "set local regiohub.region = 'ons'; delete from event_log.event where region = 'ons' and position > {kept};
         update event_log.head set epoch = {epoch}, position = {kept}, frontier = '\\x{}' where region = 'ons'",
        hex::encode(frontier.to_bytes())
    );
    Scratch::owner(&ground.database, &sql).await;
}

#[tokio::test]
async fn a_stream_of_another_history_than_its_log_is_never_published_to() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 3]).await;
        ground.bus().relay(ground.counters.clone()).settle().await.unwrap();
        put_back(&ground, 2, 1).await;
        // The relay itself published what the log has no more: only a person knows why.
        let other = ground.second_process().await;
        let bus = other.bus().relay(other.counters.clone());
        assert!(matches!(bus.settle().await, Err(Error::Ahead { last: 3, head: 2, .. })));
        // Also when the log has grown past it: a longer log is not the same log.
        other.raise("ons", "a", &[30, 4]).await;
        assert!(matches!(bus.settle().await, Err(Error::Differs { position: 3, .. })));
        assert_eq!(ground.last("ons").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_raised_epoch_has_a_new_stream_and_rebuilt_read_models() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 4]).await;
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::default(), &ground.sources());
        bus.settle().await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 7);

        // What a restore to the second event leaves, with the epoch raised as the operator must.
        put_back(&ground, 2, 2).await;
        let other = ground.second_process().await;
        other.raise("ons", "a", &[10]).await;
        let bus = Projections::over(other.bus().relay(other.counters.clone()))
            .projection(Counts::default(), &other.sources());
        bus.settle().await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 13);
        let name = format!("{}_counters_ons_2", ground.root);
        assert_eq!(ground.jetstream.get_stream(name).await.unwrap().cached_info().state.last_sequence, 3);
        assert!(ground.jetstream.get_stream(ground.stream_name("ons")).await.is_err());
    })
    .await;
}
