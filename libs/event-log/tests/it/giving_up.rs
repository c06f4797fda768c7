//! A caller who stops waiting in the middle of something leaves nothing behind for the next one.

use crate::counter::{Counter, Raise, asked};
use crate::scratch::scratch;
use event_log::{Database, EventLog, tenant, tenant_holding_rows};
use std::time::{Duration, Instant};
use uuid::Uuid;
use vocabulary::RegionId;

/// Lets the others have so many turns.
async fn turns(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_append_behind_a_caller_who_gave_up_is_kept() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        // One connection, so that the append gets the one that was given up.
        let options = scratch.database.app.connect_options().as_ref().clone();
        let database = Database::open(options, 1).await.unwrap();
        let log = EventLog::new("counters", "00000000000000000000", &database, decider::Clock::system());

        for patience in 0..60 {
            // As a browser that closes does it: `begin` is on its way, and nobody waits for the answer.
            tokio::select! {
                biased;
                begun = tenant(&database.app, &region) => drop(begun),
                () = turns(patience) => {}
            }
            let done = log.execute::<Counter>(&region, &Uuid::now_v7(), Raise(1), &asked()).await.unwrap();
            // Seen by others, so it is committed.
            let seen = scratch.log.page(&region, done.position - 1, 1).await.unwrap();
            assert_eq!(seen.len(), 1, "answered, and not kept: given up after {patience} turns");
        }
        database.app.close().await;
        database.owner.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_process_that_holds_rows_and_says_nothing_lets_go_of_them() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        let append = async || scratch.log.execute::<Counter>(&region, &Uuid::now_v7(), Raise(1), &asked()).await;
        append().await.unwrap();
        // As a process that is frozen in the middle of declaring a restore.
        let mut frozen = tenant_holding_rows(&scratch.database.app, &region).await.unwrap();
        sqlx::query("select from event_log.head for update").execute(&mut *frozen).await.unwrap();
        let began = Instant::now();
        while append().await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "it holds the log for ever");
        }
        // What it says after that does not count.
        assert!(frozen.commit().await.is_err());
    })
    .await;
}
