//! What is asked wrongly is told, and never reaches the database.

use crate::world::{World, each};
use serde_json::json;
use vocabulary::Role;

const LISTS: [&str; 9] = [
    "companies",
    "pupils",
    "hotspots",
    "sessions",
    "attendance-days",
    "contracts",
    "open-signatures",
    "co-financing/figures/committed",
    "co-financing/figures/verified",
];

/// An id in base64, as a cursor was before cursors were sealed.
const PLAIN: &str = "after=IjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCI";

#[tokio::test]
async fn a_page_that_cannot_be_is_a_400() {
    let world = World::new().await;
    world.hub.settle().await;
    for list in LISTS {
        let bad = [
            "limit=0",
            "limit=201",
            "limit=-1",
            "limit=x",
            "limit=70000",
            "after=!",
            "after=AA",
            "after=",
            PLAIN,
            "page=2",
        ];
        for query in bad {
            let answer = world.leader.get(&world.url(&format!("{list}?{query}"))).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "invalid"), "{list}?{query}");
        }
        world.leader.get(&world.url(&format!("{list}?limit=200"))).await.expect(200);
    }
}

#[tokio::test]
async fn a_day_that_the_database_cannot_hold_is_a_400() {
    let world = World::new().await;
    world.hub.settle().await;
    for list in ["sessions", "attendance-days", "co-financing/statement", "co-financing/figures/committed"] {
        for query in ["from=-262143-01-01", "until=%2B262142-12-31", "until=%2B10000-01-01", "from=x", "from="] {
            let answer = world.leader.get(&world.url(&format!("{list}?{query}"))).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "invalid"), "{list}?{query}");
        }
        world.leader.get(&world.url(&format!("{list}?from=0000-01-01&until=9999-12-31"))).await.expect(200);
    }
    let answer = world.leader.get(&world.url("co-financing/figures/imagined")).await.expect(400);
    assert_eq!(answer.problem(), "invalid");
}

#[tokio::test]
async fn a_filter_by_a_word_that_no_item_can_have_is_a_400() {
    let world = World::new().await;
    let teacher = world.at_school(Role::Teacher).await;
    world.hub.settle().await;
    for (list, filter, word) in [
        ("companies", "status", "active"),
        ("hotspots", "status", "open"),
        ("sessions", "status", "planned"),
        ("attendance-days", "status", "confirmed"),
        ("contracts", "status", "concluded"),
        ("stage-agreements", "status", "ended"),
        ("open-signatures", "subject", "contribution-day"),
        ("open-signatures", "party", "pupil-or-parent"),
    ] {
        // The leader reads every list but that of agreements.
        let who = if list == "stage-agreements" { &teacher } else { &world.leader };
        who.get(&world.url(&format!("{list}?{filter}={word}"))).await.expect(200);
        for unknown in ["imagined", "", "Open"] {
            let answer = who.get(&world.url(&format!("{list}?{filter}={unknown}"))).await.expect(400);
            assert!(answer.text().contains(&format!("?{filter}")), "{list}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_a_400() {
    let world = World::new().await;
    for family in ["Appel", "Boom"] {
        world.pupil("Ada", family, &world.school).await;
    }
    world.hub.settle().await;
    let page = world.leader.get(&world.url("pupils?limit=1")).await.expect(200).json();
    let next = page["next"].as_str().unwrap();
    world.leader.get(&world.url(&format!("pupils?after={next}"))).await.expect(200);
    for list in LISTS.into_iter().filter(|list| *list != "pupils") {
        world.leader.get(&world.url(&format!("{list}?after={next}"))).await.expect(400);
    }
}

#[tokio::test]
async fn a_page_begins_where_the_one_before_ended_whatever_became_of_its_last_item() {
    let world = World::new().await;
    let mut pupils = Vec::new();
    for family in ["Appel", "Boom", "Cel"] {
        pupils.push(world.pupil("Ada", family, &world.school).await);
    }
    world.hub.settle().await;
    let first = world.leader.get(&world.url("pupils?limit=2")).await.expect(200).json();
    assert_eq!(each(first["items"].as_array().unwrap(), "familyName"), ["Appel", "Boom"]);
    // Without a name the last one would come first of all.
    world.fact("consortium.person-forgotten", &format!("person/{}", pupils[1]), json!({})).await;
    world.hub.settle().await;
    let behind = format!("pupils?limit=2&after={}", first["next"].as_str().unwrap());
    let second = world.leader.get(&world.url(&behind)).await.expect(200).json();
    assert_eq!(each(second["items"].as_array().unwrap(), "familyName"), ["Cel"]);
}
