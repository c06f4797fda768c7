//! Nobody is told of, or changes, what lies outside their reach before or after.

use crate::world::{BEGIN, END, World};
use serde_json::json;
use testkit::Holding;
use vocabulary::{PersonId, Role, SessionId};

#[tokio::test]
async fn a_school_assigns_teachers_of_its_own_only() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let plan = json!({ "hotspot": hotspot, "startsAt": BEGIN, "endsAt": END });
    let session: SessionId = world.member.post(&world.url("sessions"), &plan).await.expect(201).id();
    let (own, other) = (world.staff(&world.school).await, world.staff(&world.other_school).await);
    let assign = |teacher: PersonId| world.url(&format!("sessions/{session}/teachers/{teacher}"));
    let to = json!({ "school": world.school });
    world.teacher.put(&assign(own), &to).await.expect(200);
    // Whom the hub knows as another school's is as unknown as nobody, and is not taken from that school.
    for teacher in [other, PersonId::fresh()] {
        assert_eq!(world.teacher.put(&assign(teacher), &to).await.expect(404).problem(), "teacher-not-found");
    }
    world.member.put(&assign(other), &to).await.expect(404);
    world.member.put(&assign(other), &json!({ "school": world.other_school })).await.expect(200);
}

#[tokio::test]
async fn a_school_does_not_learn_whether_a_foreign_pupil_is_in_a_session() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    world.with_contract_in_full(hotspot).await;
    world.hub.settle().await;
    let session = world.session(hotspot).await;
    let own = world.pupil("2011-03-04").await;
    let (there, elsewhere) = (
        world.pupil_of(&world.other_school, "2011-03-04").await,
        world.pupil_of(&world.other_school, "2011-03-04").await,
    );
    world.hub.settle().await;
    world.enrol(session, own).await.expect(200);
    let other = world.hub.granted(Holding::of(Role::Teacher).school(&world.other_school)).await;
    other.put(&world.url(&format!("sessions/{session}/pupils/{there}")), &json!({})).await.expect(200);
    let teacher = world.teacher.clone().at(END);
    let list = world.url(&format!("sessions/{session}/attendance"));
    for pupil in [there, elsewhere, PersonId::fresh()] {
        let absence = world.url(&format!("sessions/{session}/pupils/{pupil}/absence"));
        teacher.put(&absence, &json!({})).await.expect(403);
        teacher.put(&list, &json!({ "pupils": [{ "pupil": pupil }] })).await.expect(403);
    }
    // Of the own pupils it is told, and the company is told of whoever comes to it.
    let mine = world.pupil("2011-03-04").await;
    world.hub.settle().await;
    let absence = world.url(&format!("sessions/{session}/pupils/{mine}/absence"));
    teacher.put(&absence, &json!({})).await.expect(409);
    world.supervisor.clone().at(END).put(&list, &json!({ "pupils": [{ "pupil": elsewhere }] })).await.expect(409);
}

#[tokio::test]
async fn only_a_caller_who_reaches_a_thing_learns_that_it_exists() {
    let world = World::new().await;
    let session = world.session(world.opened().await).await;
    let own = world.pupil("2011-03-04").await;
    world.hub.settle().await;
    world.enrol(session, own).await.expect(200);
    let outsider = world.hub.granted(Holding::of(Role::Teacher).school(&world.other_school)).await;
    for id in [session, SessionId::fresh()] {
        let start = world.url(&format!("sessions/{id}/start"));
        outsider.post(&start, &json!({})).await.expect(403);
    }
    let unknown = PersonId::fresh();
    for pupil in [own, unknown] {
        let enrol = world.url(&format!("sessions/{session}/pupils/{pupil}"));
        outsider.put(&enrol, &json!({})).await.expect(403);
    }
    // The region's own people are told.
    world.leader.put(&world.url(&format!("sessions/{session}/pupils/{unknown}")), &json!({})).await.expect(404);
}
