//! A PostgreSQL whose packets vanish while a question is answered: whoever asked hears so within seconds.

use crate::world::World;
use event_log::Limits;
use std::time::{Duration, Instant};

/// An answer is waited for so long.
const ANSWER: Duration = Duration::from_secs(1);

/// As many as there are connections.
const ASKERS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_database_goes_silent_halfway_is_unavailable_within_its_bound() {
    let limits = Limits { answer: ANSWER, ..Limits::default() };
    let (hub, way) = testkit::hub_behind_a_way(gateway::service(), limits).await;
    let world = World::in_hub(hub).await;
    let hotspots = world.url("hotspots");
    world.leader.get(&hotspots).await.expect(200);

    // Its transaction has begun, and its reading waits.
    let mut held = world.hub.hold("gateway", "lock table hotspots.hotspot in access exclusive mode").await;
    let asking = tokio::spawn({
        let (leader, hotspots) = (world.leader.clone(), hotspots.clone());
        async move { leader.get(&hotspots).await }
    });
    held.awaited_by(1).await;
    let began = Instant::now();
    way.swallow(false);
    let answer = asking.await.unwrap().expect(503);
    let took = began.elapsed();
    assert_eq!(answer.problem(), "unavailable");
    assert_ne!(answer.header("retry-after"), "");
    assert!(took < Duration::from_secs(6), "answered after {took:?}");
    held.release().await;

    // No connection that went silent is used again, and none has kept its place.
    let asked: Vec<_> = (0..ASKERS)
        .map(|_| {
            let (leader, hotspots) = (world.leader.clone(), hotspots.clone());
            tokio::spawn(async move { leader.get(&hotspots).await })
        })
        .collect();
    for asked in asked {
        asked.await.unwrap().expect(200);
    }
}
