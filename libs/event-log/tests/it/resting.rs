//! What a decision that changes nothing rests on is still so when the others are written.

use crate::counter::{Counter, Raise, asked};
use crate::scratch::scratch;
use event_log::{Append, Change, Context, Error, EventLog, NewEvent};
use futures_util::future::join_all;
use uuid::Uuid;
use vocabulary::RegionId;

fn region() -> RegionId {
    "voorbeeld".parse().unwrap()
}

fn raised(id: Uuid, expected: i32) -> Change {
    let events = vec![NewEvent::of(&crate::counter::Event::Raised { by: 1 }).unwrap()];
    Change { stream: format!("counter/{id}"), expected, events }
}

fn read(id: Uuid, expected: i32) -> Change {
    Change { events: vec![], ..raised(id, expected) }
}

async fn append(log: &EventLog, changes: Vec<Change>) -> Result<i64, Error> {
    let append = Append { changes, context: Context::of(&asked()), command: None };
    Ok(log.append(&region(), append).await?.position)
}

#[tokio::test]
async fn nothing_is_written_when_a_stream_that_was_read_has_moved_on() {
    scratch(async |scratch| {
        let other = scratch.second_process().await;
        let (written, rests_on) = (Uuid::now_v7(), Uuid::now_v7());
        append(&scratch.log, vec![raised(rests_on, 0)]).await.unwrap();
        for (log, expected) in [(&scratch.log, 0), (&other, 0), (&other, 2)] {
            let refused = append(log, vec![raised(written, 0), read(rests_on, expected)]).await.unwrap_err();
            assert!(matches!(refused, Error::Conflict { actual: 1, .. }), "{refused}");
        }
        assert_eq!(append(&other, vec![raised(written, 0), read(rests_on, 1)]).await.unwrap(), 2);
        let unheard_of = read(Uuid::now_v7(), 0);
        assert_eq!(append(&scratch.log, vec![raised(written, 1), unheard_of]).await.unwrap(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn appends_that_come_together_rest_on_each_others_streams_as_well() {
    scratch(async |scratch| {
        let other = scratch.second_process().await;
        // Of two that read what the other writes one is too late, in whatever process.
        for round in 0..60 {
            let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
            let second = if round % 2 == 0 { &scratch.log } else { &other };
            let answers = tokio::join!(
                append(&scratch.log, vec![raised(one, 0), read(two, 0)]),
                append(second, vec![raised(two, 0), read(one, 0)]),
            );
            assert!(answers.0.is_ok() != answers.1.is_ok(), "{answers:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_made_again_when_what_it_rested_on_has_changed() {
    scratch(async |scratch| {
        let other = scratch.second_process().await;
        let full = Uuid::now_v7();
        // Each of them is only written while `full` may be raised by nothing: until it is raised beyond its limit it may.
        let work = (0..100).map(|n| {
            let log = if n % 2 == 0 { scratch.log.clone() } else { other.clone() };
            async move {
                let mut batch = log.batch(&region());
                batch.add::<Counter>(&Uuid::now_v7(), Raise(1)).add::<Counter>(&full, Raise(0));
                batch.commit(&asked()).await.unwrap();
            }
        });
        let raising = async {
            for _ in 0..20 {
                scratch.log.execute::<Counter>(&region(), &full, Raise(1), &asked()).await.unwrap();
            }
        };
        tokio::join!(join_all(work), raising);
        assert_eq!(scratch.log.page(&region(), 0, 1_000).await.unwrap().len(), 120);
    })
    .await;
}

#[tokio::test]
async fn streams_are_found_by_prefix_and_by_content() {
    scratch(async |scratch| {
        let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
        for id in [one, two, two] {
            scratch.log.execute::<Counter>(&region(), &id, Raise(7), &asked()).await.unwrap();
        }
        let named = |id: Uuid| format!("counter/{id}");
        let found =
            async |begin: &str, holding: Option<&str>| scratch.log.streams(&region(), begin, holding).await.unwrap();
        assert_eq!(found("counter/", None).await, [named(one), named(two)]);
        assert_eq!(found(&named(two), None).await, [named(two)]);
        let (held_by_one, held_by_none) = (two.to_string(), "\"by\":8".to_owned());
        assert_eq!(found("counter/", Some(&held_by_one)).await, [named(two)]);
        assert_eq!(found("counter/", Some(&held_by_none)).await, [""; 0]);
        assert_eq!(found("count_", None).await, [""; 0]);
        let elsewhere: RegionId = "elders".parse().unwrap();
        assert_eq!(scratch.log.streams(&elsewhere, "counter/", None).await.unwrap(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn only_events_about_one_thing_are_read_of_a_long_history() {
    scratch(async |scratch| {
        let id = Uuid::now_v7();
        for by in [1, 2, 3, 2] {
            scratch.log.execute::<Counter>(&region(), &id, Raise(by), &asked()).await.unwrap();
        }
        let stream = format!("counter/{id}");
        let versions = async |text: &str| {
            let found = scratch.log.history_holding(&region(), &stream, text).await.unwrap();
            found.iter().map(|event| event.version).collect::<Vec<_>>()
        };
        assert_eq!(versions("\"by\":2").await, [1, 2, 4]);
        assert_eq!(versions("nothing").await, [1]);
        let none = scratch.log.history_holding(&region(), "counter/x", "by").await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}
