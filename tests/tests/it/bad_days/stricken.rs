//! P1, P2, P8: kill -9 of the hub itself, and of its PostgreSQL.

use super::{
    compare::agree,
    hub::{Hub, eventually},
    load::Load,
    processes::{self, NATS, POSTGRES},
    seed::Seed,
};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_hub_has_lost_nothing_and_does_nothing_twice() {
    let mut hub = Hub::start().await;
    let mut seed = Seed::new(1);
    let load = Load::start(&hub, seed.next());
    for round in 1..=3 {
        load.goes_on(seed.between(60, 200)).await;
        let servers = [POSTGRES, NATS].map(|file| processes::pid(hub.data(), file).unwrap());
        let took = hub.kill_and_start().await;
        println!("kill -9 of the hub, {round}: ready after {took:.2?}, {} unknown so far", load.ledger.unknown());
        assert!(took < Duration::from_secs(10), "{took:?}");
        let left = processes::of(hub.data());
        assert!(servers.iter().all(|server| !left.contains(server)), "servers of the killed hub are still there");
        eventually("nobody but the new hub and its servers", Duration::from_secs(5), async || hub.is_alone()).await;
    }
    load.goes_on(60).await;
    let ledger = load.end().await;
    println!("{}", ledger.summary());
    ledger.resolve(&hub).await;
    agree(&hub, &ledger).await;
    ledger.answers_again(&hub).await;
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_or_lost_while_postgres_is_away() {
    let hub = Hub::start().await;
    let mut seed = Seed::new(4);
    let load = Load::start(&hub, seed.next());
    for round in 1..=2 {
        load.goes_on(seed.between(60, 200)).await;
        let began = Instant::now();
        let mut killed = 0;
        // It is started again at once: killed as often as it comes up, it is away for a while.
        while began.elapsed() < Duration::from_secs(2) {
            killed += usize::from(processes::kill_server(hub.data(), POSTGRES).is_some());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(killed > 0);
        let back = load.goes_on(1).await;
        println!("kill -9 of PostgreSQL, {round}: {killed} ×, commands go on after {back:.2?}");
        assert!(back < Duration::from_secs(30), "{back:?}");
    }
    load.goes_on(100).await;
    assert!(load.ledger.unknown() > 0, "nobody noticed");
    println!("{} queries answered, {} told to come back", load.seen(), load.told_later());
    let ledger = load.end().await;
    println!("{}", ledger.summary());
    ledger.resolve(&hub).await;
    agree(&hub, &ledger).await;
    ledger.answers_again(&hub).await;
    hub.stop().await;
}
