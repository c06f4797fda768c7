//! A command that clashes with one in flight waits for its outcome.

use crate::counter::{Counter, Raise, asked};
use crate::own::{LATE, Own, region, to};
use decider::CommandContext;
use event_log::{Error, Receipt};
use futures_util::future::{join_all, select_all};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_twins_of_a_command_in_flight_get_its_answer() {
    let mut own = Own::start().await;
    let (log, command, id) = (own.process(LATE).await, Uuid::now_v7(), Uuid::now_v7());
    to(&log, Uuid::now_v7(), 1, Uuid::now_v7()).await.unwrap();
    own.hold_commits().await;
    let ask = |id| {
        let log = log.clone();
        tokio::spawn(async move { to(&log, id, 5, command).await })
    };
    let mut asking = vec![ask(id)];
    own.held().await;
    // Ids that are derived from the command, and ids that each caller makes.
    asking.extend((0..50).map(|_| ask(id)));
    asking.extend((0..50).map(|_| ask(Uuid::now_v7())));
    let early = timeout(Duration::from_secs(2), select_all(&mut asking)).await;
    assert!(early.is_err(), "answered while nobody knew: {:?}", early.map(|(answer, ..)| answer));

    own.let_go().await;
    let answers: Vec<Receipt> = join_all(asking).await.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
    assert!(answers.iter().all(|done| (done.id(), done.version, done.position) == (Some(id), 1, 2)), "{answers:?}");
    assert_eq!(answers.iter().filter(|done| !done.repeated).count(), 1);
    assert_eq!(log.page(&region(), 0, 10).await.unwrap().len(), 2);
    own.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_caller_with_a_version_gets_a_conflict_in_flight() {
    let mut own = Own::start().await;
    let (log, id) = (own.process(LATE).await, Uuid::now_v7());
    log.execute::<Counter>(&region(), &id, Raise(1), &asked()).await.unwrap();
    own.hold_commits().await;
    let ask = |expects| {
        let log = log.clone();
        tokio::spawn(async move {
            log.execute::<Counter>(&region(), &id, Raise(1), &CommandContext { expects, ..asked() }).await
        })
    };
    let first = ask(None);
    own.held().await;
    let (named, unnamed) = (ask(Some(1)), join_all((0..20).map(|_| ask(None))));
    let (mut named, mut unnamed) = (named, unnamed);
    assert!(timeout(Duration::from_secs(1), &mut named).await.is_err(), "told before anybody knew");
    assert!(timeout(Duration::from_secs(1), &mut unnamed).await.is_err(), "told before anybody knew");

    own.let_go().await;
    first.await.unwrap().unwrap();
    assert!(matches!(named.await.unwrap(), Err(Error::Conflict { expected: 1, actual: 2.., .. })));
    assert!(unnamed.await.into_iter().all(|answer| answer.unwrap().is_ok()));
    assert_eq!(log.load::<Counter>(&region(), &id).await.unwrap().state.count, 22);
    own.stop().await;
}
