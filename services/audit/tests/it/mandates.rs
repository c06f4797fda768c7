//! Who gives a mandate, and to whom it is shown.

use crate::world::World;
use serde_json::json;
use testkit::Holding;
use vocabulary::Role;

#[tokio::test]
async fn programme_leader_and_controller_give_mandates_and_nobody_else() {
    let world = World::new().await;
    for role in [Role::Teacher, Role::AccountManager, Role::Inspector] {
        let other = world.hub.granted(Holding::of(role)).await;
        world.open(&other, &json!({})).await.expect(403);
    }
    world.open(&world.auditor, &json!({})).await.expect(403);
    world.open(&world.controller, &json!({})).await.expect(201);
    // Both a controller and an auditor: not to oneself.
    world.hub.grant(&world.auditor, Holding::of(Role::Controller)).await;
    let until_then = json!({ "until": "2026-12-30" });
    assert_eq!(world.open(&world.auditor, &until_then).await.expect(409).problem(), "mandate-one-at-a-time");
}

#[tokio::test]
async fn a_mandate_is_listed_until_it_ended_and_after() {
    let world = World::new().await;
    let opened = world.open(&world.leader, &json!({ "logs": ["co-financing", "consortium", "co-financing"] })).await;
    let id = opened.expect(201).id::<uuid::Uuid>();
    let mandates = world.list(&world.controller, "mandates").await;
    assert_eq!(mandates.len(), 1);
    let mandate = &mandates[0];
    assert_eq!((&mandate["mandate"], &mandate["number"]), (&json!(id), &json!(1)));
    assert_eq!((&mandate["auditor"], &mandate["givenBy"]), (&json!(world.auditor.actor), &json!(world.leader.actor)));
    assert_eq!((&mandate["from"], &mandate["until"]), (&json!("2026-09-01"), &json!("2026-12-31")));
    assert_eq!((&mandate["logs"], &mandate["names"]), (&json!(["consortium", "co-financing"]), &json!(false)));
    assert_eq!(mandate["endedOn"], json!(null));

    let end = world.url(&format!("mandates/{id}/end"));
    let why = json!({ "reason": "De controle is klaar" });
    world.auditor.put(&end, &why).await.expect(403);
    world.controller.put(&end, &why).await.expect(200);
    world.controller.put(&end, &why).await.expect(200);
    let mandates = world.list(&world.leader, "mandates").await;
    let ended = (&mandates[0]["endedOn"], &mandates[0]["endedBecause"]);
    assert_eq!(ended, (&json!("2026-09-01"), &json!("De controle is klaar")));

    world.open(&world.leader, &json!({ "names": true })).await.expect(201);
    let numbers: Vec<_> = world.list(&world.leader, "mandates").await.iter().map(|it| it["number"].clone()).collect();
    assert_eq!(numbers, [2, 1]);
}

#[tokio::test]
async fn every_error_of_a_mandate_is_named() {
    let world = World::new().await;
    for (said, code) in [
        (json!({ "from": "2026-08-31" }), "mandate-begins-in-the-past"),
        (json!({ "until": "2026-08-31" }), "mandate-ends-before-it-begins"),
        (json!({ "until": "2027-09-01" }), "mandate-longer-than-a-year"),
    ] {
        assert_eq!(world.open(&world.leader, &said).await.expect(409).problem(), code);
    }
    for said in [json!({ "logs": [] }), json!({ "logs": ["nothing"] }), json!({ "from": "+262142-12-31" })] {
        world.open(&world.leader, &said).await.expect(400);
    }
    let nobody = world.url("mandates/7c1de2a4-9b35-5f60-8d17-42a6c0b9e311/end");
    let ended = world.leader.put(&nobody, &json!({ "reason": "Vergissing" })).await;
    assert_eq!(ended.expect(409).problem(), "mandate-never-opened");
    assert_eq!(world.events("mandate").await.len(), 0);
}

#[tokio::test]
async fn an_auditor_sees_their_own_mandates_only() {
    let world = World::mandated(false).await;
    let other = world.hub.holding(Role::Auditor).await;
    world.open(&world.leader, &json!({ "subject": other.subject })).await.expect(201);
    assert_eq!(world.list(&world.leader, "mandates").await.len(), 2);
    let own = world.list(&world.auditor, "mandates").await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["auditor"], json!(world.auditor.actor));
}
