//! Events that cannot be handled.

use crate::broken::Hasty;
use crate::counts::{Counts, TABLES};
use crate::scratch::{region, scratch};
use bus::Retried;
use event_log::Recorded;
use projections::{CannotApply, Projection, Projections};
use sqlx::PgConnection;

#[tokio::test]
async fn a_poison_event_is_parked_others_go_on_and_a_retry_clears_it() {
    scratch(|ground| async move {
        let counts = Counts::broken();
        ground.raise("ons", "a", &[1, -2, 4]).await;
        ground.raise("ons", "b", &[8]).await;
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(counts.clone(), &ground.sources());
        bus.settle().await.unwrap();

        let parked = bus.parked(&region("ons")).await.unwrap();
        let parked: Vec<_> = parked.iter().map(|one| (one.position, one.error.as_str(), one.attempts)).collect();
        assert_eq!(parked, [(2, "-2 is below zero", 1), (3, "waits for an earlier event of its stream", 0)]);
        // Nothing of what was parked, everything else, and the checkpoint is past it.
        assert_eq!(ground.number("ons", "select sum(total)::bigint from all_counts.counts").await, 9);
        assert_eq!(ground.number("ons", "select position from bus.checkpoints").await, 4);

        assert_eq!(bus.retry(&region("ons"), "all-counts").await.unwrap(), Retried { handled: 0, left: 2 });
        assert_eq!(bus.parked(&region("ons")).await.unwrap()[0].attempts, 2);
        counts.repair();
        assert_eq!(bus.retry(&region("ons"), "all-counts").await.unwrap(), Retried { handled: 2, left: 0 });
        assert_eq!(ground.number("ons", "select sum(total)::bigint from all_counts.counts").await, 11);
        assert_eq!(bus.parked(&region("ons")).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_waits_keeps_its_order_over_batches() {
    scratch(|ground| async move {
        let counts = Counts::broken();
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(counts.clone(), &ground.sources());
        ground.raise("ons", "a", &[-1]).await;
        bus.settle().await.unwrap();
        ground.raise("ons", "a", &[2]).await;
        ground.raise("ons", "b", &[4]).await;
        bus.settle().await.unwrap();
        assert_eq!(ground.number("ons", "select sum(total)::bigint from all_counts.counts").await, 4);
        counts.repair();
        // It was repaired, but what waits goes first.
        ground.raise("ons", "a", &[8]).await;
        bus.settle().await.unwrap();
        assert_eq!(bus.parked(&region("ons")).await.unwrap().len(), 3);
        bus.retry(&region("ons"), "all-counts").await.unwrap();
        ground.raise("ons", "a", &[16]).await;
        bus.settle().await.unwrap();
        assert_eq!(ground.number("ons", "select total from all_counts.counts where counter = 'counter/a'").await, 25);
    })
    .await;
}

#[tokio::test]
async fn nothing_waits_behind_a_parked_event_where_others_go_on() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[-1, 2, 4]).await;
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Hasty(Counts::broken()), &ground.sources());
        bus.settle().await.unwrap();
        assert_eq!(bus.parked(&region("ons")).await.unwrap().len(), 1);
        assert_eq!(ground.number("ons", "select total from hasty_counts.counts").await, 6);
    })
    .await;
}

/// Breaks in every way an event can break it.
struct Fragile;

impl Projection for Fragile {
    const NAME: &'static str = "fragile";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        match happened.stream.as_str() {
            "counter/panics" => panic!("on purpose"),
            "counter/violates" => {
                sqlx::query("insert into counts (region, counter, total) values ($1, null, 1)")
                    .bind(happened.region.as_str())
                    .execute(rows)
                    .await?;
            }
            "counter/misfits" => {
                sqlx::query("select 'Secret Name'::bigint").execute(rows).await?;
            }
            "counter/strays" => {
                sqlx::query("insert into counts (region, counter, total) values ('anders', 'x', 1)")
                    .execute(rows)
                    .await?;
            }
            _ => crate::counts::count(rows, happened, &false.into()).await?,
        }
        Ok(())
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_applied_is_parked_without_its_values() {
    scratch(|ground| async move {
        for counter in ["fine", "panics", "violates", "misfits", "strays", "fine-too"] {
            ground.raise("ons", counter, &[1]).await;
        }
        let bus = Projections::over(ground.bus().relay(ground.counters.clone())).projection(Fragile, &ground.sources());
        bus.settle().await.unwrap();
        let parked = bus.parked(&region("ons")).await.unwrap();
        let errors: Vec<_> = parked.iter().map(|one| one.error.as_str()).collect();
        assert_eq!(errors.len(), 4, "{errors:?}");
        assert_eq!(errors[0], "it panicked");
        assert!(errors[1].starts_with("23502"), "{}", errors[1]);
        assert!(errors[2].starts_with("22P02") && !errors[2].contains("Secret"), "{}", errors[2]);
        assert!(errors[3].starts_with("42501"), "{}", errors[3]);
        assert_eq!(ground.number("ons", "select count(*) from fragile.counts").await, 2);
    })
    .await;
}
