//! What it means that a log was restored to an earlier point.

use crate::counter::{Counter, Raise, asked};
use crate::scratch::{Scratch, scratch};
use event_log::{Context, Hash, Head, NewEvent, Restoration, Restored, leaf_hash};
use uuid::Uuid;
use vocabulary::RegionId;

fn region() -> RegionId {
    "voorbeeld".parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "an event of no enum")]
fn declared(epoch: i32, follows: Option<(i64, Hash)>) -> Restoration {
    let event_type = "nl.sterktechniekonderwijs.counters.log-restored.v1".to_owned();
    let event = NewEvent::of_type(event_type, &serde_json::json!({ "toEpoch": epoch })).unwrap();
    Restoration { epoch, follows, event, context: Context::of(&asked()) }
}

async fn raise(scratch: &Scratch) {
    scratch.log.execute::<Counter>(&region(), &Uuid::now_v7(), Raise(1), &asked()).await.unwrap();
}

async fn end(scratch: &Scratch) -> Head {
    scratch.log.heads().await.unwrap().remove(0)
}

fn follows(end: &Head) -> Option<(i64, Hash)> {
    Some((end.position, end.root().unwrap()))
}

#[tokio::test]
async fn the_first_event_of_a_new_epoch_follows_the_last_one_that_was_kept() {
    scratch(async |scratch| {
        for _ in 0..3 {
            raise(&scratch).await;
        }
        let kept = end(&scratch).await;
        let mut watch = scratch.log.watch();
        let wanted = declared(2, follows(&kept));
        let written = scratch.log.restored(&region(), &wanted).await.unwrap();
        assert!(matches!(written, Some(Restored::Written(head)) if (head.epoch, head.position) == (2, 4)));
        assert_eq!(watch.try_recv().unwrap(), (region(), 4));
        let said = scratch.log.declared(&region(), 2).await.unwrap().unwrap();
        assert_eq!((said.position, said.version, said.stream.as_str()), (4, 1, "restore/2"));

        // The appender that knew another end goes on behind it, and the tree holds what the texts hash to.
        raise(&scratch).await;
        let texts = scratch.log.page(&region(), 0, 10).await.unwrap();
        let mut tree = event_log::Frontier::default();
        texts.iter().for_each(|event| tree.push(leaf_hash(&event.text)));
        assert_eq!((texts.len(), end(&scratch).await.frontier), (5, tree.to_bytes()));
    })
    .await;
}

#[tokio::test]
async fn a_restore_that_is_declared_twice_has_one_effect() {
    scratch(async |scratch| {
        raise(&scratch).await;
        let wanted = declared(2, follows(&end(&scratch).await));
        let (log, region) = (&scratch.log, region());
        let (one, other) =
            futures_util::future::join(log.restored(&region, &wanted), log.restored(&region, &wanted)).await;
        let done = [one, other].map(|done| done.unwrap().unwrap());
        let written = done.iter().filter(|done| matches!(done, Restored::Written(_))).count();
        assert_eq!(written, 1);
        let again = log.restored(&region, &wanted).await.unwrap();
        assert!(matches!(again, Some(Restored::Before(_, event)) if event.position == 2));
        assert_eq!((end(&scratch).await.epoch, end(&scratch).await.position), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn a_restore_of_a_log_that_ends_elsewhere_is_not_written() {
    scratch(async |scratch| {
        raise(&scratch).await;
        let before = end(&scratch).await;
        let (position, root) = follows(&before).unwrap();
        let wrong = [
            declared(2, Some((position, [7; 32]))),
            declared(2, Some((position + 1, root))),
            declared(1, Some((position, root))),
            // It has not begun, so nothing can be said of it afterwards.
            declared(2, None),
        ];
        for wanted in wrong {
            let done = scratch.log.restored(&region(), &wanted).await.unwrap();
            assert!(matches!(done, Some(Restored::Elsewhere(_))), "{wanted:?}");
        }
        assert_eq!(end(&scratch).await, before);
    })
    .await;
}

#[tokio::test]
async fn an_epoch_that_was_raised_in_silence_can_be_declared_afterwards() {
    scratch(async |scratch| {
        raise(&scratch).await;
        sqlx::query("update event_log.head set epoch = 2").execute(&scratch.database.owner).await.unwrap();
        raise(&scratch).await;
        assert!(scratch.log.declared(&region(), 2).await.unwrap().is_none());
        let done = scratch.log.restored(&region(), &declared(2, None)).await.unwrap();
        assert!(matches!(done, Some(Restored::Written(head)) if (head.epoch, head.position) == (2, 3)));
    })
    .await;
}
