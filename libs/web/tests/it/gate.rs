//! How much is let in.

use crate::world::World;
use access::DevIssuer;
use chrono::TimeDelta;
use futures_util::future::join_all;
use http::Method;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use web::{Proxy, ProxyHeader, Quota, Rates};

const MOMENT: &str = "/v1/regions/here/moment";
const BURST: u32 = 20;

/// So slow that little comes back while a test runs.
fn rates() -> Rates {
    let quota = Quota { per_second: 1, burst: BURST };
    Rates { client: quota, address: quota, ..Rates::default() }
}

/// Whether so many were let through: the burst, and what came back since.
#[track_caller]
fn is_one_burst(through: u32, began: Instant) {
    let back = u32::try_from(began.elapsed().as_secs()).unwrap() + 1;
    assert!((BURST..=BURST + back).contains(&through), "{through} after {:?}", began.elapsed());
}

#[tokio::test]
async fn one_client_at_ten_times_its_burst_gets_429_and_all_others_succeed() {
    let world = World::new().behind_a_gate(rates());
    let others = ["a", "b", "c", "d"];
    let leaders = ["leader"].iter().chain(&others).map(|who| world.grant_of(who, vocabulary::Role::ProgrammeLeader));
    world.grant(leaders.collect());
    let (began, mut through) = (Instant::now(), 0);
    for number in 0..10 * BURST {
        let answer = world.get("leader", MOMENT).from("192.0.2.1").answer().await;
        if answer.status == 200 {
            through += 1;
        } else {
            answer.is_problem(429, "too-many-requests");
        }
        // From the same address: it is the client who asks too much.
        if number % 10 == 0 {
            let other = others[usize::try_from(number / 10).unwrap() % others.len()];
            assert_eq!(world.get(other, MOMENT).from("192.0.2.1").answer().await.status, 200, "{number}");
        }
    }
    is_one_burst(through, began);
}

#[tokio::test]
async fn an_answer_has_the_rest_of_the_quota_and_a_429_the_wait() {
    let world = World::new().behind_a_gate(rates());
    let first = world.get("leader", MOMENT).answer().await;
    assert_eq!(first.header("ratelimit-policy"), "\"client\";q=20;w=20");
    assert_eq!(first.header("ratelimit"), "\"client\";r=19;t=1");
    let answers = join_all((0..BURST * 2).map(|_| world.get("leader", MOMENT).answer())).await;
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert_eq!((refused.header("ratelimit"), refused.header("retry-after")), ("\"client\";r=0;t=1", "1"));
    let stranger = world.anyone(Method::GET, "/health/live").from("192.0.2.7").answer().await;
    assert_eq!(stranger.header("ratelimit"), "\"address\";r=19;t=1");
    let dutch = world.get("leader", MOMENT).header("accept-language", "nl").answer().await;
    assert_eq!((dutch.status, &dutch.body["title"]), (429.try_into().unwrap(), &"Te veel verzoeken".into()));
}

#[tokio::test]
async fn a_forged_token_drains_its_own_address_and_no_clients_quota() {
    let world = World::new().behind_a_gate(rates());
    let forger = DevIssuer::ephemeral().unwrap();
    let bearer = |token: &str| format!("Bearer {token}");
    // Somebody who was here before, behind the same address.
    let leader = bearer(&world.token("leader"));
    let leads = || world.anyone(Method::GET, MOMENT).header("authorization", &leader).from("192.0.2.1");
    assert_eq!(leads().answer().await.status, 200);
    let (began, mut verified) = (Instant::now(), 0);
    for number in 0..10 * BURST {
        let forged = bearer(&forger.mint("leader", TimeDelta::minutes(i64::from(number) + 1)));
        let answer =
            world.anyone(Method::GET, MOMENT).header("authorization", &forged).from("192.0.2.1").answer().await;
        if answer.status == 401 {
            verified += 1;
        } else {
            answer.is_problem(429, "too-many-requests");
        }
    }
    is_one_burst(verified, began);
    // A token that is known is good there, and one that is not is good from anywhere else.
    assert_eq!(leads().answer().await.status, 200);
    assert_eq!(world.get("leader", MOMENT).from("192.0.2.2").answer().await.status, 200);
}

#[tokio::test]
async fn without_a_token_each_address_has_a_quota_of_its_own() {
    let proxy = Some(Proxy { header: ProxyHeader::XForwardedFor, hops: 1 });
    for (proxy, through_proxy) in [(None, false), (proxy, true)] {
        let world = World::new().behind_a_gate(Rates { proxy, ..rates() });
        let ask = async |address: &str| {
            let asking = world.anyone(Method::GET, "/health/live");
            let asking = match through_proxy {
                true => asking.from("127.0.0.1").header("x-forwarded-for", &format!("198.51.100.1, {address}")),
                // The claim to come from elsewhere is ignored.
                false => asking.from(address).header("x-forwarded-for", &uuid::Uuid::now_v7().to_string()),
            };
            asking.answer().await.status == 200
        };
        let (began, mut through) = (Instant::now(), 0);
        for _ in 0..10 * BURST {
            through += u32::from(ask("192.0.2.1").await);
        }
        is_one_burst(through, began);
        assert!(ask("192.0.2.2").await);
        assert!(ask("2001:db8:0:1::1").await);
    }
}

#[tokio::test]
async fn a_client_gains_no_quota_from_invented_regions() {
    let world = World::new().behind_a_gate(rates());
    let began = Instant::now();
    let ask = async |region: &str| world.get("leader", &format!("/v1/regions/{region}/moment")).answer().await.status;
    let mut here = 0;
    for _ in 0..2 * BURST {
        here += u32::from(ask("here").await == 200);
    }
    is_one_burst(here, began);
    let mut elsewhere = 0;
    for number in 0..40 * BURST {
        elsewhere += u32::from(ask(&format!("r{number}")).await == 403);
    }
    let back = 8 * (u32::try_from(began.elapsed().as_secs()).unwrap() + 1);
    assert!((BURST..=8 * BURST + back).contains(&elsewhere), "{elsewhere}");
}

#[tokio::test]
async fn no_more_wait_for_a_position_than_may_and_what_is_there_takes_no_place() {
    let world = World::new();
    let ask = |position: &str| {
        let token = format!("Bearer {}", world.token("leader"));
        let request = http::Request::get(MOMENT).header("authorization", token).header("hub-min-position", position);
        tower::ServiceExt::oneshot(world.app.clone(), request.body(axum::body::Body::empty()).unwrap())
    };
    let waiting: Vec<_> = (0..16).map(|_| tokio::spawn(ask("silent=1"))).collect();
    while world.waits.load(Ordering::Relaxed) < 16 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ask("silent=1").await.unwrap().status(), 503);
    assert_eq!(ask("things=100").await.unwrap().status(), 200);
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn one_client_has_a_quarter_of_all_that_is_worked_on_at_the_same_time() {
    let world = World::new().behind_a_gate(Rates { at_work: 8, ..rates() });
    let slow = |who: &str| {
        let (app, token) = (world.app.clone(), world.token(who));
        let request = http::Request::get("/slow").header("authorization", format!("Bearer {token}"));
        tokio::spawn(tower::ServiceExt::oneshot(app, request.body(axum::body::Body::empty()).unwrap()))
    };
    let mut working = vec![slow("leader"), slow("leader")];
    let settle = async || tokio::time::sleep(Duration::from_millis(100)).await;
    settle().await;
    world.get("leader", MOMENT).answer().await.is_problem(429, "too-many-requests");
    assert_eq!(world.anyone(Method::GET, "/health/live").from("192.0.2.1").answer().await.status, 200);
    working.extend((0..6).map(|number| slow(&format!("someone-{number}"))));
    settle().await;
    let busy = world.anyone(Method::GET, "/health/live").from("192.0.2.2").answer().await;
    busy.is_problem(503, "busy");
    assert_eq!(busy.header("retry-after"), "2");
    working.iter().for_each(tokio::task::JoinHandle::abort);
    while !working.iter().all(tokio::task::JoinHandle::is_finished) {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.get("leader", MOMENT).answer().await.status, 200);
}
