//! What a process holds that is frozen, cut off or killed is free for others within seconds.

use crate::alarms;
use crate::counts::{Counts, Doubled, TABLES, count};
use crate::scratch::{Scratch, region, scratch, until};
use bus::{Bus, Settings};
use event_log::Recorded;
use projections::{CannotApply, Projection, Projections};
use sqlx::{Connection, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Ten seconds, and what a machine that is busy with other tests needs.
const SOON: Duration = Duration::from_secs(20);

fn started(bus: &Projections) -> (CancellationToken, JoinHandle<()>) {
    let (end, bus) = (CancellationToken::new(), bus.clone());
    let token = end.clone();
    (end, tokio::spawn(async move { bus.run(token).await.unwrap() }))
}

/// Counts, and says nothing more to its server once it is frozen: its transaction stays as it is.
#[derive(Clone, Default)]
struct Freezing {
    frozen: bool,
    inside: Arc<AtomicBool>,
}

impl Projection for Freezing {
    const NAME: &'static str = "freezing";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &AtomicBool::new(false)).await?;
        if self.frozen {
            self.inside.store(true, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_frozen_process_holds_are_free_within_seconds() {
    scratch(|ground| async move {
        let frozen = Freezing { frozen: true, ..Freezing::default() };
        let (_end, running) = started(&Projections::over(ground.bus()).projection(frozen.clone(), &ground.sources()));
        let last = ground.append("ons", "a", &[1], None).await.position;
        until("it is in the middle", async || frozen.inside.load(Ordering::SeqCst)).await;

        let (began, other) = (Instant::now(), ground.second_process().await);
        let bus = Projections::over(other.bus()).projection(Freezing::default(), &other.sources());
        let (end, going) = started(&bus);
        bus.progress().wait(&region("ons"), &[("counters", last)], SOON * 3).await.unwrap();
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        assert_eq!(ground.number("ons", "select total from freezing.counts").await, 1);
        end.cancel();
        going.await.unwrap();
        running.abort();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_a_frozen_relay_ends_by_itself() {
    scratch(|ground| async move {
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()));
        bus.prepare().await.unwrap();
        // As one that was frozen just after it renewed its lease left it.
        let lease = format!(
            "insert into bus.leases values ('relay/{}', gen_random_uuid(), 7, clock_timestamp() + interval '6 seconds')",
            ground.stream_name("ons")
        );
        Scratch::owner(&ground.database, &lease).await;
        let began = Instant::now();
        ground.append("ons", "a", &[1, 2], None).await;
        let (end, running) = started(&bus);
        let filled = async || ground.jetstream.get_stream(ground.stream_name("ons")).await.is_ok();
        until("the other one relays", filled).await;
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        let mut owner = ground.database.owner.acquire().await.unwrap();
        let fence: i64 = sqlx::query_scalar("select fence from bus.leases").fetch_one(&mut *owner).await.unwrap();
        assert_eq!(fence, 8, "it changed hands");
        end.cancel();
        running.await.unwrap();
        let free: bool =
            sqlx::query_scalar("select until < now() from bus.leases").fetch_one(&mut *owner).await.unwrap();
        assert!(free, "given back at the end");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_relays_and_the_other_takes_over_when_it_ends() {
    scratch(|ground| async move {
        let other = ground.second_process().await;
        let one = Projections::over(ground.bus().relay(ground.counters.clone()));
        let two = Projections::over(other.bus().relay(other.counters.clone()));
        one.prepare().await.unwrap();
        ground.append("ons", "a", &[1], None).await;
        let holder = async || -> Option<(uuid::Uuid, bool)> {
            let held = "select holder, until > now() from bus.leases where name like 'relay/%'";
            sqlx::query_as(held).fetch_optional(&ground.database.owner).await.unwrap()
        };
        let (end, running) = started(&one);
        until("one relays", async || holder().await.is_some_and(|(_, held)| held)).await;
        let (first, _) = holder().await.unwrap();
        let (second_end, second) = started(&two);
        // Renewed for longer than it lasts by itself.
        let long = Instant::now() + Duration::from_secs(8);
        until("its time is over", async || {
            assert_eq!(holder().await, Some((first, true)));
            Instant::now() > long
        })
        .await;
        end.cancel();
        running.await.unwrap();
        until("the other one relays", async || holder().await.is_some_and(|(now, held)| held && now != first)).await;
        second_end.cancel();
        second.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_a_reader_holds_up_is_tried_on_and_is_an_alarm() {
    alarms::listen();
    scratch(|ground| async move {
        ground.append("ons", "a", &[1; 3], None).await;
        Projections::over(ground.bus()).projection(Counts::default(), &ground.sources()).settle().await.unwrap();
        let settings = Settings { alarm_after: Duration::from_millis(500), ..ground.settings() };
        let bus = Bus::new("counters", ground.nats.clone(), ground.database.clone(), settings);
        let bus = Projections::over(bus).projection(Doubled, &ground.sources());

        let mut reader = ground.database.owner.acquire().await.unwrap();
        let mut reading = reader.begin().await.unwrap();
        sqlx::raw_sql("lock table all_counts.counts in access share mode").execute(&mut *reading).await.unwrap();
        let (end, running) = started(&bus);
        let alarm = ["the switch of all-counts waits"];
        until("it is an alarm", async || !alarms::raised(&alarm).is_empty()).await;
        assert_eq!(ground.number("ons", "select total from all_counts.counts").await, 3, "the live tables serve");
        reading.rollback().await.unwrap();
        until("it is switched", async || ground.number("ons", "select total from all_counts.counts").await == 6).await;
        end.cancel();
        running.await.unwrap();
    })
    .await;
}
