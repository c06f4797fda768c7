//! A command that is asked again has one effect and one answer, whether it changed something or not.

use crate::counter::{Event, Level, To, asked, under};
use crate::scratch::{Scratch, scratch};
use decider::CommandKey;
use event_log::{Append, Change, Context, Error, EventLog, NewEvent, Receipt};
use futures_util::future::join_all;
use sqlx::Connection;
use uuid::Uuid;
use vocabulary::RegionId;

fn region() -> RegionId {
    "voorbeeld".parse().unwrap()
}

async fn to(log: &EventLog, id: Uuid, level: u32, command: Uuid) -> Result<Receipt, Error> {
    log.execute::<Level>(&region(), &id, To(level), &under(command, &level.to_string())).await
}

async fn events(scratch: &Scratch) -> usize {
    scratch.log.page(&region(), 0, 1_000).await.unwrap().len()
}

#[tokio::test]
async fn a_command_that_changed_nothing_has_no_effect_later() {
    scratch(async |scratch| {
        let (id, command) = (Uuid::now_v7(), Uuid::now_v7());
        to(&scratch.log, id, 5, Uuid::now_v7()).await.unwrap();
        let nothing = to(&scratch.log, id, 3, command).await.unwrap();
        assert_eq!((nothing.version, nothing.position, nothing.repeated), (1, 1, false));

        // The same words mean something else by now: the level is another thing's.
        let other = Uuid::now_v7();
        for log in [scratch.log.clone(), scratch.second_process().await] {
            let again = log.execute::<Level>(&region(), &other, To(3), &under(command, "3")).await.unwrap();
            assert_eq!(again, Receipt { repeated: true, ..nothing.clone() });
        }
        assert_eq!(events(&scratch).await, 1);
        assert_eq!(scratch.log.kept(&region(), command).await.unwrap().unwrap().done.position, 1);
    })
    .await;
}

#[tokio::test]
async fn the_key_of_a_command_without_effect_serves_no_other_command() {
    scratch(async |scratch| {
        let (id, command) = (Uuid::now_v7(), Uuid::now_v7());
        to(&scratch.log, id, 0, command).await.unwrap();
        assert!(matches!(to(&scratch.log, id, 7, command).await, Err(Error::Reused)));
        assert_eq!(events(&scratch).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_times_a_command_that_changes_nothing_is_kept_once() {
    scratch(async |scratch| {
        let (id, command, other) = (Uuid::now_v7(), Uuid::now_v7(), scratch.second_process().await);
        to(&scratch.log, id, 5, Uuid::now_v7()).await.unwrap();
        let answers = join_all((0..100).map(|n| {
            let log = if n % 2 == 0 { scratch.log.clone() } else { other.clone() };
            async move { to(&log, id, 5, command).await.unwrap() }
        }))
        .await;
        assert!(answers.iter().all(|done| (done.version, done.position) == (1, 1)));
        assert_eq!(answers.iter().filter(|done| !done.repeated).count(), 1);
        let kept: i64 =
            sqlx::query_scalar("select count(*) from event_log.kept").fetch_one(&scratch.database.owner).await.unwrap();
        assert_eq!(kept, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_never_kept_with_and_without_an_event() {
    scratch(async |scratch| {
        let other = scratch.second_process().await;
        for _ in 0..20 {
            let (id, command) = (Uuid::now_v7(), Uuid::now_v7());
            // One twin finds the level reached, another one may not.
            let twins = (0..8).map(|n| {
                let log = if n % 2 == 0 { scratch.log.clone() } else { other.clone() };
                async move { to(&log, id, 5, if n < 4 { command } else { Uuid::now_v7() }).await.unwrap() }
            });
            let answers = join_all(twins).await;
            assert!(answers[..4].iter().all(|done| done.position == answers[0].position), "{answers:?}");
        }
        let twice: i64 =
            sqlx::query_scalar("select count(*) from event_log.kept join event_log.event using (region, command)")
                .fetch_one(&scratch.database.owner)
                .await
                .unwrap();
        assert_eq!(twice, 0);
    })
    .await;
}

/// Has whoever looks whether a command is kept wait for the lock 7, once it has its snapshot: without the index it looks at
/// every event, and the cheapest condition comes first.
const GATE: &str = "
    drop index event_log.event_command;
    create function gate() returns boolean language plpgsql stable leakproof cost 0.0001 as $$ begin
        perform pg_advisory_xact_lock_shared(7);
        return true;
    end $$;
    create policy gate on event_log.event as restrictive for select using (public.gate());";

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_that_reads_while_the_first_one_is_kept_gets_its_answer() {
    scratch(async |scratch| {
        to(&scratch.log, Uuid::now_v7(), 1, Uuid::now_v7()).await.unwrap();
        let owner = &scratch.database.owner;
        sqlx::raw_sql(GATE).execute(owner).await.unwrap();
        let mut gate = sqlx::PgConnection::connect_with(&owner.connect_options()).await.unwrap();
        sqlx::query("select pg_advisory_lock(7)").execute(&mut gate).await.unwrap();

        let (id, command, other) = (Uuid::now_v7(), Uuid::now_v7(), scratch.second_process().await);
        let twin = tokio::spawn(async move { to(&other, id, 5, command).await });
        let waits = "select count(*) from pg_locks where locktype = 'advisory' and objid = 7 and not granted
                     and database = (select oid from pg_database where datname = current_database())";
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(owner).await.unwrap() == 0 {
            assert!(!twin.is_finished(), "{:?}", twin.await);
        }
        for (stream, command) in [(format!("level/{id}"), Some(command)), (format!("level/{}", Uuid::now_v7()), None)] {
            let events = vec![NewEvent::of(&Event::Raised { by: 5 }).unwrap()];
            let changes = vec![Change { stream, expected: 0, events }];
            let command = command.map(|id| CommandKey { id, fingerprint: b"5".to_vec() });
            scratch.log.append(&region(), Append { changes, context: Context::of(&asked()), command }).await.unwrap();
        }
        sqlx::query("select pg_advisory_unlock(7)").execute(&mut gate).await.unwrap();
        let answer = twin.await.unwrap().unwrap();
        assert_eq!((answer.position, answer.version, answer.repeated), (2, 1, true));
        gate.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_the_database_refuses_is_refused_alone() {
    scratch(async |scratch| {
        sqlx::raw_sql("alter table event_log.event add constraint fussy check (body not like '%\"by\":17}%')")
            .execute(&scratch.database.owner)
            .await
            .unwrap();
        let append = |by| {
            let event = NewEvent::of(&Event::Raised { by }).unwrap();
            let stream = format!("counter/{}", Uuid::now_v7());
            let changes = vec![Change { stream, expected: 0, events: vec![event] }];
            let log = scratch.log.clone();
            async move { log.append(&region(), Append { changes, context: Context::of(&asked()), command: None }).await }
        };
        let answers = join_all((0..30).map(append)).await;
        for (n, answer) in answers.iter().enumerate() {
            match answer {
                Ok(_) => assert_ne!(n, 17),
                Err(Error::Faulty(_)) => assert_eq!(n, 17),
                Err(error) => panic!("{n}: {error}"),
            }
        }
        assert_eq!(events(&scratch).await, 29);
    })
    .await;
}
