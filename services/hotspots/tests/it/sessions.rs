//! Sessions: places, ages, hours, and who may run them.

use crate::world::{BEGIN, END, World};
use http::StatusCode;
use serde_json::json;
use testkit::Holding;
use vocabulary::{PersonId, Role};

#[tokio::test]
async fn the_eleventh_pupil_is_refused() {
    let world = World::new().await;
    let (session, _) = world.enrolled(10).await;
    let eleventh = world.pupils(1).await[0];
    let refused = world.enrol(session, eleventh).await.expect(409);
    assert_eq!(refused.problem(), "session-full");
    assert_eq!((world.count("session-pupil-enrolled").await, world.count("pupil-day-booked").await), (10, 10));
}

#[tokio::test]
async fn of_two_pupils_at_once_for_the_last_place_one_is_enrolled() {
    let world = World::new().await;
    let (session, _) = world.enrolled(9).await;
    let two = world.pupils(2).await;
    let (one, other) = tokio::join!(world.enrol(session, two[0]), world.enrol(session, two[1]));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(world.count("pupil-day-booked").await, 10);
}

#[tokio::test]
async fn a_pupil_is_in_one_place_until_withdrawn_or_cancelled() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let first = world.session(hotspot).await;
    let second = world.plan(hotspot, "2026-09-08T11:00:00Z", "2026-09-08T13:00:00Z").await.expect(201).id();
    let pupil = world.pupils(1).await[0];
    world.enrol(first, pupil).await.expect(200);
    assert_eq!(world.enrol(second, pupil).await.expect(409).problem(), "pupil-day-elsewhere");
    assert_eq!(world.count("session-pupil-enrolled").await, 1);

    world.member.delete(&world.url(&format!("sessions/{first}/pupils/{pupil}"))).await.expect(200);
    world.enrol(second, pupil).await.expect(200);
    let cancel = world.url(&format!("sessions/{second}/cancel"));
    world.member.post(&cancel, &json!({ "reason": "The bus broke down" })).await.expect(200);
    world.enrol(first, pupil).await.expect(200);
}

#[tokio::test]
async fn of_two_sessions_at_once_a_pupil_gets_one() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let (one, other) = (world.session(hotspot).await, world.session(hotspot).await);
    let pupil = world.pupils(1).await[0];
    let (first, second) = tokio::join!(world.enrol(one, pupil), world.enrol(other, pupil));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!((world.count("session-pupil-enrolled").await, world.count("pupil-day-booked").await), (1, 1));
}

#[tokio::test]
async fn age_and_hours_are_what_the_hub_knows_of_the_pupil() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let session = world.session(hotspot).await;
    let (young, old) = (world.pupil("2011-09-09").await, world.pupil("2011-09-08").await);
    world.hub.settle().await;
    assert_eq!(world.enrol(session, young).await.expect(409).problem(), "session-too-young");
    world.enrol(session, old).await.expect(200);
    // L4: six hours are booked, seven are allowed at fifteen.
    let evening = world.plan(hotspot, "2026-09-08T13:00:00Z", "2026-09-08T14:01:00Z").await.expect(201).id();
    assert_eq!(world.enrol(evening, old).await.expect(409).problem(), "pupil-day-too-long");
    let texts: String = world.hub.events("hotspots").await.into_iter().map(|event| event.text).collect();
    // Four digits alone may stand in any random id.
    assert!(!texts.contains("2011-09"));
}

#[tokio::test]
async fn thirty_five_hours_a_week_is_enough_at_fifteen() {
    // L4
    let world = World::new().await;
    let hotspot = world.opened().await;
    let pupil = world.pupils(1).await[0];
    for day in 7..=11 {
        let (from, until) = (format!("2026-09-{day:02}T06:00:00Z"), format!("2026-09-{day:02}T13:00:00Z"));
        let session = world.plan(hotspot, &from, &until).await.expect(201).id();
        world.enrol(session, pupil).await.expect(200);
    }
    let saturday = world.plan(hotspot, "2026-09-12T06:00:00Z", "2026-09-12T06:01:00Z").await.expect(201).id();
    assert_eq!(world.enrol(saturday, pupil).await.expect(409).problem(), "pupil-week-too-long");
    let monday = world.plan(hotspot, "2026-09-14T06:00:00Z", "2026-09-14T13:00:00Z").await.expect(201).id();
    world.enrol(monday, pupil).await.expect(200);
}

#[tokio::test]
async fn pupils_of_a_school_that_did_not_sign_are_not_enrolled() {
    let world = World::new().await;
    let session = world.session(world.opened().await).await;
    let other = world.pupil_of(&world.other_school.clone(), "2011-03-04").await;
    world.hub.settle().await;
    assert_eq!(world.enrol(session, other).await.expect(409).problem(), "hotspot-school-not-signed");
    let path = world.url(&format!("sessions/{session}/pupils/{other}"));
    assert_eq!(world.teacher.put(&path, &json!({})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.enrol(session, PersonId::fresh()).await.expect(404).problem(), "pupil-not-found");
}

#[tokio::test]
async fn a_small_group_starts_only_with_a_reason() {
    let world = World::new().await;
    let (session, _) = world.enrolled(7).await;
    let start = world.url(&format!("sessions/{session}/start"));
    let supervisor = world.supervisor.clone().at(BEGIN);
    assert_eq!(supervisor.post(&start, &json!({})).await.expect(409).problem(), "session-small-group");
    let foreign = world.hub.granted(Holding::of(Role::CompanySupervisor).company(vocabulary::CompanyId::fresh())).await;
    let because = json!({ "smallGroup": "One pupil is ill" });
    assert_eq!(foreign.at(BEGIN).post(&start, &because).await.status, StatusCode::FORBIDDEN);
    supervisor.post(&start, &because).await.expect(200);
    let finish = world.url(&format!("sessions/{session}/finish"));
    world.supervisor.clone().at(END).post(&finish, &json!({})).await.expect(200);
}

#[tokio::test]
async fn theory_at_the_company_waits_for_a_teacher() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let plan = json!({ "hotspot": hotspot, "startsAt": BEGIN, "endsAt": END, "theoryAtCompany": true });
    let session: vocabulary::SessionId = world.member.post(&world.url("sessions"), &plan).await.expect(201).id();
    let pupil = world.pupils(1).await[0];
    world.enrol(session, pupil).await.expect(200);
    let start = world.url(&format!("sessions/{session}/start"));
    let small = json!({ "smallGroup": "One pupil only" });
    let supervisor = world.supervisor.clone().at(BEGIN);
    assert_eq!(supervisor.post(&start, &small).await.expect(409).problem(), "session-no-teacher");
    let assign = world.url(&format!("sessions/{session}/teachers/{}", world.staff(&world.school).await));
    world.teacher.put(&assign, &json!({ "school": world.school })).await.expect(200);
    supervisor.post(&start, &small).await.expect(200);
}

// R104
#[tokio::test]
async fn a_session_has_its_theory_where_the_plan_of_approach_puts_it() {
    let world = World::new().await;
    let hotspot = world.proposed().await;
    world.with_education(hotspot).await;
    let approach = json!({ "documentHash": "ab".repeat(32), "theoryPlace": "company" });
    world.member.put(&world.url(&format!("hotspots/{hotspot}/plan-of-approach")), &approach).await.expect(200);
    world.with_contract(hotspot).await;
    world.with_safety_check(hotspot).await;
    world.open(hotspot).await.expect(200);
    let session = world.session(hotspot).await;
    world.enrol(session, world.pupils(1).await[0]).await.expect(200);
    let start = world.url(&format!("sessions/{session}/start"));
    let small = json!({ "smallGroup": "One pupil only" });
    let refused = world.supervisor.clone().at(BEGIN).post(&start, &small).await.expect(409);
    assert_eq!(refused.problem(), "session-no-teacher");
}

#[tokio::test]
async fn a_hundred_parallel_commands_under_one_key_have_one_effect() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let client = world.member.clone().key("the same");
    let plan = json!({ "hotspot": hotspot, "startsAt": BEGIN, "endsAt": END });
    let url = world.url("sessions");
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (client, url, plan) = (client.clone(), url.clone(), plan.clone());
        asking.spawn(async move { client.post(&url, &plan).await.expect(201).body });
    }
    let answers: std::collections::HashSet<_> = asking.join_all().await.into_iter().collect();
    assert_eq!((answers.len(), world.count("session-planned").await), (1, 1));
    let other = json!({ "hotspot": hotspot, "startsAt": BEGIN, "endsAt": "2026-09-08T12:00:00Z" });
    client.post(&url, &other).await.expect(422);
}
