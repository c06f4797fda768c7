//! A PostgreSQL whose packets vanish: nobody waits for it for ever, and its connections are thrown away.

use crate::own::{SOON, region, to};
use crate::scratch::scratch;
use crate::way::Way;
use decider::Clock;
use event_log::{Database, EventLog, is_outage, tenant};
use futures_util::{FutureExt, TryFutureExt, TryStreamExt, future::join_all};
use std::time::{Duration, Instant};
use uuid::Uuid;

async fn through(way: &Way, database: &Database, connections: u32) -> (Database, EventLog) {
    let options = database.app.connect_options().as_ref().clone().host("127.0.0.1").port(way.address.port());
    let database = Database::open_within(options, connections, SOON).await.unwrap();
    let log = EventLog::new("counters", "00000000000000000000", &database, Clock::system());
    (database, log)
}

/// Every place in both pools is free again.
async fn close(database: &Database) {
    database.app.close().await;
    database.owner.close().await;
}

/// How many transactions begin at once.
async fn taken(database: &Database) -> usize {
    let region = region();
    let begun = join_all((0..8).map(|_| tenant(&database.app, &region))).await;
    for error in begun.iter().filter_map(|begun| begun.as_ref().err()) {
        eprintln!("a transaction does not begin: {error}");
    }
    begun.iter().filter(|begun| begun.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_whose_connections_went_silent_heals_within_seconds() {
    scratch(async |scratch| {
        let options = scratch.database.app.connect_options();
        let way = Way::to(options.get_host().to_owned(), options.get_port()).await;
        let (database, log) = through(&way, &scratch.database, 8).await;
        // Every connection of the pool is one that was used.
        let all = taken(&database).await;
        assert_eq!(all, 8);
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
        let (database, log) = through(&way, &scratch.database, 8).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_whose_connection_goes_silent_waits_no_longer_than_for_one_answer() {
    scratch(async |scratch| {
        let options = scratch.database.app.connect_options();
        let way = Way::to(options.get_host().to_owned(), options.get_port()).await;
        let (database, _) = through(&way, &scratch.database, 8).await;
        let begun = async || {
            let mut rows = tenant(&database.app, &region()).await.unwrap();
            sqlx::query("select 1").execute(&mut *rows).await.unwrap();
            rows
        };
        let (mut all, mut one, mut streamed, kept) = (begun().await, begun().await, begun().await, begun().await);
        way.swallow(false);
        let each = async {
            let mut rows = sqlx::query("select 1").fetch(&mut *streamed);
            rows.try_next().await.map(drop)
        };
        let late = tokio::time::timeout(
            Duration::from_secs(30),
            join_all([
                sqlx::query("select 1").fetch_all(&mut *all).map_ok(drop).boxed(),
                sqlx::query("select 1").fetch_optional(&mut *one).map_ok(drop).boxed(),
                each.boxed(),
                kept.commit().boxed(),
            ]),
        );
        let late = late.await.expect("one of them is waited for without a bound");
        for answer in late {
            let error = answer.unwrap_err();
            assert!(is_outage(&error), "{error}");
        }
        drop((all, one, streamed));
        // Each of its places is free again.
        assert_eq!(taken(&database).await, 8);
        close(&database).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_goes_silent_on_its_way_back_frees_its_place() {
    // After the answer to its rollback, and after the one to whether it works.
    for answers in [0, 1, 2] {
        scratch(async |scratch| {
            let options = scratch.database.app.connect_options();
            let way = Way::to(options.get_host().to_owned(), options.get_port()).await;
            let (database, _) = through(&way, &scratch.database, 1).await;
            let mut rows = tenant(&database.app, &region()).await.unwrap();
            sqlx::query("select 1").execute(&mut *rows).await.unwrap();
            way.swallow_after(answers);
            drop(rows);
            let began = Instant::now();
            while let Err(error) = tenant(&database.app, &region()).await {
                assert!(is_outage(&error), "{error}");
                assert!(began.elapsed() < Duration::from_secs(15), "after {answers} answers its place is lost");
            }
            close(&database).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_begins_although_every_connection_was_closed_before() {
    scratch(async |scratch| {
        let options = scratch.database.app.connect_options().as_ref().clone();
        let database = Database::open_within(options, 8, SOON).await.unwrap();
        assert_eq!(taken(&database).await, 8);
        while database.app.num_idle() < 8 {
            tokio::task::yield_now().await;
        }
        // As PostgreSQL does it when it is restarted.
        let end = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid()";
        sqlx::raw_sql(end).execute(&scratch.database.owner).await.unwrap();
        assert_eq!(taken(&database).await, 8);
        close(&database).await;
    })
    .await;
}
