//! One process at a time, and none that is frozen.

use crate::scratch::scratch;
use event_log::{Database, Turn};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio::time::timeout;
use vocabulary::RegionId;

const WHAT: &str = "counting";

fn region() -> RegionId {
    "voorbeeld".parse().unwrap()
}

#[tokio::test]
async fn a_frozen_process_loses_its_turn_and_learns_it() {
    scratch(async |scratch| {
        let app = &scratch.database.app;
        let options = app.connect_options().as_ref().clone();
        let ((has_it, had), (thaw, frozen)) = (oneshot::channel(), mpsc::channel());
        let process = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let database = Database::open(options, 1).await.unwrap();
                let turn = Turn::take(&database.app, &region(), WHAT).await.unwrap();
                turn.still().await.unwrap();
                has_it.send(()).unwrap();
                // Nothing of it runs, and its kernel keeps the connection.
                frozen.recv().unwrap();
                turn.still().await.is_ok()
            })
        });
        had.await.unwrap();
        // No statement is waited for longer than ten seconds.
        let turn = Turn::take(app, &region(), WHAT).await.unwrap();
        thaw.send(()).unwrap();
        assert!(!process.join().unwrap(), "it believes that it is its turn");
        turn.still().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_turn_lasts_as_long_as_its_process_needs() {
    scratch(async |scratch| {
        let (app, region) = (&scratch.database.app, &region());
        let turn = Turn::take(app, region, WHAT).await.unwrap();
        Turn::take(app, &"elders".parse().unwrap(), WHAT).await.unwrap();
        Turn::take(app, region, "something else").await.unwrap();
        let mut next = Box::pin(Turn::take(app, region, WHAT));
        // Longer than a session may be silent.
        let early = timeout(Duration::from_secs(7), &mut next).await;
        assert!(early.is_err(), "{early:?}");
        turn.still().await.unwrap();
        drop(turn);
        next.await.unwrap();
    })
    .await;
}
