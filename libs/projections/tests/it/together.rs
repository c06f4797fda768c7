//! Several projections that read one log together.

use crate::counts::{Counts, Doubled, Event, TABLES, count};
use crate::scratch::{Scratch, region, scratch, until};
use event_log::{NewEvent, Recorded};
use projections::{CannotApply, Projection, Projections};
use sqlx::PgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

const LONG: Duration = Duration::from_secs(30);

/// Counts as well, in tables of its own; keeps how often it was notified of a commit.
#[derive(Clone, Default)]
struct Others {
    told: Arc<AtomicU64>,
}

impl Projection for Others {
    const NAME: &'static str = "others";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &AtomicBool::new(false)).await
    }

    fn committed(&self, _region: &RegionId) {
        self.told.fetch_add(1, Ordering::SeqCst);
    }
}

/// Folds one category, and would park anything else.
#[derive(Clone, Default)]
struct Picky {
    told: Arc<AtomicU64>,
}

impl Projection for Picky {
    const NAME: &'static str = "picky";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["meter"]);
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        if happened.category() != "meter" {
            return Err(CannotApply::Park("it never asked for this".into()));
        }
        count(rows, happened, &AtomicBool::new(false)).await
    }

    fn committed(&self, _region: &RegionId) {
        self.told.fetch_add(1, Ordering::SeqCst);
    }
}

fn both(ground: &Scratch, counts: &Counts) -> Projections {
    let bus =
        Projections::over(ground.bus().relay(ground.counters.clone())).projection(counts.clone(), &ground.sources());
    bus.projection(Others::default(), &ground.sources())
}

fn started(bus: &Projections) -> (CancellationToken, JoinHandle<()>) {
    let (end, bus) = (CancellationToken::new(), bus.clone());
    let token = end.clone();
    (end, tokio::spawn(async move { bus.run(token).await.unwrap() }))
}

async fn seen_by(ground: &Scratch, bus: &Projections, position: i64) {
    bus.progress().wait(&region("ons"), &[("counters", position)], LONG).await.unwrap();
    assert_eq!(
        ground
            .number(
                "ons",
                "select count(*) from bus.checkpoints where position <> (select max(position) from bus.checkpoints)"
            )
            .await,
        0
    );
}

#[tokio::test]
async fn a_batch_is_one_transaction_for_all_readers_of_the_log() {
    scratch(|ground| async move {
        let bus = both(&ground, &Counts::default());
        bus.settle().await.unwrap();
        ground.append("ons", "a", &[1; 20], None).await;
        bus.settle().await.unwrap();
        // Rows that one transaction wrote have one `xmin`, whatever table they stand in. On a busy machine the events may
        // come in two batches.
        let apart = "select count(*) from all_counts.seen one full join others.seen other using (region, position)
            where one.xmin::text is distinct from other.xmin::text";
        assert_eq!(ground.number("ons", apart).await, 0);
        let alone = "select count(*) from bus.checkpoints kept where not exists (
            select from all_counts.seen last where last.position = kept.position and last.xmin::text = kept.xmin::text)";
        assert_eq!(ground.number("ons", alone).await, 0);
        assert_eq!(ground.number("ons", "select count(*) from others.seen").await, 20);
        assert_eq!(ground.number("ons", "select count(*) from all_counts.seen").await, 20);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_one_projection_cannot_apply_is_parked_for_it_alone() {
    scratch(|ground| async move {
        let counts = Counts::broken();
        let bus = both(&ground, &counts);
        ground.append("ons", "a", &[1, -2, 4], None).await;
        bus.settle().await.unwrap();
        // Behind what is parked, and beside it.
        ground.raise("ons", "a", &[8]).await;
        ground.raise("ons", "b", &[16]).await;
        bus.settle().await.unwrap();
        let parked = bus.parked(&region("ons")).await.unwrap();
        assert!(parked.iter().all(|one| one.reader == "all-counts"), "{parked:?}");
        assert_eq!(parked.iter().map(|one| one.position).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(ground.number("ons", "select sum(total)::bigint from all_counts.counts").await, 17);
        assert_eq!(ground.number("ons", "select sum(total)::bigint from others.counts").await, 27);
        assert_eq!(ground.number("ons", "select min(position) from bus.checkpoints").await, 5);
        counts.repair();
        bus.retry(&region("ons"), "all-counts").await.unwrap();
        ground.raise("ons", "a", &[32]).await;
        bus.settle().await.unwrap();
        assert_eq!(bus.parked(&region("ons")).await.unwrap(), []);
        assert_eq!(ground.number("ons", "select sum(total)::bigint from all_counts.counts").await, 59);
    })
    .await;
}

#[tokio::test]
async fn a_projection_gets_only_its_categories_and_its_checkpoint_moves() {
    scratch(|ground| async move {
        let picky = Picky::default();
        let bus =
            Projections::over(ground.bus().relay(ground.counters.clone())).projection(picky.clone(), &ground.sources());
        bus.settle().await.unwrap();
        ground.raise("ons", "a", &[1]).await;
        bus.settle().await.unwrap();
        let told = picky.told.load(Ordering::SeqCst);
        ground.raise("ons", "a", &[2, 4]).await;
        // Who begins to read is told, since others may have been at work; and `settle` begins once more to see that
        // nothing moves.
        let begun = 2;
        bus.settle().await.unwrap();
        assert_eq!(picky.told.load(Ordering::SeqCst), told + begun);
        ground.append_to("ons", "meter/a", vec![NewEvent::of(&Event::Raised { by: 8 }).unwrap()]).await;
        bus.settle().await.unwrap();
        assert_eq!(picky.told.load(Ordering::SeqCst), told + begun + begun + 1);
        assert_eq!(bus.parked(&region("ons")).await.unwrap(), []);
        assert_eq!(ground.number("ons", "select sum(total)::bigint from picky.counts").await, 8);
        assert_eq!(ground.number("ons", "select position from bus.checkpoints").await, 4);
    })
    .await;
}

#[tokio::test]
async fn one_that_is_new_catches_up_alone_and_joins() {
    scratch(|ground| async move {
        let first = Projections::over(ground.bus().relay(ground.counters.clone())).projection(Counts::default(), &ground.sources());
        ground.append("ons", "a", &[1; 1_200], None).await;
        first.settle().await.unwrap();
        let bus = both(&ground, &Counts::default());
        let (end, running) = started(&bus);
        for _ in 0..3 {
            let done = ground.append("ons", "a", &[1; 5], None).await;
            bus.progress().wait(&region("ons"), &[("counters", done.position)], LONG).await.unwrap();
        }
        let done = ground.append("ons", "a", &[1; 5], None).await;
        seen_by(&ground, &bus, done.position).await;
        for table in ["all_counts", "others"] {
            assert_eq!(ground.number("ons", &format!("select total from {table}.counts")).await, 1_220);
        }
        let together = "select count(distinct xmin::text) from (
            select xmin from all_counts.seen where position = 1220 union all select xmin from others.seen where position = 1220) rows";
        assert_eq!(ground.number("ons", together).await, 1);
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_that_another_process_moved_on_is_no_gap_for_the_others() {
    scratch(|ground| async move {
        let bus = both(&ground, &Counts::default());
        bus.settle().await.unwrap();
        ground.append("ons", "a", &[1; 5], None).await;
        // A process that runs only one of them.
        let other = ground.second_process().await;
        Projections::over(other.bus()).projection(Counts::default(), &other.sources()).settle().await.unwrap();
        ground.append("ons", "a", &[1; 5], None).await;
        bus.settle().await.unwrap();
        for table in ["all_counts", "others"] {
            assert_eq!(ground.number("ons", &format!("select total from {table}.counts")).await, 10);
        }
        assert_eq!(bus.parked(&region("ons")).await.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_apply_every_event_once_and_notify_both_caches() {
    scratch(|ground| async move {
        let other = ground.second_process().await;
        let heard = Others::default();
        let one = both(&ground, &Counts::default());
        let two = Projections::over(other.bus()).projection(heard.clone(), &other.sources());
        let two = two.projection(Counts::default(), &other.sources());
        let ((end, running), (second_end, second)) = (started(&one), started(&two));
        let mut last = 0;
        for round in 0..20 {
            let process = if round % 2 == 0 { &ground } else { &other };
            last = process.append("ons", "a", &[1; 25], None).await.position;
        }
        for bus in [&one, &two] {
            bus.progress().wait(&region("ons"), &[("counters", last)], LONG).await.unwrap();
        }
        let told = heard.told.load(Ordering::SeqCst);
        ground.append("ons", "a", &[1], None).await;
        until("the cache of the other process hears", async || heard.told.load(Ordering::SeqCst) > told).await;
        one.progress().wait(&region("ons"), &[("counters", last + 1)], LONG).await.unwrap();
        for table in ["all_counts", "others"] {
            assert_eq!(ground.number("ons", &format!("select total from {table}.counts")).await, 501);
        }
        assert_eq!(one.parked(&region("ons")).await.unwrap(), []);
        for (end, task) in [(end, running), (second_end, second)] {
            end.cancel();
            task.await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_rebuilt_beside_the_live_ones_and_the_others_never_stop() {
    scratch(|ground| async move {
        let old = both(&ground, &Counts::default());
        let (end, running) = started(&old);
        let done = ground.append("ons", "a", &[1; 2_000], None).await;
        old.progress().wait(&region("ons"), &[("counters", done.position)], LONG).await.unwrap();
        // A process of the next version of one of them; the old one goes on with the other.
        let other = ground.second_process().await;
        let new = Projections::over(other.bus())
            .projection(Doubled, &other.sources())
            .projection(Others::default(), &other.sources());
        let (new_end, new_running) = started(&new);
        let version = "select live_version::bigint from bus.projections where name = 'all-counts'";
        until("it is switched", async || {
            ground.append("ons", "a", &[1], None).await;
            ground.number("ons", version).await == i64::from(Doubled::VERSION)
        })
        .await;
        let last = ground.append("ons", "a", &[1], None).await.position;
        new.progress().wait(&region("ons"), &[("counters", last)], LONG).await.unwrap();
        new_end.cancel();
        new_running.await.unwrap();
        // Only the old process is left, and it knows that one of the two is no longer its own.
        let last = ground.append("ons", "a", &[1; 3], None).await.position;
        until("the other one goes on", async || {
            ground.number("ons", "select max(position) from others.seen").await == last
        })
        .await;
        assert_eq!(ground.number("ons", "select total from others.counts").await, last);
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 2 * (last - 3));
        assert_eq!(old.parked(&region("ons")).await.unwrap(), []);
        end.cancel();
        running.await.unwrap();
    })
    .await;
}
