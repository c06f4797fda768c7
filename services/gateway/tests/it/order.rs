//! Two logs come in no mutual order: what they add up to is the same.

use crate::world::World;
use proto_schemas::co_financing::occasion;
use serde_json::{Value, json};
use vocabulary::{PersonId, SessionId};

/// The statement when the logs come in this order, each folded before the next one.
async fn told(order: [&str; 3]) -> Value {
    let world = World::new().await;
    let (done, to_come, elsewhere) =
        (SessionId::derived(&["done"]), SessionId::derived(&["to come"]), SessionId::derived(&["elsewhere"]));
    for log in order {
        match log {
            "consortium" => world.adopted(4999).await,
            "hotspots" => {
                for session in [done, to_come, elsewhere] {
                    world.plan(session, world.company, "2026-09-08", 360).await;
                    world.enrolled(session, PersonId::fresh(), &world.school).await;
                }
            }
            _ => {
                let day = world.day(done, "2026-09-08", "sto");
                world.on(&day, "pupil-accrued", json!({ "line": 1, "amount": 100 })).await;
                world.on(&day, "signed", json!({})).await;
                let id = occasion::id(world.company, elsewhere, "2026-09-08".parse().unwrap());
                let said =
                    json!({ "company": world.company, "session": elsewhere, "date": "2026-09-08", "scheme": "other" });
                world.fact("co-financing.occasion-assigned", &format!("occasion/{id}"), said).await;
            }
        }
        world.hub.settle().await;
    }
    let statement = world.leader.get(&world.url("co-financing/statement")).await.expect(200).json();
    json!([statement["figures"], statement["gap"], statement["forecastGap"]])
}

#[tokio::test]
async fn the_statement_does_not_depend_on_the_order_between_logs() {
    let first = told(["consortium", "hotspots", "co-financing"]).await;
    assert_ne!(first[0][0]["amount"], first[0][1]["amount"], "the session to come counts");
    for order in [
        ["co-financing", "hotspots", "consortium"],
        ["hotspots", "co-financing", "consortium"],
        ["co-financing", "consortium", "hotspots"],
    ] {
        assert_eq!(told(order).await, first, "{order:?}");
    }
}
