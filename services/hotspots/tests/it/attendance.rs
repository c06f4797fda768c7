//! Presence: lists, absence, confirmation and correction.

use crate::world::{BEGIN, END, World};
use http::StatusCode;
use serde_json::json;
use testkit::Holding;
use vocabulary::{PersonId, Role, SessionId};

async fn listed(world: &World, session: SessionId, pupils: &[PersonId]) {
    let lines: Vec<_> = pupils.iter().map(|pupil| json!({ "pupil": pupil, "at": BEGIN })).collect();
    let path = world.url(&format!("sessions/{session}/attendance"));
    world.teacher.clone().at(BEGIN).put(&path, &json!({ "pupils": lines })).await.expect(200);
}

fn one(world: &World, session: SessionId, pupil: PersonId, what: &str) -> String {
    world.url(&format!("sessions/{session}/pupils/{pupil}/{what}"))
}

#[tokio::test]
async fn a_company_confirms_a_whole_list_with_exceptions_in_one_append() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(3).await;
    listed(&world, session, &pupils[..2]).await;
    let confirm = world.url(&format!("sessions/{session}/confirmation"));
    let company = world.supervisor.clone().at(END);
    let list = json!({ "except": [{ "pupil": pupils[1], "minutes": 300 }] });
    company.put(&confirm, &list).await.expect(200);
    company.put(&confirm, &json!({})).await.expect(200);
    assert_eq!(world.count("attendance-day-confirmed").await, 2);
    // The third did not check in: the company says that everyone was there, and the second is left as it is.
    company.put(&confirm, &json!({ "whom": "everyone" })).await.expect(200);
    let confirmed: Vec<_> = minutes(&world).await;
    assert_eq!(confirmed, [360, 300, 360]);
    let too_long = json!({ "except": [{ "pupil": pupils[1], "minutes": 361 }] });
    assert_eq!(company.put(&confirm, &too_long).await.expect(409).problem(), "attendance-day-already-confirmed");
}

async fn minutes(world: &World) -> Vec<u64> {
    let events = world.hub.events("hotspots").await;
    let mut confirmed: Vec<_> = events
        .iter()
        .filter(|event| event.event_type.ends_with("attendance-day-confirmed.v1"))
        .map(|event| serde_json::from_str::<serde_json::Value>(&event.text).unwrap()["data"].clone())
        .collect();
    confirmed.sort_by_key(|data| data["pupil"].as_str().unwrap().to_owned());
    confirmed.iter().map(|data| data["minutes"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn only_the_own_company_confirms_and_only_after_the_pupil_left() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(1).await;
    let confirmation = one(&world, session, pupils[0], "confirmation");
    let company = |at: &str| world.supervisor.clone().at(at);
    let nobody = company(END).put(&confirmation, &json!({})).await.expect(409);
    assert_eq!(nobody.problem(), "attendance-day-not-checked-in");
    listed(&world, session, &pupils).await;
    let early = company("2026-09-08T10:00:00Z").put(&confirmation, &json!({})).await.expect(409);
    assert_eq!(early.problem(), "attendance-day-still-there");
    let check_out = one(&world, session, pupils[0], "check-out");
    world.account(pupils[0]).await.at("2026-09-08T10:00:00Z").put(&check_out, &json!({})).await.expect(200);
    assert_eq!(world.teacher.put(&confirmation, &json!({})).await.status, StatusCode::FORBIDDEN);
    let foreign = world.hub.granted(Holding::of(Role::CompanySupervisor).company(vocabulary::CompanyId::fresh())).await;
    assert_eq!(foreign.put(&confirmation, &json!({})).await.status, StatusCode::FORBIDDEN);
    company("2026-09-08T10:00:00Z").put(&confirmation, &json!({})).await.expect(200);
    assert_eq!(minutes(&world).await, [210]);
}

#[tokio::test]
async fn a_correction_by_the_same_person_is_refused() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(1).await;
    listed(&world, session, &pupils).await;
    let company = world.supervisor.clone().at(END);
    company.put(&one(&world, session, pupils[0], "confirmation"), &json!({})).await.expect(200);
    let corrections = one(&world, session, pupils[0], "corrections");
    let less = json!({ "minutes": 300, "reason": "Went home early" });
    for same in [&company, &world.teacher.clone().at(END)] {
        assert_eq!(same.post(&corrections, &less).await.expect(409).problem(), "attendance-day-same-person");
    }
    let pupil = world.account(pupils[0]).await;
    assert_eq!(pupil.post(&corrections, &less).await.status, StatusCode::FORBIDDEN);
    world.member.clone().at(END).post(&corrections, &less).await.expect(200);
    assert_eq!(world.count("attendance-day-corrected").await, 1);
}

#[tokio::test]
async fn one_open_check_in_at_a_time() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let morning = world.plan(hotspot, "2026-09-08T07:00:00Z", "2026-09-08T09:00:00Z").await.expect(201).id();
    let noon = world.plan(hotspot, "2026-09-08T09:00:00Z", "2026-09-08T11:00:00Z").await.expect(201).id();
    let pupil = world.pupils(1).await[0];
    world.enrol(morning, pupil).await.expect(200);
    world.enrol(noon, pupil).await.expect(200);
    let list = |at: &str| json!({ "pupils": [{ "pupil": pupil, "at": at }] });
    let member = world.member.clone().at("2026-09-08T09:05:00Z");
    let attendance = |session: SessionId| world.url(&format!("sessions/{session}/attendance"));
    member.put(&attendance(morning), &list("2026-09-08T07:00:00Z")).await.expect(200);
    let still = member.put(&attendance(noon), &list("2026-09-08T09:05:00Z")).await.expect(409);
    assert_eq!(still.problem(), "pupil-day-still-elsewhere");
    member.put(&one(&world, morning, pupil, "check-out"), &json!({})).await.expect(200);
    member.put(&attendance(noon), &list("2026-09-08T09:05:00Z")).await.expect(200);
}

#[tokio::test]
async fn a_parent_reports_the_own_child_absent_and_late_is_marked() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(2).await;
    let parent = world.hub.granted(Holding::of(Role::Parent).person(pupils[0])).await;
    let early = parent.clone().at("2026-09-08T05:00:00Z");
    early.put(&one(&world, session, pupils[0], "absence"), &json!({})).await.expect(200);
    assert_eq!(early.put(&one(&world, session, pupils[1], "absence"), &json!({})).await.status, StatusCode::FORBIDDEN);
    let late = world.teacher.clone().at("2026-09-09T05:00:00Z");
    late.put(&one(&world, session, pupils[1], "absence"), &json!({})).await.expect(200);
    let marked: Vec<_> = world
        .hub
        .events("hotspots")
        .await
        .iter()
        .filter(|event| event.event_type.ends_with("absence-reported.v1"))
        .map(|event| event.text.contains(r#""late":true"#))
        .collect();
    assert_eq!(marked, [false, true]);
    let confirm = world.url(&format!("sessions/{session}/confirmation"));
    let everyone = json!({ "whom": "everyone" });
    let nobody = world.supervisor.clone().at(END).put(&confirm, &everyone).await.expect(409);
    assert_eq!(nobody.problem(), "nobody-to-confirm");
    early.put(&one(&world, session, pupils[0], "resumption"), &json!({})).await.expect(200);
    world.supervisor.clone().at(END).put(&confirm, &everyone).await.expect(200);
}

#[tokio::test]
async fn a_teacher_lists_pupils_of_the_own_school_only_and_all_lines_or_none() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(1).await;
    let path = world.url(&format!("sessions/{session}/attendance"));
    let classmate = world.pupils(1).await[0];
    let lines = json!({ "pupils": [{ "pupil": pupils[0], "at": BEGIN }, { "pupil": classmate, "at": BEGIN }] });
    let refused = world.teacher.clone().at(BEGIN).put(&path, &lines).await.expect(409);
    assert_eq!(refused.problem(), "session-not-enrolled");
    let foreign = world.hub.granted(Holding::of(Role::Teacher).school(&world.other_school)).await;
    let own = json!({ "pupils": [{ "pupil": pupils[0], "at": BEGIN }] });
    assert_eq!(foreign.at(BEGIN).put(&path, &own).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.count("attendance-day-checked-in").await, 0);
}
