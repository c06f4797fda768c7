//! The proof of one event is asked of the hub, and checked with the key alone.

use crate::world::World;
use evidence::consistency::Consistency;
use evidence::inclusion::Inclusion;
use proofs::Verifier;
use serde_json::json;

#[tokio::test]
async fn an_event_is_proven_to_an_auditor_whose_mandate_covers_its_log() {
    let world = World::new().await;
    for family in ["Een", "Twee", "Drie"] {
        world.pupil("Ada", family).await;
    }
    world.open(&world.leader, &json!({ "logs": ["consortium"] })).await.expect(201);
    let proof = async |by: &testkit::Client, of: &str| by.get(&world.url(&format!("logs/{of}"))).await;
    let refused = proof(&world.auditor, "consortium/proof?position=2").await.expect(409);
    assert_eq!(refused.problem(), "not-signed-yet");
    world.leader.post(&world.url("checkpoints"), &json!({})).await.expect(200);

    let answer = proof(&world.auditor, "consortium/proof?position=2").await.expect(200);
    let proven: Inclusion = serde_json::from_value(answer.json()).unwrap();
    let key: Verifier = world.list(&world.leader, "keys").await[0]["verifier"].as_str().unwrap().parse().unwrap();
    let said = proven.check(&[key], &audit::schemas::validators().unwrap()).unwrap();
    assert_eq!((said.origin.as_str(), proven.position), ("hub.example/voorbeeld/consortium", 2));
    assert_eq!(proven.event.as_ref(), Some(&world.hub.events("consortium").await[1].text));

    // Its own log is not covered by this mandate.
    assert_eq!(proof(&world.auditor, "audit/proof?position=1").await.expect(403).problem(), "look-not-covered");
    for bad in ["consortium/proof", "consortium/proof?position=0", "consortium/proof?position=x"] {
        proof(&world.auditor, bad).await.expect(400);
    }
    proof(&world.auditor, "consortium/proof?position=9223372036854775807").await.expect(404);
    let unknown = proof(&world.auditor, "nothing/proof?position=1").await;
    assert!(unknown.status.is_client_error(), "{}", unknown.text());
    proof(&world.leader, "consortium/proof?position=2").await.expect(403);
}

#[tokio::test]
async fn an_auditor_with_any_mandate_has_the_proof_between_two_checkpoints() {
    let world = World::new().await;
    let at = async || i64::try_from(world.hub.events("consortium").await.len()).unwrap();
    world.pupil("Ada", "Een").await;
    let from = at().await;
    world.leader.post(&world.url("checkpoints"), &json!({})).await.expect(200);
    world.pupil("Ada", "Twee").await;
    let to = at().await;
    world.leader.post(&world.url("checkpoints"), &json!({})).await.expect(200);
    let asked = async |by: &testkit::Client, query: String| {
        by.get(&world.url(&format!("logs/consortium/consistency?{query}"))).await
    };
    let sizes = format!("from={from}&to={to}");
    assert_eq!(asked(&world.auditor, sizes.clone()).await.expect(403).problem(), "look-no-mandate");
    // Of a log that the mandate does not cover: sizes and hashes tell nothing of it.
    world.open(&world.leader, &json!({ "logs": ["assessments"] })).await.expect(201);
    let answer = asked(&world.auditor, sizes.clone()).await.expect(200);
    let proof: Consistency = serde_json::from_value(answer.json()).unwrap();
    let key: Verifier = world.list(&world.leader, "keys").await[0]["verifier"].as_str().unwrap().parse().unwrap();
    assert_eq!(proof.check(&[key]).unwrap().size, to.unsigned_abs());

    let missing = asked(&world.auditor, format!("from={from}&to={}", to + 1)).await.expect(404);
    assert!(missing.problem() == "checkpoint-not-found" && missing.text().contains("consortium"), "{}", missing.text());
    for bad in [format!("from={to}&to={from}"), format!("from=0&to={to}"), format!("from={from}")] {
        asked(&world.auditor, bad).await.expect(400);
    }
    asked(&world.leader, sizes).await.expect(403);
    // No epoch of it was raised.
    let listed = world.list(&world.leader, "checkpoints").await;
    assert!(listed.iter().all(|checkpoint| checkpoint.get("fork").is_none()), "{listed:?}");
}
