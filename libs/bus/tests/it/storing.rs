//! Streams that a server cannot write, or lost: they are whole again without anybody's doing.

use crate::alarms;
use crate::own_nats::OwnNats;
use crate::scratch::{Scratch, region, scratch, until};
use bus::{Bus, Remedy, Settings};
use event_log::{MAX_EVENT_BYTES, NewEvent, Recorded};
use projections::{CannotApply, Projection, Projections};
use sqlx::PgConnection;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(60);

/// How long the notes are that were written.
struct Lengths;

impl Projection for Lengths {
    const NAME: &'static str = "lengths";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = "create table note (region text not null, position bigint not null,
        length bigint not null, primary key (region, position))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        sqlx::query("insert into note values ($1, $2, $3)")
            .bind(happened.region.as_str())
            .bind(happened.position)
            .bind(i64::try_from(happened.text.len()).unwrap())
            .execute(rows)
            .await?;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "an event of no enum")]
fn note(bytes: usize) -> NewEvent {
    let event_type = "nl.sterktechniekonderwijs.counters.note-written.v1".to_owned();
    let data = serde_json::json!({ "text": "x".repeat(bytes) });
    NewEvent::of_type(event_type, &data).unwrap()
}

async fn notes(ground: &Scratch, slug: &str, count: usize, bytes: usize) -> i64 {
    let mut position = 0;
    for _ in 0..count {
        position = ground.append_to(slug, &format!("note/{}", Uuid::now_v7()), vec![note(bytes)]).await.position;
    }
    position
}

fn started(bus: &Projections) -> (CancellationToken, JoinHandle<()>) {
    let (end, bus) = (CancellationToken::new(), bus.clone());
    let token = end.clone();
    (end, tokio::spawn(async move { bus.run(token).await.unwrap() }))
}

fn on(nats: &OwnNats, ground: &Scratch, settings: Settings) -> Bus {
    Bus::new("counters", nats.client.clone(), ground.database.clone(), settings).relay(ground.counters.clone())
}

async fn last(nats: &OwnNats, stream: &str) -> i64 {
    let stream = async_nats::jetstream::new(nats.client.clone()).get_stream(stream).await;
    stream.map_or(0, |stream| i64::try_from(stream.cached_info().state.last_sequence).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_too_large_for_the_server_is_read_from_the_log() {
    alarms::listen();
    scratch(|ground| async move {
        let nats = OwnNats::start("max_payload: 65536").await;
        let slug = "groot";
        notes(&ground, slug, 1, 10).await;
        let large = notes(&ground, slug, 1, 100_000).await;
        notes(&ground, slug, 2, 10).await;
        let end_of_log = notes(&ground, slug, 1, 100_000).await;
        let bus = Projections::over(on(&nats, &ground, ground.settings())).projection(Lengths, &ground.sources());
        let (end, running) = started(&bus);
        until("all is relayed", async || last(&nats, &ground.stream_name(slug)).await == end_of_log).await;
        bus.progress().wait(&region(slug), &[("counters", end_of_log)], LONG).await.unwrap();
        let lengths = "select count(*) from lengths.note where length > 100000";
        assert_eq!(ground.number(slug, lengths).await, 2);
        let told = alarms::raised(&[slug, "left out of stream", &format!("event {large} ")]);
        assert!(!told.is_empty());
        assert!(!alarms::raised(&["its max_payload is 65536"]).is_empty(), "found at the start");

        // Also from the stream alone, and by a relay that finds what another one left out.
        let more = notes(&ground, slug, 1, 100_000).await;
        bus.progress().wait(&region(slug), &[("counters", more)], LONG).await.unwrap();
        until("it is relayed", async || last(&nats, &ground.stream_name(slug)).await == more).await;
        end.cancel();
        running.await.unwrap();
        on(&nats, &ground, ground.settings()).settle().await.unwrap();
        assert_eq!(last(&nats, &ground.stream_name(slug)).await, more);
    })
    .await;
}

#[tokio::test]
async fn an_event_above_the_bound_is_refused_and_one_at_the_bound_is_relayed() {
    scratch(|ground| async move {
        let nats = OwnNats::start("# As it comes: a megabyte a message.").await;
        let around = note(0).data().len();
        notes(&ground, "ons", 1, MAX_EVENT_BYTES - around).await;
        let append = event_log::Append {
            changes: vec![event_log::Change {
                stream: "note/1".into(),
                expected: 0,
                events: vec![note(MAX_EVENT_BYTES - around + 1)],
            }],
            context: event_log::Context::of(&decider::CommandContext::new(
                vocabulary::Actor::hub(),
                chrono::Utc::now(),
            )),
            command: None,
        };
        let refused = ground.counters.append(&region("ons"), append).await;
        assert!(matches!(refused, Err(event_log::Error::TooLarge { .. })), "{refused:?}");
        let bus = on(&nats, &ground, ground.settings());
        bus.settle().await.unwrap();
        let stream = async_nats::jetstream::new(nats.client.clone()).get_stream(ground.stream_name("ons")).await;
        let kept = stream.unwrap().get_raw_message(1).await.unwrap();
        assert!(kept.payload.len() > MAX_EVENT_BYTES, "whole, and not left out");
        assert_eq!(last(&nats, &ground.stream_name("ons")).await, 1);
    })
    .await;
}

// What a full disk does: the server cannot write once, and then writes to that stream no more, whatever space there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_could_not_be_written_is_reported_and_rebuilt() {
    alarms::listen();
    scratch(|ground| async move {
        let nats = OwnNats::start("").await;
        let (slug, asked) = ("vol", Arc::new(AtomicU32::new(0)));
        let counted = asked.clone();
        let remedy = Remedy::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        let settings = Settings { alarm_after: Duration::from_secs(1), remedy, ..ground.settings() };
        let bus = Projections::over(on(&nats, &ground, settings)).projection(Lengths, &ground.sources());
        let (end, running) = started(&bus);
        let stream = ground.stream_name(slug);
        let first = notes(&ground, slug, 2, 700_000).await;
        until("it is relayed", async || last(&nats, &stream).await == first).await;

        // Without room for another file of messages.
        fs::remove_dir_all(nats.messages(&stream)).unwrap();
        let behind = notes(&ground, slug, 14, 700_000).await;
        // Commands and read models go on.
        bus.progress().wait(&region(slug), &[("counters", behind)], LONG).await.unwrap();
        until("somebody is told", async || !alarms::raised(&[slug, "the relay waits", "stores nothing"]).is_empty())
            .await;
        until("it is whole again", async || last(&nats, &stream).await == behind).await;
        assert_eq!(asked.load(Ordering::SeqCst), 1, "what may help was tried once");
        until("nothing is stuck", async || bus.bus().stuck().is_empty()).await;
        let kept = async_nats::jetstream::new(nats.client.clone()).get_stream(&stream).await.unwrap();
        assert!(kept.get_raw_message(1).await.is_ok());
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_a_server_only_counts_are_missed_and_filled_again() {
    scratch(|ground| async move {
        let nats = OwnNats::start("").await;
        let stream = ground.stream_name("ons");
        // More than one file of messages: what is in memory is the last one.
        let whole = notes(&ground, "ons", 36, 700_000).await;
        on(&nats, &ground, ground.settings()).settle().await.unwrap();
        assert_eq!(last(&nats, &stream).await, whole);
        let readable = async |position| {
            let kept = async_nats::jetstream::new(nats.client.clone()).get_stream_no_info(&stream).await.unwrap();
            kept.get_raw_message(position).await.is_ok()
        };
        for file in ["1.blk", "2.blk"] {
            fs::remove_file(nats.messages(&stream).join(file)).unwrap();
        }
        assert!(!readable(1).await && last(&nats, &stream).await == whole, "it counts what it does not have");
        let (end, running) = started(&Projections::over(on(&nats, &ground, ground.settings())));
        until("it is filled again", async || readable(1).await && readable(12).await).await;
        until("to its end", async || last(&nats, &stream).await == whole).await;
        end.cancel();
        running.await.unwrap();
    })
    .await;
}
