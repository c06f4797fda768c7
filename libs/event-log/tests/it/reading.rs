//! Loading, paging and streaming.

use crate::counter::{Counter, Event, Raise, asked};
use crate::scratch::scratch;
use event_log::tenant;
use futures_util::TryStreamExt;
use sqlx::AssertSqlSafe;
use uuid::Uuid;
use vocabulary::RegionId;

#[tokio::test]
async fn pages_and_the_stream_give_every_event_once_and_in_order() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        for _ in 0..25 {
            scratch.log.execute::<Counter>(&region, &Uuid::now_v7(), Raise(1), &asked()).await.unwrap();
        }
        let streamed: Vec<_> = scratch.log.stream(&region, 3).try_collect().await.unwrap();
        let mut paged = Vec::new();
        while let Some(last) = Some(paged.last().map_or(3, |event: &event_log::Recorded| event.position)) {
            let page = scratch.log.page(&region, last, 10).await.unwrap();
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, streamed);
        assert_eq!(paged.iter().map(|event| event.position).collect::<Vec<_>>(), (4..=25).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_whole_log_is_decoded_in_order_across_chunks() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        let mut batch = scratch.log.batch(&region);
        for n in 1..=1_030 {
            batch.add::<Counter>(&Uuid::now_v7(), Raise(n % 1_000));
        }
        batch.commit(&asked()).await.unwrap();
        let chunks: Vec<_> = scratch.log.decoded::<Event>(&region, 5).try_collect().await.unwrap();
        let decoded: Vec<_> = chunks.into_iter().flatten().collect();
        // Raising by nothing (the thousandth) happened to nobody.
        assert_eq!(decoded.iter().map(|one| one.position).collect::<Vec<_>>(), (6..=1_029).collect::<Vec<_>>());
        assert_eq!(decoded[0].event, Event::Raised { by: 6 });
    })
    .await;
}

#[tokio::test]
async fn a_page_of_a_log_that_nobody_analysed_reads_no_more_than_the_page() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        for _ in 0..5 {
            let mut batch = scratch.log.batch(&region);
            for _ in 0..1_000 {
                batch.add::<Counter>(&Uuid::now_v7(), Raise(1));
            }
            batch.commit(&asked()).await.unwrap();
        }
        let mut rows = tenant(scratch.log.app(), &region).await.unwrap();
        for function in ["page", "lines"] {
            // What earlier transactions of the connection read may not have been reported yet.
            let read = "select idx_tup_fetch + seq_tup_read from pg_stat_xact_user_tables where relname = 'event'";
            let before: i64 = sqlx::query_scalar(read).fetch_one(&mut *rows).await.unwrap();
            let page = format!("select count(*) from event_log.{function}('voorbeeld', 10, 20)");
            let found: i64 = sqlx::query_scalar(AssertSqlSafe(page)).fetch_one(&mut *rows).await.unwrap();
            let after: i64 = sqlx::query_scalar(read).fetch_one(&mut *rows).await.unwrap();
            assert_eq!((found, after - before), (20, 20), "{function}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_stream_is_a_thing_before_anything_happened() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        let counter = scratch.log.load::<Counter>(&region, &Uuid::now_v7()).await.unwrap();
        assert_eq!((counter.state.count, counter.version), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_the_reading() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        scratch.log.execute::<Counter>(&region, &Uuid::now_v7(), Raise(1), &asked()).await.unwrap();
        for _ in 0..100 {
            // More readers than connections: each must give its own back.
            let first = std::pin::pin!(scratch.log.stream(&region, 0)).try_next().await.unwrap();
            assert!(first.is_some());
        }
    })
    .await;
}
