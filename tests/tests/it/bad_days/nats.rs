//! P3: nats-server killed, frozen, or robbed of what it keeps. Commands do not wait for it.

use super::{
    compare::{agree, query},
    hub::{Hub, REGION, eventually},
    load::Load,
    processes::{self, NATS},
    seed::Seed,
};
use async_nats::jetstream;
use rustix::process::Signal;
use std::{
    fs,
    time::{Duration, Instant},
};

/// How long after the last kill of a server its streams take events again, at most.
const RESUMES_WITHIN: Duration = Duration::from_secs(10);

/// After the fault: the commands went on without a single unknown one, and everything agrees.
async fn heals(hub: Hub, load: Load, fault: &str) {
    let seen = (load.seen(), load.told_later());
    let ledger = load.end().await;
    ledger.knows_all();
    ledger.resolve(&hub).await;
    let caught_up = agree(&hub, &ledger).await;
    println!(
        "{fault}: {} commands, {} queries answered, {} told to come back, the stream is whole {caught_up:.2?} after",
        ledger.entries().len(),
        seen.0,
        seen.1
    );
    ledger.answers_again(&hub).await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_nats_commands_go_on_and_the_streams_catch_up() {
    let hub = Hub::start().await;
    let mut seed = Seed::new(2);
    let load = Load::start(&hub, seed.next());
    load.goes_on(seed.between(60, 200)).await;
    let mut killed = 0;
    // Each time it is started again later: after five times it is away for more than a second.
    while killed < 5 {
        killed += usize::from(processes::kill_server(hub.data(), NATS).is_some());
        load.goes_on(1).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let killed = Instant::now();
    let alive = || processes::pid(hub.data(), NATS).is_some_and(|nats| processes::of(hub.data()).contains(&nats));
    assert!(!alive());
    let without = load.goes_on(60).await;
    let began = Instant::now();
    eventually("it is started again", Duration::from_secs(30), async || alive()).await;
    println!("without nats-server: 60 commands in {without:.2?}; back {:.2?} after that", began.elapsed());
    let head = super::compare::heads(&hub, "consortium").await[0].1;
    let nats = jetstream::new(hub.nats("consortium").await);
    let published = async || {
        let stream = nats.get_stream(format!("consortium_{REGION}")).await;
        stream.is_ok_and(|stream| stream.cached_info().state.last_sequence >= head)
    };
    eventually("publishing resumes", RESUMES_WITHIN.saturating_sub(killed.elapsed()), published).await;
    println!("publishing resumed {:.2?} after the last kill", killed.elapsed());
    load.goes_on(60).await;
    heals(hub, load, "kill -9 of nats-server, 5 ×").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_nats_holds_up_nobody_for_long() {
    let hub = Hub::start().await;
    let mut seed = Seed::new(3);
    let load = Load::start(&hub, seed.next());
    load.goes_on(seed.between(60, 200)).await;
    let nats = processes::pid(hub.data(), NATS).unwrap();
    // Its sockets stay open: nobody is told that it does nothing.
    processes::signal(nats, Signal::STOP);
    load.goes_on(60).await;
    let began = Instant::now();
    let head = super::compare::heads(&hub, "consortium").await[0].1;
    query(&hub, "", head).await;
    println!("nats-server frozen: the read models are there after {:.2?}", began.elapsed());
    processes::signal(nats, Signal::CONT);
    load.goes_on(60).await;
    heals(hub, load, "nats-server frozen").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_nats_store_is_filled_again_from_the_log() {
    let hub = Hub::start().await;
    let mut seed = Seed::new(5);
    let load = Load::start(&hub, seed.next());
    for _ in 0..2 {
        load.goes_on(seed.between(60, 200)).await;
        let nats = processes::pid(hub.data(), NATS).unwrap();
        // Frozen, so that it writes nothing back on its way out.
        processes::signal(nats, Signal::STOP);
        fs::remove_dir_all(hub.data().join("nats")).unwrap();
        processes::signal(nats, Signal::KILL);
        let began = Instant::now();
        let again = async || processes::pid(hub.data(), NATS).is_some_and(|it| it != nats);
        eventually("it is started again", Duration::from_secs(30), again).await;
        println!("nats-server without its store: started again after {:.2?}", began.elapsed());
    }
    load.goes_on(100).await;
    heals(hub, load, "the store of nats-server removed, 2 ×").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_stream_is_made_again_at_the_same_numbers() {
    let hub = Hub::start().await;
    let mut seed = Seed::new(6);
    let nats = jetstream::new(hub.nats("consortium").await);
    let load = Load::start(&hub, seed.next());
    for _ in 0..2 {
        load.goes_on(seed.between(60, 200)).await;
        nats.delete_stream(format!("consortium_{REGION}")).await.unwrap();
    }
    load.goes_on(100).await;
    // Once more when nobody gives commands: it is missed all the same.
    let seen = (load.seen(), load.told_later());
    let ledger = load.end().await;
    ledger.knows_all();
    ledger.resolve(&hub).await;
    agree(&hub, &ledger).await;
    nats.delete_stream(format!("consortium_{REGION}")).await.unwrap();
    let caught_up = agree(&hub, &ledger).await;
    println!(
        "a stream deleted: {} queries answered, {} told to come back; idle, it is whole after {caught_up:.2?}",
        seen.0, seen.1
    );
    hub.stop().await;
}
