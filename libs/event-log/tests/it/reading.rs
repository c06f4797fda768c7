//! Loading, paging and streaming.

use crate::counter::{Counter, Event, Raise, asked};
use crate::scratch::scratch;
use event_log::{Append, Change, Context, NewEvent, tenant};
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
async fn a_skimmed_page_reports_its_end_and_whether_it_must_be_read() {
    scratch(async |scratch| {
        let region: RegionId = "voorbeeld".parse().unwrap();
        // One that wrote nothing of it, and so must ask.
        let other = scratch.second_process().await;
        let skim = async |after, limit, categories: &[&str]| {
            let skimmed = other.skim(&region, after, limit, categories).await.unwrap();
            skimmed.map(|skimmed| (skimmed.first, skimmed.last, skimmed.concerns))
        };
        assert_eq!(skim(0, 10, &["counter"]).await, None);
        for number in 1..=12 {
            if number == 6 {
                let event = vec![NewEvent::of(&Event::Raised { by: 1 }).unwrap()];
                let change = Change { stream: "rare/1".to_owned(), expected: 0, events: event };
                let append = Append { changes: vec![change], context: Context::of(&asked()), command: None };
                scratch.log.append(&region, append).await.unwrap();
            } else {
                scratch.log.execute::<Counter>(&region, &Uuid::now_v7(), Raise(1), &asked()).await.unwrap();
            }
        }
        assert_eq!(skim(0, 5, &["rare"]).await, Some((1, 5, false)));
        assert_eq!(skim(0, 6, &["rare"]).await, Some((1, 6, true)));
        assert_eq!(skim(5, 1, &["other", "rare"]).await, Some((6, 6, true)));
        assert_eq!(skim(6, 100, &["rare", "rar", "counte"]).await, Some((7, 12, false)));
        assert_eq!(skim(12, 100, &["rare", "counter"]).await, None);
        // Whoever wrote it knows.
        let here = scratch.log.skim(&region, 5, 1, &["rare"]).await.unwrap().unwrap();
        assert_eq!((here.first, here.last, here.concerns), (6, 12, true));
        let behind = scratch.log.skim(&region, 6, 1, &["rare"]).await.unwrap().unwrap();
        assert_eq!((behind.first, behind.last, behind.concerns), (7, 12, false));
        assert_eq!(scratch.log.skim(&region, 12, 1, &["rare"]).await.unwrap(), None);
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
        for read in ["page('voorbeeld', 10, 20)", "lines('voorbeeld', 10, 20)", "skim('voorbeeld', 10, 20, '{other}')"]
        {
            // What earlier transactions of the connection read may not have been reported yet.
            let count = "select idx_tup_fetch + seq_tup_read from pg_stat_xact_user_tables where relname = 'event'";
            let before: i64 = sqlx::query_scalar(count).fetch_one(&mut *rows).await.unwrap();
            let page = format!("select * from event_log.{read}");
            let found = sqlx::query(AssertSqlSafe(page)).fetch_all(&mut *rows).await.unwrap().len();
            let after: i64 = sqlx::query_scalar(count).fetch_one(&mut *rows).await.unwrap();
            assert_eq!((found, after - before), (if read.starts_with("skim") { 1 } else { 20 }, 20), "{read}");
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
