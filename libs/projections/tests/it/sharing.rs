//! What one projection waits for holds up that one, and no other.

use crate::counts::{Counts, TABLES, count};
use crate::scratch::{Scratch, region, scratch, until};
use bus::Head;
use chrono::{DateTime, Utc};
use event_log::Recorded;
use projections::{CannotApply, Projection, Projections, Reads};
use sqlx::{Connection, PgConnection};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const LONG: Duration = Duration::from_secs(30);

/// Counts, once what it needs is there.
#[derive(Clone, Default)]
struct Needy {
    there: Arc<AtomicBool>,
}

impl Projection for Needy {
    const NAME: &'static str = "needy";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        if !self.there.load(Ordering::SeqCst) {
            return Err(CannotApply::Database(sqlx::Error::PoolTimedOut));
        }
        count(rows, happened, &AtomicBool::new(false)).await
    }
}

/// Reads the log itself, and remembers how far it came and what it was told of the log's end.
#[derive(Clone, Default)]
struct Apart {
    reached: Arc<AtomicI64>,
    asked: Arc<Mutex<Vec<i64>>>,
}

impl Projection for Apart {
    const NAME: &'static str = "apart";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const READS: Reads = Reads::Log;
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &AtomicBool::new(false)).await
    }

    async fn reached(&self, here: &Head, _changed: bool) -> Result<(), sqlx::Error> {
        self.reached.store(here.position, Ordering::SeqCst);
        Ok(())
    }

    fn asked(&self, _at: DateTime<Utc>, ends: Option<&[Head]>) {
        self.asked.lock().unwrap().extend(ends.unwrap_or_default().iter().map(|head| head.position));
    }
}

fn started(bus: &Projections) -> (CancellationToken, JoinHandle<()>) {
    let (end, bus) = (CancellationToken::new(), bus.clone());
    let token = end.clone();
    (end, tokio::spawn(async move { bus.run(token).await.unwrap() }))
}

async fn total(ground: &Scratch, schema: &str) -> i64 {
    ground.number("ons", &format!("select coalesce(sum(total), 0)::bigint from {schema}.counts")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_projection_leaves_its_group_and_returns_by_itself() {
    scratch(|ground| async move {
        let needy = Needy { there: Arc::new(AtomicBool::new(true)) };
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::default(), &ground.sources());
        let bus = bus.projection(needy.clone(), &ground.sources());
        let (end, running) = started(&bus);
        let first = ground.append("ons", "a", &[1], None).await.position;
        bus.progress().wait(&region("ons"), &[("counters", first)], LONG).await.unwrap();

        needy.there.store(false, Ordering::SeqCst);
        for _ in 0..20 {
            ground.append("ons", "a", &[1; 5], None).await;
        }
        until("the other one goes on", async || total(&ground, "all_counts").await == 101).await;
        let checkpoint = "select position from bus.checkpoints where reader = 'all-counts'";
        until("and its checkpoint too", async || ground.number("ons", checkpoint).await == 101).await;
        assert_eq!(total(&ground, "needy").await, 1);

        needy.there.store(true, Ordering::SeqCst);
        until("it catches up", async || total(&ground, "needy").await == 101).await;
        // Inside again: one transaction for both.
        let together = "select count(*) from all_counts.seen one join needy.seen other using (region, position)
                        where one.xmin = other.xmin and position > 101";
        until("it is one of the group again", async || {
            ground.append("ons", "a", &[1], None).await;
            ground.number("ons", together).await > 0
        })
        .await;
        assert_eq!(bus.parked(&region("ons")).await.unwrap(), []);
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_somebody_locks_holds_up_its_own_projection_only() {
    scratch(|ground| async move {
        let needy = Needy { there: Arc::new(AtomicBool::new(true)) };
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::default(), &ground.sources());
        let bus = bus.projection(needy, &ground.sources());
        let (end, running) = started(&bus);
        let first = ground.append("ons", "a", &[1], None).await.position;
        bus.progress().wait(&region("ons"), &[("counters", first)], LONG).await.unwrap();
        for lock in [
            "lock table needy.counts in access exclusive mode",
            "select from bus.checkpoints where reader = 'needy' for update",
        ] {
            let mut holder = ground.database.owner.acquire().await.unwrap();
            let mut held = holder.begin().await.unwrap();
            sqlx::raw_sql("set local regiohub.bus = 'on'").execute(&mut *held).await.unwrap();
            sqlx::raw_sql(lock).execute(&mut *held).await.unwrap();
            let last = ground.append("ons", "a", &[1], None).await.position;
            until("the other one goes on", async || total(&ground, "all_counts").await == last).await;
            held.rollback().await.unwrap();
            until("it catches up", async || total(&ground, "needy").await == last).await;
            bus.progress().wait(&region("ons"), &[("counters", last)], LONG).await.unwrap();
        }
        assert_eq!(bus.parked(&region("ons")).await.unwrap(), []);
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_reads_the_log_itself_goes_on_while_all_others_wait() {
    scratch(|ground| async move {
        let (needy, apart) = (Needy::default(), Apart::default());
        let bus = Projections::over(ground.bus())
            .projection(needy, &ground.sources())
            .projection(apart.clone(), &ground.sources());
        let (end, running) = started(&bus);
        let last = ground.append("ons", "a", &[1; 700], None).await.position;
        until("it is at the end", async || apart.reached.load(Ordering::SeqCst) == last).await;
        assert_eq!(total(&ground, "apart").await, last);
        // It knows where the log ended when it was asked, and who waits for all of them knows that one is behind.
        until("it was asked", async || apart.asked.lock().unwrap().last() == Some(&last)).await;
        let waited = bus.progress().wait(&region("ons"), &[("counters", last)], Duration::from_millis(100)).await;
        assert!(waited.is_err());
        end.cancel();
        running.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_position_reached_by_another_process_is_not_in_memory_here() {
    scratch(|ground| async move {
        let bus = Projections::over(ground.bus()).projection(Apart::default(), &ground.sources());
        bus.settle().await.unwrap();
        let last = ground.append("ons", "a", &[1], None).await.position;
        let other = ground.second_process().await;
        Projections::over(other.bus()).projection(Apart::default(), &other.sources()).settle().await.unwrap();
        let waited = bus.progress().wait(&region("ons"), &[("counters", last)], Duration::from_millis(200)).await;
        assert!(waited.is_err(), "the checkpoint is taken for what this process has read");
        bus.settle().await.unwrap();
        bus.progress().wait(&region("ons"), &[("counters", last)], LONG).await.unwrap();
    })
    .await;
}
