//! What an append promises.

use crate::counter::{Counter, Event, Raise, asked, under};
use crate::scratch::scratch;
use chrono::{DateTime, TimeDelta, Utc};
use decider::{Clock, CommandContext};
use event_log::{Error, EventLog, Frontier, leaf_hash};
use futures_util::future::join_all;
use uuid::Uuid;
use vocabulary::RegionId;

fn region() -> RegionId {
    "voorbeeld".parse().unwrap()
}

async fn whole(log: &EventLog) -> Vec<event_log::Recorded> {
    log.page(&region(), 0, 1_000_000).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_have_no_gap_whatever_the_number_of_processes() {
    scratch(async |scratch| {
        let other = scratch.second_process().await;
        let work = (0..400).map(|n| {
            let log = if n % 2 == 0 { scratch.log.clone() } else { other.clone() };
            async move { log.execute::<Counter>(&region(), &Uuid::now_v7(), Raise(1), &asked()).await.unwrap() }
        });
        let mut answered: Vec<i64> = join_all(work).await.into_iter().map(|done| done.position).collect();
        answered.sort_unstable();
        assert_eq!(answered, (1..=400).collect::<Vec<_>>());
        let positions: Vec<i64> = whole(&other).await.iter().map(|event| event.position).collect();
        assert_eq!(positions, (1..=400).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_for_one_stream_loses_no_command() {
    scratch(async |scratch| {
        let other = scratch.second_process().await;
        let id = Uuid::now_v7();
        // Two processes of four askers each: nobody has to try more often than the handler does.
        let askers = (0..8).map(|n| {
            let log = if n % 2 == 0 { scratch.log.clone() } else { other.clone() };
            async move {
                for _ in 0..10 {
                    log.execute::<Counter>(&region(), &id, Raise(1), &asked()).await.unwrap();
                }
            }
        });
        join_all(askers).await;
        let counter = scratch.log.load::<Counter>(&region(), &id).await.unwrap();
        assert_eq!((counter.state.count, counter.version), (80, 80));
    })
    .await;
}

#[tokio::test]
async fn only_the_loser_of_a_race_gets_a_conflict() {
    scratch(async |scratch| {
        let (contested, own) = (Uuid::now_v7(), Uuid::now_v7());
        scratch.log.execute::<Counter>(&region(), &contested, Raise(1), &asked()).await.unwrap();
        let stale = CommandContext { expects: Some(0), ..asked() };
        let (region, fresh) = (region(), asked());
        let (loser, winner) = tokio::join!(
            scratch.log.execute::<Counter>(&region, &contested, Raise(1), &stale),
            scratch.log.execute::<Counter>(&region, &own, Raise(1), &fresh),
        );
        assert!(matches!(loser, Err(Error::Conflict { expected: 0, actual: 1, .. })), "{loser:?}");
        assert_eq!(winner.unwrap().version, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_times_the_same_command_has_one_effect_and_one_answer() {
    scratch(async |scratch| {
        let other = scratch.second_process().await;
        let command = Uuid::now_v7();
        // Each asker makes an id of its own, as a POST does.
        let answers =
            join_all((0..100).map(|n| {
                let log = if n % 2 == 0 { scratch.log.clone() } else { other.clone() };
                async move {
                    log.execute::<Counter>(&region(), &Uuid::now_v7(), Raise(1), &under(command, "a")).await.unwrap()
                }
            }))
            .await;
        assert_eq!(whole(&scratch.log).await.len(), 1);
        assert!(answers.iter().all(|done| done.stream == answers[0].stream && done.position == 1 && done.version == 1));
        assert_eq!(answers.iter().filter(|done| !done.repeated).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_command_id_is_not_used_for_something_else() {
    scratch(async |scratch| {
        let command = Uuid::now_v7();
        let id = Uuid::now_v7();
        scratch.log.execute::<Counter>(&region(), &id, Raise(1), &under(command, "a")).await.unwrap();
        let again = scratch.log.execute::<Counter>(&region(), &id, Raise(2), &under(command, "b")).await;
        assert!(matches!(again, Err(Error::Reused)), "{again:?}");
        assert_eq!(whole(&scratch.log).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    scratch(async |scratch| {
        let (id, command) = (Uuid::now_v7(), Uuid::now_v7());
        let refused = scratch.log.execute::<Counter>(&region(), &id, Raise(1_001), &under(command, "a")).await;
        let Err(Error::Refused(refused)) = refused else { panic!("{refused:?}") };
        assert_eq!(
            (refused.aggregate, refused.code, refused.dutch.as_str()),
            ("counter", "too-much", "1000 is het meeste")
        );
        assert_eq!(scratch.log.kept(&region(), command).await.unwrap(), None);
        scratch.log.execute::<Counter>(&region(), &id, Raise(1), &under(command, "b")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn several_streams_are_written_together_or_not_at_all() {
    scratch(async |scratch| {
        let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
        let mut batch = scratch.log.batch(&region());
        batch.add::<Counter>(&one, Raise(1)).add::<Counter>(&two, Raise(1_001));
        assert!(matches!(batch.commit(&asked()).await, Err(Error::Refused(_))));
        assert_eq!(whole(&scratch.log).await.len(), 0);

        let mut batch = scratch.log.batch(&region());
        batch.add::<Counter>(&one, Raise(600)).add::<Counter>(&two, Raise(5)).add::<Counter>(&one, Raise(400));
        let done = batch.commit(&asked()).await.unwrap();
        assert_eq!((done.version, done.position, done.id()), (2, 3, Some(one)));
        assert_eq!(scratch.log.load::<Counter>(&region(), &one).await.unwrap().state.count, 1_000);

        // A later decision sees the earlier one of the same batch.
        let mut batch = scratch.log.batch(&region());
        batch.add::<Counter>(&two, Raise(995)).add::<Counter>(&two, Raise(1));
        assert!(matches!(batch.commit(&asked()).await, Err(Error::Refused(_))));
    })
    .await;
}

#[tokio::test]
async fn nothing_new_writes_nothing() {
    scratch(async |scratch| {
        let id = Uuid::now_v7();
        let done = scratch.log.execute::<Counter>(&region(), &id, Raise(0), &asked()).await.unwrap();
        assert_eq!((done.version, done.position), (0, 0));
        scratch.log.execute::<Counter>(&region(), &id, Raise(1), &asked()).await.unwrap();
        let done = scratch.log.execute::<Counter>(&region(), &id, Raise(0), &asked()).await.unwrap();
        assert_eq!((done.version, done.position), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn the_stored_text_is_the_hashed_text_and_the_head_keeps_the_tree() {
    scratch(async |scratch| {
        for n in 1..=20 {
            scratch.log.execute::<Counter>(&region(), &Uuid::now_v7(), Raise(n), &asked()).await.unwrap();
        }
        let leaves: Vec<Vec<u8>> = sqlx::query_scalar("select leaf from event_log.event order by position")
            .fetch_all(&scratch.database.owner)
            .await
            .unwrap();
        let mut frontier = Frontier::default();
        for (event, leaf) in whole(&scratch.log).await.iter().zip(&leaves) {
            assert_eq!(leaf_hash(&event.text).as_slice(), leaf.as_slice());
            assert_eq!(event.event::<Event>().unwrap(), Event::Raised { by: u32::try_from(event.position).unwrap() });
            frontier.push(leaf_hash(&event.text));
        }
        let heads = scratch.log.heads().await.unwrap();
        assert_eq!((heads[0].position, heads[0].frontier.clone()), (20, frontier.to_bytes()));
    })
    .await;
}

#[tokio::test]
async fn time_never_runs_backwards_along_a_log() {
    scratch(async |scratch| {
        let noon: DateTime<Utc> = "2026-09-01T10:00:00Z".parse().unwrap();
        let ahead = scratch.process(Clock::fixed(noon)).await;
        let behind = scratch.process(Clock::fixed(noon - TimeDelta::hours(1))).await;
        for log in [&ahead, &behind, &behind, &ahead] {
            log.execute::<Counter>(&region(), &Uuid::now_v7(), Raise(1), &asked()).await.unwrap();
        }
        assert!(whole(&ahead).await.iter().all(|event| event.recorded_at == noon));
    })
    .await;
}

#[tokio::test]
async fn without_the_database_there_is_no_false_answer() {
    scratch(async |scratch| {
        scratch.database.app.close().await;
        let result = scratch.log.execute::<Counter>(&region(), &Uuid::now_v7(), Raise(1), &asked()).await;
        assert!(matches!(result, Err(Error::Unavailable(_))), "{result:?}");
    })
    .await;
}
