//! A caller who may do nothing costs next to nothing.

use crate::world::{World, here};
use access::End;
use axum::Router;
use futures_util::future::join_all;
use http::Method;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tower::ServiceExt;
use vocabulary::Role;
use web::{Check, health};

const MOMENT: &str = "/v1/regions/here/moment";
const KEYS: &str = "/v1/regions/here/keys";

/// What strangers cost in a second or more: one a second, and one for the second that has begun.
#[track_caller]
fn is_one_a_second(evaluated: usize, began: Instant) {
    let most = usize::try_from(began.elapsed().as_secs()).unwrap() + 2;
    assert!((1..=most).contains(&evaluated), "{evaluated} after {:?}", began.elapsed());
}

#[tokio::test]
async fn a_caller_without_grants_is_denied_without_waiting_for_lookups() {
    let world = World::new();
    // What other services did gives nobody a role, and grants are as far as they ask.
    for position in ["hotspots=1000000", "consortium=0", "hotspots=7,consortium=0"] {
        let asking = |who| world.get(who, MOMENT).header("hub-min-position", position);
        asking("stranger").answer().await.is_problem(403, "not-allowed");
    }
    assert_eq!(world.waits.load(Ordering::Relaxed), 0);
    let known = world.get("leader", MOMENT).header("hub-min-position", "hotspots=7").answer().await;
    assert_eq!((known.status.as_u16(), world.waits.load(Ordering::Relaxed)), (200, 1));
}

#[tokio::test]
async fn a_caller_without_grants_waits_for_a_grant_just_given() {
    let world = World::new();
    let (answer, ()) =
        tokio::join!(world.get("newcomer", MOMENT).header("hub-min-position", "consortium=5").answer(), async {
            tokio::task::yield_now().await;
            world.grant(vec![world.grant_of("newcomer", Role::ProgrammeLeader)]);
            world.grants.reached(&here(), End { epoch: 1, position: 5 });
        });
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn only_few_callers_without_grants_may_wait() {
    let world = World::new();
    let ask = || world.get("stranger", MOMENT).header("hub-min-position", "consortium=1000000").answer();
    let began = Instant::now();
    let answers = join_all((0..200).map(|_| ask())).await;
    let told = |code: &str| {
        let code = format!("/problems/{code}");
        answers.iter().filter(|answer| answer.status == 503 && answer.body["type"] == code).count()
    };
    // An eighth of the sixteen who may wait.
    assert_eq!((told("behind"), told("busy")), (2, 198), "{:?}", began.elapsed());
    assert_eq!(world.waits.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn public_answers_are_computed_once_a_second() {
    let world = World::new();
    let began = Instant::now();
    let answers = join_all((0..50).map(|_| world.anyone(Method::GET, KEYS).answer())).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == serde_json::json!(["key"])));
    is_one_a_second(world.hub.lock().unwrap().looked_up[0], began);
}

#[tokio::test]
async fn strangers_with_different_questions_take_turns() {
    let world = World::new();
    let paths: Vec<String> = (0..500).map(|number| format!("{KEYS}?n={number}")).collect();
    let answers = join_all(paths.iter().map(|path| world.anyone(Method::GET, path).answer())).await;
    let (good, busy) =
        (answers.iter().filter(|it| it.status == 200).count(), answers.iter().filter(|it| it.status == 503));
    busy.for_each(|answer| answer.is_problem(503, "busy"));
    assert_eq!((good, world.hub.lock().unwrap().looked_up), (64, [64, 0, 1]));
}

#[tokio::test]
async fn a_shared_problem_is_answered_in_each_callers_language() {
    let world = World::new();
    let path = "/v1/regions/nowhere/keys";
    let english = world.anyone(Method::GET, path).answer().await;
    let dutch = world.anyone(Method::GET, path).header("accept-language", "nl").answer().await;
    for (answer, detail) in [(&english, "There is no such region."), (&dutch, "Deze regio bestaat niet.")] {
        answer.is_problem(404, "region-not-found");
        assert_eq!(answer.body["detail"], detail);
    }
    assert_ne!(english.body["instance"], dutch.body["instance"]);
}

#[tokio::test]
async fn a_caller_with_a_token_gets_the_present_state() {
    let world = World::new();
    for asked in 1..=5 {
        assert_eq!(world.get("stranger", KEYS).answer().await.status, 200);
        assert_eq!(world.hub.lock().unwrap().looked_up[0], asked);
    }
    // One that does not verify makes nobody known.
    let began = Instant::now();
    for _ in 0..20 {
        let answer = world.anyone(Method::GET, KEYS).header("authorization", "Bearer x").answer().await;
        assert_eq!(answer.status, 200);
    }
    is_one_a_second(world.hub.lock().unwrap().looked_up[0] - 5, began);
}

#[tokio::test]
async fn readiness_is_found_out_once_a_second_however_many_ask() {
    let asked: Arc<AtomicUsize> = Arc::default();
    let counter = asked.clone();
    let check = Check::new("database", move || {
        counter.fetch_add(1, Ordering::Relaxed);
        async { tokio::time::timeout(Duration::from_millis(20), std::future::pending::<()>()).await.is_err() }
    });
    let router: Router = health(vec![check]);
    let began = Instant::now();
    let ask = || {
        let request = http::Request::get("/health/ready").body(axum::body::Body::empty()).unwrap();
        router.clone().oneshot(request)
    };
    let answers = join_all((0..500).map(|_| ask())).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap().status() == 200));
    is_one_a_second(asked.load(Ordering::Relaxed), began);
}
