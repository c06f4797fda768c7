//! What an auditor is shown was kept before.

use crate::world::{Looked, World, here, noon};
use http::StatusCode;
use vocabulary::Role;

const MOMENT: &str = "/v1/regions/here/moment?from=2026-09-01&name=Jansen";

fn with(looked: Looked, role: Role) -> World {
    let world = World::looked_at(looked);
    world.grant(vec![world.grant_of("someone", role)]);
    world
}

#[tokio::test]
async fn each_look_of_an_auditor_or_inspector_is_recorded_once() {
    for role in [Role::Auditor, Role::Inspector] {
        let world = with(Looked::OfAuditors, role);
        assert_eq!(world.get("someone", MOMENT).answer().await.status, StatusCode::OK);
        let looks = world.looks.lock().unwrap().clone();
        let [look] = looks.as_slice() else { panic!("{looks:?}") };
        assert_eq!((look.actor, look.role, &look.region), (world.actor("someone"), role, &here()));
        assert_eq!((look.service.as_str(), look.operation.as_str(), look.at), ("things", "tell-moment", noon()));
        let about: Vec<_> = look.about.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(about, [("from", "2026-09-01"), ("name", "…")]);
        assert!(look.traceparent.is_some());
    }
}

#[tokio::test]
async fn nothing_is_shown_when_the_look_cannot_be_kept() {
    for looked in [Looked::Away, Looked::Nowhere] {
        let answer = with(looked, Role::Auditor).get("someone", MOMENT).answer().await;
        answer.is_problem(503, "unavailable");
        assert!(!answer.body.to_string().contains("traceparent"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_caller_who_is_also_an_auditor_looks_as_an_auditor() {
    let world = World::looked_at(Looked::OfAuditors);
    world.grant(vec![world.grant_of("both", Role::ProgrammeLeader), world.grant_of("both", Role::Auditor)]);
    world.get("both", MOMENT).answer().await;
    assert_eq!(world.looks.lock().unwrap().iter().map(|look| look.role).collect::<Vec<_>>(), [Role::Auditor]);
}

#[tokio::test]
async fn looks_of_other_roles_are_recorded_only_where_all_are() {
    for (looked, kept) in [(Looked::OfAuditors, 0), (Looked::OfEveryone, 1)] {
        let world = with(looked, Role::ProgrammeLeader);
        assert_eq!(world.get("someone", MOMENT).answer().await.status, StatusCode::OK);
        assert_eq!(world.looks.lock().unwrap().len(), kept);
    }
}

#[tokio::test]
async fn a_refused_request_leaves_no_look() {
    let world = with(Looked::OfEveryone, Role::Teacher);
    world.get("someone", "/v1/regions/here/made").answer().await;
    world.get("stranger", MOMENT).answer().await.is_problem(403, "not-allowed");
    world.get("someone", "/v1/regions/here/things?limit=x").answer().await;
    assert_eq!(world.looks.lock().unwrap().len(), 0);
}
