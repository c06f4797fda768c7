//! What happens elsewhere and what follows here.

use crate::world::{BEGIN, END, World, event};
use proto_schemas::agreements::contract;
use proto_schemas::co_financing::claim;
use proto_schemas::hotspots::attendance;
use serde_json::json;
use vocabulary::{ClaimId, ContractId};

#[tokio::test]
async fn a_school_that_joins_the_contract_may_enrol() {
    let world = World::new().await;
    let hotspot = world.proposed().await;
    world.with_education(hotspot).await;
    world.with_plan(hotspot).await;
    let contract = world.with_contract(hotspot).await;
    world.with_safety_check(hotspot).await;
    world.open(hotspot).await.expect(200);
    let session = world.session(hotspot).await;
    let pupil = world.pupil_of(&world.other_school.clone(), "2011-03-04").await;
    world.hub.settle().await;
    assert_eq!(world.enrol(session, pupil).await.expect(409).problem(), "hotspot-school-not-signed");
    let joined: contract::Event = event(
        "agreements.contract-school-joined",
        json!({ "hotspot": hotspot, "school": world.other_school, "documentHash": "cd".repeat(32) }),
    );
    world.fact("agreements", &format!("contract/{contract}"), &joined).await;
    world.hub.settle().await;
    world.enrol(session, pupil).await.expect(200);
}

#[tokio::test]
async fn a_claimed_day_is_locked_and_takes_no_correction() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(1).await;
    let confirm = world.url(&format!("sessions/{session}/confirmation"));
    world.supervisor.clone().at(END).put(&confirm, &json!({ "whom": "everyone" })).await.expect(200);
    let claim = ClaimId::fresh();
    let claimed = claim::Event::DayClaimed { claim, attendance_days: vec![attendance::id_of(session, pupils[0])] };
    world.fact("co-financing", &format!("claim/{claim}"), &claimed).await;
    world.hub.settle().await;
    world.hub.settle().await;
    assert_eq!(world.count("attendance-day-locked").await, 1);
    let corrections = world.url(&format!("sessions/{session}/pupils/{}/corrections", pupils[0]));
    let less = json!({ "minutes": 300, "reason": "Went home early" });
    let refused = world.member.clone().at(BEGIN).post(&corrections, &less).await.expect(409);
    assert_eq!(refused.problem(), "attendance-day-locked");
}

#[tokio::test]
async fn an_amended_contract_closes_the_door_until_it_is_signed_again() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let session = world.session(hotspot).await;
    let contract = world.with_contract_in_full(hotspot).await;
    world.hub.settle().await;
    let amended: contract::Event = event(
        "agreements.contract-amended",
        json!({
            "edition": 2, "terms": World::terms(), "wording": 1, "documentHash": "ef".repeat(32),
            "voided": [{ "company": world.company }, { "school": world.other_school }],
        }),
    );
    let pupil = world.pupil_of(&world.other_school.clone(), "2011-03-04").await;
    world.fact("agreements", &format!("contract/{contract}"), &amended).await;
    world.hub.settle().await;
    assert_eq!(world.enrol(session, pupil).await.expect(409).problem(), "hotspot-school-not-signed");
    assert_eq!(world.count("hotspot-contract-detached").await, 1);
}

#[tokio::test]
async fn an_amendment_of_an_unknown_contract_is_parked_alone() {
    let world = World::new().await;
    let amended: contract::Event = event(
        "agreements.contract-amended",
        json!({ "edition": 2, "terms": World::terms(), "wording": 1, "documentHash": "ef".repeat(32), "voided": [] }),
    );
    world.fact("agreements", &format!("contract/{}", ContractId::fresh()), &amended).await;
    let hotspot = world.proposed().await;
    world.with_contract(hotspot).await;
    world.hub.settle().await;
    let parked = world.hub.projections.parked(&world.hub.region).await.unwrap();
    let parked: Vec<_> = parked.iter().map(|one| (one.reader.as_str(), one.error.as_str())).collect();
    assert_eq!(parked, [("reaction/contract-reaches-hotspot", "the contract that was amended does not exist")]);
    assert_eq!(world.count("hotspot-contract-attached").await, 1);
}
