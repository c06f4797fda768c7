//! Check-in codes: old ones, replays, and two pupils with one code.

use crate::world::{World, moment};
use chrono::TimeDelta;
use http::StatusCode;
use serde_json::json;
use testkit::Client;
use vocabulary::{PersonId, SessionId};

async fn code(world: &World, session: SessionId, at: &str) -> String {
    let shown = world.supervisor.clone().at(at).get(&world.url(&format!("sessions/{session}/code"))).await.expect(200);
    assert_eq!(shown.header("cache-control"), "no-store");
    shown.json()["code"].as_str().unwrap().to_owned()
}

async fn scan(
    world: &World,
    who: &Client,
    session: SessionId,
    pupil: PersonId,
    at: &str,
    code: &str,
) -> testkit::Answer {
    let path = world.url(&format!("sessions/{session}/pupils/{pupil}/check-in"));
    who.clone().at(at).put(&path, &json!({ "code": code })).await
}

#[tokio::test]
async fn a_code_of_31_seconds_ago_is_refused_and_a_fresh_one_is_not() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(1).await;
    let pupil = world.account(pupils[0]).await;
    for seen in ["2026-09-08T06:25:00Z", "2026-09-08T06:25:14Z"] {
        let code = code(&world, session, seen).await;
        let later = (moment(seen) + TimeDelta::seconds(31)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let old = scan(&world, &pupil, session, pupils[0], &later, &code).await.expect(409);
        assert_eq!(old.problem(), "code-not-valid");
    }
    assert_eq!(world.count("attendance-day-checked-in").await, 0);
    let code = code(&world, session, "2026-09-08T06:25:00Z").await;
    scan(&world, &pupil, session, pupils[0], "2026-09-08T06:25:29Z", &code).await.expect(200);
    scan(&world, &pupil, session, pupils[0], "2026-09-08T06:25:29Z", &code).await.expect(200);
    assert_eq!(world.count("attendance-day-checked-in").await, 1);
}

#[tokio::test]
async fn one_code_checks_in_whoever_scans_it_and_nobody_else() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(2).await;
    let (first, second) = (world.account(pupils[0]).await, world.account(pupils[1]).await);
    let at = "2026-09-08T06:25:00Z";
    let code = code(&world, session, at).await;
    scan(&world, &second, session, pupils[1], at, &code).await.expect(200);
    assert_eq!(world.count("attendance-day-checked-in").await, 1);
    let for_the_first = scan(&world, &second, session, pupils[0], at, &code).await;
    assert_eq!(for_the_first.status, StatusCode::FORBIDDEN);
    scan(&world, &first, session, pupils[0], at, &code).await.expect(200);
    assert_eq!(world.count("attendance-day-checked-in").await, 2);
}

#[tokio::test]
async fn a_code_opens_its_own_session_only() {
    let world = World::new().await;
    let hotspot = world.opened().await;
    let (one, other) = (world.session(hotspot).await, world.session(hotspot).await);
    let pupil = world.pupils(1).await[0];
    world.enrol(one, pupil).await.expect(200);
    let account = world.account(pupil).await;
    let at = "2026-09-08T06:25:00Z";
    let code_of_other = code(&world, other, at).await;
    assert_eq!(scan(&world, &account, one, pupil, at, &code_of_other).await.expect(409).problem(), "code-not-valid");
    let not_enrolled = scan(&world, &account, other, pupil, at, &code_of_other).await.expect(409);
    assert_eq!(not_enrolled.problem(), "session-not-enrolled");
}

#[tokio::test]
async fn the_code_is_drawn_only_around_its_session() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(1).await;
    let svg = world.url(&format!("sessions/{session}/code.svg"));
    let drawn = world.supervisor.clone().at("2026-09-08T05:30:00Z").get(&svg).await.expect(200);
    assert_eq!(drawn.header("content-type"), "image/svg+xml");
    assert!(drawn.text().contains("<svg"));
    let early = world.supervisor.clone().at("2026-09-08T05:29:59Z").get(&svg).await.expect(409);
    assert_eq!(early.problem(), "no-code-now");
    let over = world.supervisor.clone().at("2026-09-08T12:30:00Z").get(&svg).await.expect(409);
    assert_eq!(over.problem(), "no-code-now");
    let pupil = world.account(pupils[0]).await;
    assert_eq!(pupil.at("2026-09-08T06:25:00Z").get(&svg).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn no_code_and_no_secret_stands_in_an_event() {
    let world = World::new().await;
    let (session, pupils) = world.enrolled(1).await;
    let account = world.account(pupils[0]).await;
    let at = "2026-09-08T06:25:00Z";
    let code = code(&world, session, at).await;
    scan(&world, &account, session, pupils[0], at, &code).await.expect(200);
    let print = code.split_once('.').unwrap().1.to_owned();
    assert!(world.hub.events("hotspots").await.iter().all(|event| !event.text.contains(&print)));
}
