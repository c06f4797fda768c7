//! Hotspots and their papers.

use crate::world::{World, event};
use http::StatusCode;
use proto_schemas::assessments::elective;
use serde_json::json;
use testkit::Holding;
use vocabulary::{CompanyId, ElectiveId, Role};

#[tokio::test]
async fn a_hotspot_opens_only_with_all_its_papers() {
    let world = World::new().await;
    let hotspot = world.proposed().await;
    let refused = world.open(hotspot).await.expect(409);
    assert_eq!(refused.problem(), "hotspot-papers-missing");
    let missing = |answer: testkit::Answer| answer.json()["detail"].as_str().unwrap().to_owned();
    for paper in ["elective", "plan of approach", "contract", "safety check"] {
        assert!(refused.text().contains(paper), "{paper}");
    }

    world.with_education(hotspot).await;
    world.with_plan(hotspot).await;
    world.with_contract(hotspot).await;
    let without_check = missing(world.open(hotspot).await.expect(409));
    assert!(without_check.contains("safety check") && !without_check.contains("plan of approach"), "{without_check}");

    let check = world.drawn_up(hotspot).await;
    let attach = world.url(&format!("hotspots/{hotspot}/safety-check"));
    let unsigned = world.member.put(&attach, &json!({ "check": check })).await.expect(409);
    assert_eq!(unsigned.problem(), "hotspot-safety-check-not-signed");

    world.with_safety_check(hotspot).await;
    world.open(hotspot).await.expect(200);
    world.open(hotspot).await.expect(200);
    assert_eq!(world.count("hotspot-opened").await, 1);
}

#[tokio::test]
async fn a_lapsed_safety_check_takes_no_new_session() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    world.plan(hotspot, "2027-09-01T06:30:00Z", "2027-09-01T12:30:00Z").await.expect(201);
    let late = world.plan(hotspot, "2027-09-02T06:30:00Z", "2027-09-02T12:30:00Z").await.expect(409);
    assert_eq!(late.problem(), "hotspot-safety-check-too-old");
}

#[tokio::test]
async fn an_incident_closes_the_hotspot_to_new_sessions_in_the_same_append() {
    let world = World::new().await;
    let hotspot = world.proposed().await;
    world.with_education(hotspot).await;
    world.with_plan(hotspot).await;
    world.with_contract(hotspot).await;
    let check = world.with_safety_check(hotspot).await;
    world.open(hotspot).await.expect(200);
    let lapse = world.url(&format!("safety-checks/{check}/lapse"));
    world.supervisor.post(&lapse, &json!({ "reason": "A near miss" })).await.expect(200);
    let refused = world.plan(hotspot, crate::world::BEGIN, crate::world::END).await.expect(409);
    assert_eq!(refused.problem(), "hotspot-papers-missing");
}

#[tokio::test]
async fn an_elective_is_linked_once_the_catalogue_has_it() {
    let world = World::new().await;
    let hotspot = world.proposed().await;
    let elective = ElectiveId::fresh();
    let link = json!({ "education": { "kind": "elective", "elective": elective } });
    let path = world.url(&format!("hotspots/{hotspot}/education"));
    assert_eq!(world.member.put(&path, &link).await.expect(404).problem(), "elective-not-found");
    let added: elective::Event = event(
        "assessments.elective-added",
        json!({ "elective": { "code": "R/KOU", "kind": "elective", "title": "Koudetechniek", "deeltaken": [] } }),
    );
    world.fact("assessments", &format!("elective/{elective}"), &added).await;
    world.hub.settle().await;
    world.member.put(&path, &link).await.expect(200);
}

#[tokio::test]
async fn others_than_its_own_company_and_schools_do_not_sign() {
    let world = World::new().await;
    let hotspot = world.proposed().await;
    let check = world.drawn_up(hotspot).await;
    let signatures = world.url(&format!("safety-checks/{check}/signatures"));
    let stranger = world.hub.granted(Holding::of(Role::CompanySignatory).company(CompanyId::fresh())).await;
    assert_eq!(stranger.put(&format!("{signatures}/company"), &json!({})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.leader.put(&format!("{signatures}/company"), &json!({})).await.status, StatusCode::FORBIDDEN);
    let other = format!("{signatures}/schools/{}", world.other_school);
    assert_eq!(world.teacher.put(&other, &json!({})).await.status, StatusCode::FORBIDDEN);
}

// R119, R123, R138
#[tokio::test]
async fn a_company_proposes_a_hotspot_with_reason_and_equipment() {
    let world = World::new().await;
    let proposal = json!({ "company": world.company, "name": "GPS", "why": "Twice a year is too little to buy one",
                           "equipment": ["GPS receiver"] });
    let url = world.url("hotspots");
    let stranger = world.hub.granted(Holding::of(Role::CompanySignatory).company(CompanyId::fresh())).await;
    assert_eq!(stranger.post(&url, &proposal).await.status, StatusCode::FORBIDDEN);
    let signatory = world.hub.granted(Holding::of(Role::CompanySignatory).company(world.company)).await;
    signatory.post(&url, &proposal).await.expect(201);
    let events = world.hub.events("hotspots").await;
    let [proposed] = &events[..] else { panic!("{events:?}") };
    let said: serde_json::Value = serde_json::from_str(&proposed.text).unwrap();
    assert_eq!(said["data"]["why"], proposal["why"]);
    assert_eq!(said["data"]["equipment"], proposal["equipment"]);
}

#[tokio::test]
async fn every_error_of_a_proposal_is_listed_and_nothing_is_written() {
    let world = World::new().await;
    let bad = json!({ "company": "x", "name": "", "why": "No", "colour": "red" });
    let answer = world.leader.post(&world.url("hotspots"), &bad).await.expect(400);
    assert!(answer.json()["errors"].as_array().unwrap().len() >= 4, "{}", answer.text());
    let unknown = json!({ "company": CompanyId::fresh(), "name": "Koudetechniek", "why": "No school has it" });
    assert_eq!(world.leader.post(&world.url("hotspots"), &unknown).await.expect(404).problem(), "company-not-found");
    assert_eq!(world.hub.events("hotspots").await.len(), 0);
}

#[tokio::test]
async fn every_operation_has_its_access_row_and_its_schemas() {
    let world = World::new().await;
    assert_eq!(web::unguarded(&world.hub.openapi), Vec::<String>::new());
    assert_eq!(web::dangling(&world.hub.openapi), Vec::<String>::new());
}
