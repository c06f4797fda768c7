//! A PostgreSQL whose packets vanish: nobody waits for it for ever, and its connections are thrown away.

use crate::own::{SOON, region, to};
use crate::scratch::scratch;
use crate::way::Way;
use decider::Clock;
use event_log::{Database, EventLog, tenant};
use futures_util::future::join_all;
use std::time::{Duration, Instant};
use uuid::Uuid;

async fn through(way: &Way, database: &Database) -> (Database, EventLog) {
    let options = database.app.connect_options().as_ref().clone().host("127.0.0.1").port(way.address.port());
    let database = Database::open_within(options, 8, SOON).await.unwrap();
    let log = EventLog::new("counters", "00000000000000000000", &database, Clock::system());
    (database, log)
}

/// One that sqlx asked in the moment in which the network went silent does not come back before TCP gives it up.
async fn close(database: &Database) {
    for pool in [&database.app, &database.owner] {
        let _ = tokio::time::timeout(Duration::from_secs(5), pool.close()).await;
    }
}

/// How many transactions begin at once.
async fn taken(database: &Database) -> usize {
    let region = region();
    let begun = join_all((0..8).map(|_| tenant(&database.app, &region))).await;
    begun.iter().filter(|begun| begun.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_whose_connections_went_silent_heals_within_seconds() {
    scratch(async |scratch| {
        let options = scratch.database.app.connect_options();
        let way = Way::to(options.get_host().to_owned(), options.get_port()).await;
        let (database, log) = through(&way, &scratch.database).await;
        // Every connection of the pool is one that was used.
        let all = taken(&database).await;
        assert_eq!(all, 8);
        // sqlx asks a connection that is given back without a bound: none may be on its way back when nothing passes.
        while database.app.num_idle() < all {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        to(&log, Uuid::now_v7(), 1, Uuid::now_v7()).await.unwrap();
        log.answers().await.unwrap();

        way.swallow(false);
        let (began, id, command) = (Instant::now(), Uuid::now_v7(), Uuid::now_v7());
        assert!(log.answers().await.is_err(), "ready, although nothing passes");
        while to(&log, id, 5, command).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "it does not heal");
        }
        log.answers().await.unwrap();
        let all = taken(&database).await;
        assert_eq!(all, 8, "some connection is still believed to work");
        close(&database).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_comes_back_is_used_again_without_a_restart() {
    scratch(async |scratch| {
        let options = scratch.database.app.connect_options();
        let way = Way::to(options.get_host().to_owned(), options.get_port()).await;
        let (database, log) = through(&way, &scratch.database).await;
        to(&log, Uuid::now_v7(), 1, Uuid::now_v7()).await.unwrap();

        way.swallow(true);
        let (id, command) = (Uuid::now_v7(), Uuid::now_v7());
        // More of them than there are connections.
        let lost = join_all((0..20).map(|n| to(&log, id, 5, if n == 0 { command } else { Uuid::now_v7() }))).await;
        assert!(lost.iter().all(Result::is_err));

        way.swallow(false);
        let began = Instant::now();
        while to(&log, id, 5, command).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "it does not heal");
        }
        close(&database).await;
    })
    .await;
}
