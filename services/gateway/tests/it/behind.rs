//! A read model says how far behind it is.

use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn a_reader_that_waits_for_a_position_gets_the_lag() {
    let world = World::new().await;
    world.hub.settle().await;
    let done = world
        .fact("consortium.company-nominated", &format!("company/{}", world.company), json!({ "name": "Kou" }))
        .await;
    let asking = world.leader.clone().with("Hub-Min-Position", &format!("consortium={}", done.position));
    let answer = asking.get(&world.url("companies")).await.expect(503);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(answer.text().contains("consortium"), "{}", answer.text());
    assert!(!answer.header("retry-after").is_empty());

    // Asked while it is folded: the answer holds what was waited for.
    let url = world.url("companies");
    let (answer, ()) = tokio::join!(asking.get(&url), world.hub.settle());
    assert_eq!(answer.expect(200).json()["items"][0]["name"], "Kou");
}
