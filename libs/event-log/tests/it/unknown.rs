//! What nobody knows is not acknowledged before a later write was.

use crate::counter::{Level, To, asked};
use crate::own::{LATE, Own, SOON, region, to};
use event_log::{Error, Limits};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

fn is_unknown<T: std::fmt::Debug>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Unavailable(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_may_be_lost_is_acknowledged_only_after_a_later_one() {
    let mut own = Own::start().await;
    let (log, command, id) = (own.process(SOON).await, Uuid::now_v7(), Uuid::now_v7());
    to(&log, Uuid::now_v7(), 1, Uuid::now_v7()).await.unwrap();
    log.answers().await.unwrap();
    own.hold_commits().await;
    let asking = tokio::spawn({
        let log = log.clone();
        async move { to(&log, id, 5, command).await }
    });
    own.cut().await;
    let answer = asking.await.unwrap();
    assert!(is_unknown(&answer), "{answer:?}");
    assert_eq!(log.page(&region(), 0, 10).await.unwrap().len(), 2, "it stands here, and not where it must");

    // Neither the process that was cut off nor another one says that it is kept.
    for log in [log.clone(), own.process(SOON).await] {
        let again = to(&log, id, 5, command).await;
        assert!(is_unknown(&again), "{again:?}");
        let kept = log.kept(&region(), command).await;
        assert!(is_unknown(&kept), "{kept:?}");
        let nothing = log.execute::<Level>(&region(), &id, To(5), &asked()).await;
        assert!(is_unknown(&nothing), "{nothing:?}");
        let ready = log.answers().await;
        assert!(is_unknown(&ready), "{ready:?}");
    }
    own.let_go().await;
    for log in [log, own.process(SOON).await] {
        let done = to(&log, id, 5, command).await.unwrap();
        assert_eq!((done.position, done.version, done.repeated), (2, 1, true));
        log.answers().await.unwrap();
    }
    own.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_nothing_changed_is_acknowledged_only_once_it_is_kept() {
    let mut own = Own::start().await;
    let (log, command, id) = (own.process(SOON).await, Uuid::now_v7(), Uuid::now_v7());
    to(&log, id, 5, Uuid::now_v7()).await.unwrap();
    own.hold_commits().await;
    let asking = tokio::spawn({
        let log = log.clone();
        async move { to(&log, id, 5, command).await }
    });
    own.cut().await;
    assert!(is_unknown(&asking.await.unwrap()));
    for log in [log.clone(), own.process(SOON).await] {
        assert!(is_unknown(&to(&log, id, 5, command).await));
    }
    own.let_go().await;
    let done = to(&log, id, 5, command).await.unwrap();
    assert_eq!((done.position, done.version, done.repeated), (1, 1, true));
    own.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_held_for_too_long_is_unknown_and_no_conflict() {
    let mut own = Own::start().await;
    let (log, command, id) = (own.process(SOON).await, Uuid::now_v7(), Uuid::now_v7());
    to(&log, Uuid::now_v7(), 1, Uuid::now_v7()).await.unwrap();
    own.hold_commits().await;
    // The first holds the end of the log, and the others cannot get past it.
    for _ in 0..3 {
        let answer = to(&log, id, 5, command).await;
        assert!(is_unknown(&answer), "{answer:?}");
    }
    own.let_go().await;
    let done = to(&log, id, 5, command).await.unwrap();
    assert_eq!((done.position, done.version), (2, 1));
    assert_eq!(log.page(&region(), 0, 10).await.unwrap().len(), 2);
    own.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_for_the_standby_that_an_operator_cancels_counts_as_committed() {
    let mut own = Own::start().await;
    let bound = Duration::from_millis(100);
    let log = own.process(Limits { statement: bound, ..LATE }).await;
    to(&log, Uuid::now_v7(), 1, Uuid::now_v7()).await.unwrap();
    own.hold_commits().await;
    let mut asking = tokio::spawn(async move { to(&log, Uuid::now_v7(), 5, Uuid::now_v7()).await });
    own.held().await;
    // A bound of PostgreSQL that ended the wait would be answered as done too.
    let early = timeout(bound * 10, &mut asking).await;
    assert!(early.is_err(), "{early:?}");
    own.cancel().await;
    assert_eq!(asking.await.unwrap().unwrap().position, 2);
    own.stop().await;
}
