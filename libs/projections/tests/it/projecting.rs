//! Stream to rows.

use crate::counts::{Counts, Event, TABLES};
use crate::scratch::{Scratch, region, scratch};
use async_nats::jetstream::stream::Config;
use bus::Error;
use event_log::Recorded;
use projections::{CannotApply, Projection, Projections};
use sqlx::PgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Writes its rows, and then the database fails it so many times.
struct Unlucky(Arc<AtomicUsize>);

impl Projection for Unlucky {
    const NAME: &'static str = "unlucky";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        crate::counts::count(rows, happened, &false.into()).await?;
        if self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(sqlx::Error::WorkerCrashed.into());
        }
        Ok(())
    }
}

#[tokio::test]
async fn rows_and_checkpoint_are_there_together_or_not_at_all() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 3]).await;
        let luck = Arc::new(AtomicUsize::new(usize::MAX));
        let bus = Projections::over(ground.bus()).projection(Unlucky(luck.clone()), &ground.sources());
        let stuck = tokio::time::timeout(Duration::from_millis(500), bus.settle()).await;
        assert!(stuck.is_err(), "it is tried again for as long as it takes");
        assert_eq!(ground.number("ons", "select count(*) from unlucky.seen").await, 0);
        assert_eq!(ground.number("ons", "select coalesce(max(position), 0) from bus.checkpoints").await, 0);
        assert_eq!(bus.parked(&region("ons")).await.unwrap(), [], "the database's trouble parks nothing");

        luck.store(2, Ordering::SeqCst);
        bus.settle().await.unwrap();
        assert_eq!(ground.number("ons", "select count(*) from unlucky.seen").await, 3);
        assert_eq!(ground.number("ons", "select position from bus.checkpoints").await, 3);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_again_does_nothing() {
    scratch(|ground| async move {
        ground.append("ons", "a", &[1; 700], None).await;
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::default(), &ground.sources());
        bus.settle().await.unwrap();
        // Other processes, one after the other and two at the same time.
        let other = ground.second_process().await;
        let again = || Projections::over(other.bus()).projection(Counts::default(), &other.sources());
        again().settle().await.unwrap();
        ground.append("ons", "a", &[1; 700], None).await;
        let (one, two) = (again(), bus.clone());
        let (one, two) = tokio::join!(one.settle(), two.settle());
        one.and(two).unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 1_400);
        assert_eq!(bus.parked(&region("ons")).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn events_missing_in_the_stream_are_read_from_postgres() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 4, 8]).await;
        // A stream with a hole, a foreign text, and no tail; no relay to repair it.
        let stream = Config {
            name: ground.stream_name("ons"),
            subjects: vec![format!("{}.counters.ons.>", ground.root)],
            ..Config::default()
        };
        let stream = ground.jetstream.create_stream(stream).await.unwrap();
        let events = ground.counters.page(&region("ons"), 0, 3).await.unwrap();
        for text in ["?".to_owned(), events[1].text.clone(), events[2].text.clone()] {
            let subject = format!("{}.counters.ons.counter.counter-raised", ground.root);
            ground.jetstream.publish(subject, text.into()).await.unwrap().await.unwrap();
        }
        stream.delete_message(2).await.unwrap();
        Projections::over(ground.bus()).projection(Counts::default(), &ground.sources()).settle().await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 15);
    })
    .await;
}

#[tokio::test]
async fn a_position_that_is_nowhere_stops_the_projection() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2, 4]).await;
        let lost = "set local regiohub.region = 'ons'; delete from event_log.event where position = 2";
        Scratch::owner(&ground.database, lost).await;
        let bus = Projections::over(ground.bus()).projection(Counts::default(), &ground.sources());
        assert!(matches!(bus.settle().await, Err(Error::Gap { position: 2, .. })));
        assert_eq!(ground.number("ons", "select coalesce(max(position), 0) from all_counts.seen").await, 1);
    })
    .await;
}

/// Folds a whole batch in one statement.
struct Quick;

impl Projection for Quick {
    const NAME: &'static str = "quick";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        self.apply_all(rows, &[happened]).await
    }

    async fn apply_all(&self, rows: &mut PgConnection, happened: &[&Recorded]) -> Result<(), CannotApply> {
        let amounts = happened.iter().map(|event| event.event().map(|Event::Raised { by }| by));
        sqlx::query(
            "insert into seen (region, position, counter, amount)
             select $1, happened.* from unnest($2::bigint[], $3::text[], $4::bigint[]) as happened",
        )
        .bind(happened.first().map(|event| event.region.as_str()))
        .bind(happened.iter().map(|event| event.position).collect::<Vec<_>>())
        .bind(happened.iter().map(|event| event.stream.clone()).collect::<Vec<_>>())
        .bind(amounts.collect::<Result<Vec<_>, _>>()?)
        .execute(rows)
        .await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_projection_may_fold_a_batch_in_one_statement() {
    scratch(|ground| async move {
        ground.append("ons", "a", &[2; 1_200], None).await;
        Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Quick, &ground.sources())
            .settle()
            .await
            .unwrap();
        assert_eq!(ground.number("ons", "select sum(amount)::bigint from quick.seen").await, 2_400);
    })
    .await;
}
