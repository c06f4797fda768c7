//! The primary is lost, and its standby takes over.

use crate::own::{LATE, Own, SOON, region, to};
use crate::standby::{NAME, standby_of};
use event_log::Error;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_was_lost_with_its_primary_was_acknowledged_to_nobody() {
    let mut primary = Own::start().await;
    let standby = standby_of(&primary).await;
    primary.commits_wait_for(NAME).await;
    let standby = Own::in_folder(standby).await;
    let (first, second, id) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let done = to(&primary.process(LATE).await, id, 5, first).await.unwrap();
    assert_eq!((done.position, done.repeated), (1, false));

    // The standby is away, and the connection is cut while the commit waits for it.
    let standby = standby.stop().await;
    let log = primary.process(LATE).await;
    let asking = tokio::spawn(async move { to(&log, id, 7, second).await });
    primary.cut().await;
    let mut answers = vec![asking.await.unwrap()];
    let log = primary.process(SOON).await;
    assert_eq!(log.page(&region(), 0, 10).await.unwrap().len(), 2, "it stands on the primary");
    // A retry reads it there, in this process or another one.
    for log in [log, primary.process(SOON).await] {
        answers.push(to(&log, id, 7, second).await);
        answers.push(log.kept(&region(), second).await.map(|kept| kept.unwrap().done));
    }
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Unavailable(_)))), "{answers:?}");

    primary.lose().await;
    let mut standby = Own::in_folder(standby).await;
    standby.promote().await;
    let log = standby.process(LATE).await;
    let kept = log.page(&region(), 0, 10).await.unwrap();
    assert_eq!(
        kept.iter().map(|event| event.position).collect::<Vec<_>>(),
        [1],
        "it is lost, and what was acknowledged is not"
    );
    assert!(log.kept(&region(), first).await.unwrap().is_some());
    assert!(log.kept(&region(), second).await.unwrap().is_none());
    for repeated in [false, true] {
        let done = to(&log, id, 7, second).await.unwrap();
        assert_eq!((done.position, done.version, done.repeated), (2, 2, repeated));
    }
    assert_eq!(log.page(&region(), 0, 10).await.unwrap().len(), 2);
    standby.stop().await;
}
