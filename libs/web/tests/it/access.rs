//! The callers who are let in.

use crate::{
    service::REGION_ROLES,
    world::{World, here, noon},
};
use access::{End, Grant};
use chrono::TimeDelta;
use http::{Method, StatusCode};
use std::collections::BTreeMap;
use vocabulary::{BranchCode, CompanyId, PersonId, Reach, Role};

const MOMENT: &str = "/v1/regions/here/moment";

fn school() -> BranchCode {
    "02LB00".parse().unwrap()
}

#[tokio::test]
async fn without_a_token_nobody_is_let_in() {
    let world = World::new();
    let answer = world.anyone(Method::GET, MOMENT).answer().await;
    answer.is_problem(401, "no-token");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    world.anyone(Method::GET, MOMENT).header("authorization", "Basic x").answer().await.is_problem(401, "no-token");
    world
        .anyone(Method::GET, MOMENT)
        .header("authorization", "Bearer x")
        .answer()
        .await
        .is_problem(401, "invalid-token");
}

#[tokio::test]
async fn an_expired_token_is_not_let_in() {
    let world = World::new();
    let token = format!("Bearer {}", world.token("leader"));
    let asking = || world.anyone(Method::GET, MOMENT).header("authorization", &token);
    assert_eq!(asking().answer().await.status, StatusCode::OK);
    world.hand.advance(TimeDelta::hours(2));
    asking().answer().await.is_problem(401, "invalid-token");
    // Not even by asking about the past.
    asking().header("hub-now", "2026-09-01T12:00:00Z").answer().await.is_problem(401, "invalid-token");
}

#[tokio::test]
async fn an_issuer_that_is_away_is_no_reason_to_let_anyone_in() {
    let world = World::real();
    world.get("leader", MOMENT).answer().await.is_problem(401, "invalid-token");
}

#[tokio::test]
async fn a_route_without_a_row_or_without_an_id_is_denied_to_everyone() {
    let world = World::new();
    world.grant(Role::ALL.into_iter().map(|role| world.grant_of("leader", role)).collect());
    for path in ["/v1/regions/here/unwritten", "/v1/regions/here/undocumented"] {
        world.get("leader", path).answer().await.is_problem(403, "not-allowed");
        world.get("operator", path).answer().await.is_problem(403, "not-allowed");
    }
    assert!(web::unguarded(&world.api).contains(&"unwritten".to_owned()));
}

#[tokio::test]
async fn every_role_is_let_in_exactly_where_the_table_lists_it() {
    let world = World::new();
    for role in Role::ALL {
        world.grant(vec![Grant { school: Some(school()), ..world.grant_of("someone", role) }]);
        let status = world.get("someone", "/v1/regions/here/things").answer().await.status;
        let expected = if REGION_ROLES.contains(&role) { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(status, expected, "{role}");
    }
}

#[tokio::test]
async fn a_foreign_and_an_unknown_region_answer_as_not_allowed() {
    let world = World::new();
    world.grants.replace(&"there".parse().unwrap(), vec![]);
    let denied = world.get("stranger", MOMENT).answer().await;
    denied.is_problem(403, "not-allowed");
    for region in ["there", "nowhere", "Not-A-Region", "%FF"] {
        let answer = world.get("leader", &format!("/v1/regions/{region}/moment")).answer().await;
        assert_eq!(answer.status, denied.status, "{region}");
        for member in ["type", "title", "detail", "errors"] {
            assert_eq!(answer.body[member], denied.body[member], "{region}");
        }
    }
}

#[tokio::test]
async fn a_bound_role_reaches_its_own_school_company_or_pupil_only() {
    let world = World::new();
    let (company, person) = (CompanyId::fresh(), PersonId::fresh());
    let own = [format!("schools/{}", school()), format!("companies/{company}"), format!("persons/{person}")];
    let foreign = [
        "schools/01AB00".to_owned(),
        format!("companies/{}", CompanyId::fresh()),
        format!("persons/{}", PersonId::fresh()),
    ];
    for role in REGION_ROLES.iter().copied() {
        let grant = world.grant_of("someone", role);
        world.grant(vec![Grant { school: Some(school()), company: Some(company), person: Some(person), ..grant }]);
        for (kind, reach) in [Reach::School, Reach::Company, Reach::Person].into_iter().enumerate() {
            let status =
                async |path: &str| world.get("someone", &format!("/v1/regions/here/{path}")).answer().await.status;
            let is = |allowed: bool| if allowed { StatusCode::OK } else { StatusCode::FORBIDDEN };
            let wide = role.reach() == Reach::Region;
            assert_eq!(status(&own[kind]).await, is(wide || role.reach() == reach), "{role} {}", own[kind]);
            assert_eq!(status(&foreign[kind]).await, is(wide), "{role} {}", foreign[kind]);
        }
    }
}

#[tokio::test]
async fn a_grant_ends_with_its_last_day_in_the_netherlands() {
    let world = World::new();
    let until = Some(noon().date_naive());
    world.grant(vec![Grant { until, ..world.grant_of("leader", Role::ProgrammeLeader) }]);
    // 1 September ends at 22:00 UTC.
    world.hand.set("2026-09-01T21:59:59Z".parse().unwrap());
    assert_eq!(world.get("leader", MOMENT).answer().await.status, StatusCode::OK);
    world.hand.set("2026-09-01T22:00:00Z".parse().unwrap());
    world.get("leader", MOMENT).answer().await.is_problem(403, "not-allowed");
}

#[tokio::test]
async fn outside_regions_only_the_operator_is_let_in() {
    let world = World::new();
    let found = |who| world.asking(who, Method::POST, "/v1/regions").header("idempotency-key", "k");
    assert_eq!(found("operator").answer().await.status, StatusCode::OK);
    found("leader").answer().await.is_problem(403, "not-allowed");
}

#[tokio::test]
async fn hub_now_moves_the_moment_asked_under_the_development_issuer() {
    let world = World::new();
    let answer = world.get("leader", MOMENT).header("hub-now", "2027-02-03T04:05:06Z").answer().await;
    assert_eq!(answer.body["at"], "2027-02-03T04:05:06Z");
    world.get("leader", MOMENT).header("hub-now", "soon").answer().await.is_problem(400, "bad-hub-now");
}

#[tokio::test]
async fn grants_behind_their_log_are_neither_let_in_nor_denied() {
    let world = World::new();
    let end = |position| BTreeMap::from([(here(), End { epoch: 1, position })]);
    world.grants.reached(&here(), End { epoch: 1, position: 5 });
    world.grants.asked(noon(), &end(6));
    let asking = |who| world.get(who, MOMENT);
    world.age.advance(TimeDelta::seconds(10));
    assert_eq!(asking("leader").answer().await.status, StatusCode::OK);
    asking("stranger").answer().await.is_problem(403, "not-allowed");
    world.age.advance(TimeDelta::milliseconds(1));
    for who in ["leader", "stranger"] {
        let answer = asking(who).answer().await;
        answer.is_problem(503, "grants-unknown");
        assert_eq!(answer.header("retry-after"), "2");
    }
    // What nobody may do at all stays denied.
    world.get("leader", "/v1/regions/here/unwritten").answer().await.is_problem(403, "not-allowed");
    world.grants.reached(&here(), End { epoch: 1, position: 6 });
    world.grants.asked(noon() + TimeDelta::seconds(10), &end(6));
    assert_eq!(asking("leader").answer().await.status, StatusCode::OK);
    asking("stranger").answer().await.is_problem(403, "not-allowed");
}

#[tokio::test]
async fn grants_of_a_log_that_does_not_answer_count_for_a_minute() {
    let world = World::new();
    let asking = |who| world.get(who, MOMENT);
    // The moment asked is not the age: only time that passes makes grants older.
    let later = asking("leader").header("hub-now", "2027-01-01T12:00:00Z").answer().await;
    assert_eq!(later.status, StatusCode::OK);
    world.age.advance(TimeDelta::seconds(60));
    assert_eq!(asking("leader").answer().await.status, StatusCode::OK);
    world.age.advance(TimeDelta::milliseconds(1));
    asking("leader").answer().await.is_problem(503, "grants-unknown");
    asking("stranger").answer().await.is_problem(503, "grants-unknown");
}
