//! One region never sees another.

use crate::counts::Counts;
use crate::scratch::{region, scratch};
use bus::Error;
use event_log::Recorded;
use projections::{CannotApply, Projection, Projections, rebuild_into};
use sqlx::{AssertSqlSafe, PgConnection};

#[tokio::test]
async fn without_a_region_every_table_is_empty_and_with_one_no_other_is_seen() {
    scratch(|ground| async move {
        ground.raise("ons", "a", &[1, -2]).await;
        ground.raise("anders", "a", &[1, 2, -3]).await;
        let bus = Projections::over(ground.bus().relay(ground.counters.clone()))
            .projection(Counts::broken(), &ground.sources());
        bus.settle().await.unwrap();
        // Found, not listed: a new table is tested too.
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', table_schema, table_name) from information_schema.columns
             where column_name = 'region' and table_schema in ('bus', 'all_counts') order by 1",
        )
        .fetch_all(&ground.database.owner)
        .await
        .unwrap();
        assert_eq!(tables, ["all_counts.counts", "all_counts.seen", "bus.checkpoints", "bus.parked"]);
        for table in tables {
            let all: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
                .fetch_one(&ground.database.app)
                .await
                .unwrap();
            assert_eq!(all, 0, "{table} without a region");
            assert!(ground.number("ons", &format!("select count(*) from {table}")).await > 0, "{table}");
            let foreign = format!("select count(*) from {table} where region <> 'ons'");
            assert_eq!(ground.number("ons", &foreign).await, 0, "{table}");
            let mut rows = event_log::tenant(&ground.database.app, &region("ons")).await.unwrap();
            let touched = sqlx::query(AssertSqlSafe(format!("delete from {table} where region = 'anders'")))
                .execute(&mut *rows)
                .await
                .unwrap();
            assert_eq!(touched.rows_affected(), 0, "{table}");
        }
    })
    .await;
}

macro_rules! with_tables {
    ($name:ident, $tables:literal) => {
        struct $name;
        impl Projection for $name {
            const NAME: &'static str = "badly-made";
            const VERSION: u32 = 1;
            const LOGS: &'static [&'static str] = &["counters"];
            const TABLES: &'static str = $tables;
            async fn apply(&self, _: &mut PgConnection, _: &Recorded) -> Result<(), CannotApply> {
                Ok(())
            }
        }
    };
}
with_tables!(NoRegion, "create table t (id text primary key)");
with_tables!(Nullable, "create table t (region text, id text not null, unique (region, id))");
with_tables!(NotLeading, "create table t (region text not null, id text not null, primary key (id, region))");
with_tables!(View, "create table t (region text not null, primary key (region)); create view v as select * from t");
with_tables!(
    IndexWithout,
    "create table t (region text not null, primary key (region)); create index on t ((1), region)"
);

#[tokio::test]
async fn a_table_that_cannot_be_closed_off_is_refused() {
    scratch(|ground| async move {
        let sources = ground.sources();
        let refused = [
            Projections::over(ground.bus()).projection(NoRegion, &sources).prepare().await,
            Projections::over(ground.bus()).projection(Nullable, &sources).prepare().await,
            Projections::over(ground.bus()).projection(NotLeading, &sources).prepare().await,
            Projections::over(ground.bus()).projection(View, &sources).prepare().await,
            Projections::over(ground.bus()).projection(IndexWithout, &sources).prepare().await,
        ];
        for refusal in refused {
            assert!(matches!(refusal, Err(Error::Tables { .. })), "{refusal:?}");
        }
        let foreign = rebuild_into(&ground.database, Counts::default(), "event_log", &sources, &[]).await;
        assert!(matches!(foreign, Err(Error::Tables { .. })), "the log itself is no read model: {foreign:?}");
        let made: i64 = sqlx::query_scalar("select count(*) from pg_namespace where nspname = 'badly_made'")
            .fetch_one(&ground.database.owner)
            .await
            .unwrap();
        assert_eq!(made, 0);
    })
    .await;
}
