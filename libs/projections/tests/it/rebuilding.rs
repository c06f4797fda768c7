//! Read models that are rebuilt from the logs.

use crate::counts::{Counts, Doubled};
use crate::scratch::{Scratch, region, scratch};
use bus::Error;
use event_log::Recorded;
use projections::{CannotApply, Projection, Projections, rebuild_into};
use replay::digest;
use sqlx::PgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Notes for how many seconds PostgreSQL may work on a statement of each fold.
struct Bounds<const VERSION: u32>;

impl<const VERSION: u32> Projection for Bounds<VERSION> {
    const NAME: &'static str = "bounds";
    const VERSION: u32 = VERSION;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = "
        create table noted (region text not null, position bigint not null, seconds bigint not null,
                            primary key (region, position))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        sqlx::query(
            "insert into noted (region, position, seconds)
             values ($1, $2, extract(epoch from current_setting('statement_timeout')::interval)::bigint)",
        )
        .bind(happened.region.as_str())
        .bind(happened.position)
        .execute(rows)
        .await?;
        Ok(())
    }
}

fn upto(slug: &str, position: i64) -> (String, vocabulary::RegionId, i64) {
    ("counters".to_owned(), region(slug), position)
}

async fn digest_of(ground: &Scratch, schema: &str, slug: &str) -> String {
    digest(&ground.database.app, schema, &region(slug)).await.unwrap()
}

#[tokio::test]
async fn a_rebuild_has_the_digest_of_the_live_one_now_and_as_of_any_moment() {
    scratch(|ground| async move {
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::broken(), &ground.sources());
        ground.raise("ons", "a", &[1, -2, 4]).await;
        ground.raise("anders", "a", &[1]).await;
        bus.settle().await.unwrap();
        let then = digest_of(&ground, "all_counts", "ons").await;
        ground.raise("ons", "b", &[8, 16]).await;
        bus.settle().await.unwrap();
        let now = digest_of(&ground, "all_counts", "ons").await;
        assert_ne!(then, now);
        assert_ne!(now, digest_of(&ground, "all_counts", "anders").await);

        let replay = async |position| {
            let scope = [upto("ons", position)];
            rebuild_into(&ground.database, Counts::broken(), "scratch", &ground.sources(), &scope).await.unwrap()
        };
        let replayed = replay(5).await;
        assert_eq!((replayed.events, replayed.parked.len()), (5, 2));
        assert_eq!(digest_of(&ground, "scratch", "ons").await, now);
        replay(3).await;
        assert_eq!(digest_of(&ground, "scratch", "ons").await, then);
        // A replay leaves nothing behind but its tables.
        assert_eq!(ground.number("ons", "select count(*) from bus.checkpoints").await, 1);
        assert_eq!(bus.parked(&region("ons")).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_digest_distinguishes_every_row() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, 2]).await;
        Projections::over(ground.bus()).projection(Counts::default(), &ground.sources()).settle().await.unwrap();
        let before = digest_of(&ground, "all_counts", "ons").await;
        Scratch::owner(
            &ground.database,
            "set local regiohub.region = 'ons'; update all_counts.seen set amount = 3 where position = 2",
        )
        .await;
        assert_ne!(before, digest_of(&ground, "all_counts", "ons").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_version_is_rebuilt_beside_the_live_one() {
    scratch(|ground| async move {
        ground.append("ons", "a", &[1; 3_000], None).await;
        let old = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::default(), &ground.sources());
        old.settle().await.unwrap();

        let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let (ground, stop, reads) = (ground.clone(), stop.clone(), reads.clone());
                tokio::spawn(async move {
                    while !stop.load(Ordering::SeqCst) {
                        // Two tables in one transaction: the order that could lock the switch in.
                        let select = "select total + (select count(*) from all_counts.seen) * 0 from all_counts.counts";
                        assert!(ground.number("ons", select).await >= 3_000);
                        reads.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        // The version that goes keeps working until it is replaced; then it has nothing to do any more.
        let writer = {
            let (ground, old, stop) = (ground.clone(), old.clone(), stop.clone());
            tokio::spawn(async move {
                loop {
                    ground.raise("ons", "a", &[1]).await;
                    match old.settle().await {
                        Ok(()) if !stop.load(Ordering::SeqCst) => {}
                        Ok(()) => return false,
                        Err(Error::Superseded { live: 2, .. }) => return true,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        };
        let other = ground.second_process().await;
        let new = Projections::over(other.bus().relay(other.counters.clone())).projection(Doubled, &other.sources());
        new.settle().await.unwrap();
        let before = reads.load(Ordering::SeqCst);
        crate::scratch::until("reads after the switch", async || reads.load(Ordering::SeqCst) > before + 20).await;
        assert!(writer.await.unwrap(), "the old version saw that it was replaced");
        stop.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.await.expect("a read failed");
        }
        new.settle().await.unwrap();
        let events = ground.number("ons", "select max(position) from all_counts.seen").await;
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, events * 2);
        assert_eq!(
            ground.number("ons", "select live_version::bigint from bus.projections").await,
            i64::from(Doubled::VERSION)
        );
        assert_eq!(ground.number("ons", "select count(*) from bus.checkpoints").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_older_version_never_replaces_a_newer_one() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1]).await;
        Projections::over(ground.bus()).projection(Doubled, &ground.sources()).settle().await.unwrap();
        let older = Projections::over(ground.bus()).projection(Counts::default(), &ground.sources()).settle().await;
        assert!(matches!(older, Err(Error::Superseded { live: 2, .. })), "{older:?}");
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_may_take_as_long_as_a_batch_and_live_folding_only_as_long_as_a_query() {
    scratch(|ground| async move {
        let limits = event_log::Limits::default();
        let [live, batch] = [limits.statement, limits.batch].map(|bound| i64::try_from(bound.as_secs()).unwrap());
        assert!(live < batch);
        let noted = async |schema: &str, position: i64| {
            ground.number("ons", &format!("select seconds from {schema}.noted where position = {position}")).await
        };
        let first =
            Projections::over(ground.bus().relay(ground.counters.clone())).projection(Bounds::<1>, &ground.sources());
        first.settle().await.unwrap();
        ground.raise("ons", "a", &[1]).await;
        first.settle().await.unwrap();
        assert_eq!(noted("bounds", 1).await, live);

        let raised =
            Projections::over(ground.bus().relay(ground.counters.clone())).projection(Bounds::<2>, &ground.sources());
        raised.settle().await.unwrap();
        ground.raise("ons", "a", &[1]).await;
        raised.settle().await.unwrap();
        assert_eq!([noted("bounds", 1).await, noted("bounds", 2).await], [batch, live]);

        let scope = [upto("ons", 2)];
        rebuild_into(&ground.database, Bounds::<2>, "scratch", &ground.sources(), &scope).await.unwrap();
        assert_eq!(noted("scratch", 2).await, batch);
    })
    .await;
}
