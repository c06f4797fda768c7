//! Regions never see each other, even with a forgotten `where`; events never change.

use crate::counter::{Counter, Raise, asked, under};
use crate::scratch::scratch;
use event_log::{TABLES, tenant};
use uuid::Uuid;
use vocabulary::RegionId;

async fn count(rows: impl sqlx::PgExecutor<'_>, table: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(rows).await.unwrap()
}

#[tokio::test]
async fn a_forgotten_where_shows_one_region_and_no_tenant_shows_nothing() {
    scratch(async |scratch| {
        let regions: [RegionId; 2] = ["een".parse().unwrap(), "twee".parse().unwrap()];
        for (region, events) in regions.iter().zip([2, 3]) {
            for _ in 0..events {
                scratch.log.execute::<Counter>(region, &Uuid::now_v7(), Raise(1), &asked()).await.unwrap();
            }
            let nothing = under(Uuid::now_v7(), "nothing");
            scratch.log.execute::<Counter>(region, &Uuid::now_v7(), Raise(0), &nothing).await.unwrap();
        }
        for table in TABLES {
            let mut nobody = scratch.database.app.acquire().await.unwrap();
            assert_eq!(count(&mut *nobody, table).await, 0, "{table}");
        }
        let mut transaction = tenant(&scratch.database.app, &regions[0]).await.unwrap();
        assert_eq!(count(&mut *transaction, "event_log.event").await, 2);
        assert_eq!(count(&mut *transaction, "event_log.head").await, 1);
        assert_eq!(count(&mut *transaction, "event_log.kept").await, 1);
        drop(transaction);
        // The region does not outlive its transaction.
        let mut nobody = scratch.database.app.acquire().await.unwrap();
        assert_eq!(count(&mut *nobody, "event_log.event").await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_hub_at_work_cannot_change_or_remove_an_event() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        scratch.log.execute::<Counter>(&region, &Uuid::now_v7(), Raise(1), &asked()).await.unwrap();
        for attempt in [
            "update event_log.event set body = ''",
            "delete from event_log.event",
            "truncate event_log.event",
            "delete from event_log.head",
            "update event_log.kept set stream = ''",
            "delete from event_log.kept",
        ] {
            let mut transaction = tenant(&scratch.database.app, &region).await.unwrap();
            let error = sqlx::query(attempt).execute(&mut *transaction).await.unwrap_err();
            assert_eq!(
                error.as_database_error().and_then(|e| e.code()).as_deref(),
                Some("42501"),
                "{attempt}: {error}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_is_made_of_the_tables_that_are_named() {
    scratch(async |scratch| {
        let there: Vec<String> = sqlx::query_scalar(
            "select schemaname || '.' || tablename from pg_tables where schemaname = 'event_log' order by 1",
        )
        .fetch_all(&scratch.database.owner)
        .await
        .unwrap();
        let mut named = TABLES;
        named.sort_unstable();
        assert_eq!(there, named, "what is not named is left behind by whoever moves a region");
    })
    .await;
}

#[tokio::test]
async fn every_table_is_bound_to_a_region_by_a_policy() {
    scratch(async |scratch| {
        let unbound: Vec<String> = sqlx::query_scalar(
            "select c.oid::regclass::text from pg_class c
             where c.relnamespace = 'event_log'::regnamespace and c.relkind = 'r'
             and not (c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))",
        )
        .fetch_all(&scratch.database.owner)
        .await
        .unwrap();
        assert_eq!(unbound, Vec::<String>::new());
    })
    .await;
}
