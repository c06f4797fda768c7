//! Holds stand with the others on whom they cover; those of before stand where they were placed.

use crate::world::{PUPILS, World, path, with_schools};
use proto_schemas::consortium::retention_hold::{Covers, Event};
use proto_schemas::consortium::retention_schedule::Class;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use vocabulary::{ActorId, HoldId, PersonId, Role};

/// A region with pupils, and who they are.
async fn with_pupils() -> (World, Vec<PersonId>) {
    let world = with_schools().await;
    world.pupils(PUPILS).await.expect(201);
    let events = world.hub.events("consortium").await;
    let registered = events.iter().filter(|event| event.event_type.ends_with("pupil-registered.v1"));
    let people = registered.map(|event| event.stream_id().unwrap()).collect();
    world.hub.settle().await;
    (world, people)
}

fn placing(covers: &Value) -> Value {
    json!({ "covers": covers, "reason": "Lopend geschil" })
}

fn person(id: PersonId) -> Value {
    json!({ "kind": "person", "person": id })
}

async fn placed_before(world: &World, hold: HoldId, covers: Covers) {
    let (reason, placed_by) = ("Lopend geschil".parse().unwrap(), ActorId::derived(&["somebody"]));
    let occurred_on = "2026-08-01".parse().unwrap();
    let placed = Event::Placed { hold, covers, reason, until: None, placed_by, occurred_on };
    world.hub.happened("consortium", &world.hub.region, "retention-hold/voorbeeld", &placed).await;
}

async fn lengths(world: &World) -> BTreeMap<String, usize> {
    let mut lengths = BTreeMap::new();
    let events = world.hub.events("consortium").await;
    for event in events.into_iter().filter(|event| event.category() == "retention-hold") {
        *lengths.entry(event.stream).or_insert(0) += 1;
    }
    lengths
}

#[tokio::test]
async fn a_hold_makes_no_history_longer_but_that_of_whom_it_covers() {
    let (world, people) = with_pupils().await;
    let at = |hold: HoldId| path(&format!("/retention/holds/{hold}"));
    for id in &people {
        world.leader.put(&at(HoldId::fresh()), &placing(&person(*id))).await.expect(200);
    }
    let class = HoldId::fresh();
    world.leader.put(&at(class), &placing(&json!({ "kind": "class", "class": "staff" }))).await.expect(200);
    world.leader.put(&at(HoldId::fresh()), &placing(&json!({ "kind": "region" }))).await.expect(200);
    let controller = world.hub.holding(Role::Controller).await;
    controller
        .put(&path(&format!("/retention/holds/{class}/lifting")), &json!({ "reason": "Voorbij" }))
        .await
        .expect(200);
    let mut expected: BTreeMap<String, usize> =
        people.iter().map(|id| (format!("retention-hold/person:{id}"), 1)).collect();
    expected.insert("retention-hold/class:staff".into(), 2);
    expected.insert("retention-hold/region:all".into(), 1);
    assert_eq!(lengths(&world).await, expected);
    let listed = world.leader.get(&path("/retention/holds?limit=200")).await.expect(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn an_id_is_of_one_hold_whomever_another_would_cover() {
    let (world, people) = with_pupils().await;
    let hold = path(&format!("/retention/holds/{}", HoldId::fresh()));
    world.leader.put(&hold, &placing(&person(people[0]))).await.expect(200);
    world.leader.put(&hold, &placing(&person(people[0]))).await.expect(200);
    for covers in [person(people[1]), json!({ "kind": "class", "class": "pupil" }), json!({ "kind": "region" })] {
        let refused = world.leader.put(&hold, &placing(&covers)).await.expect(409);
        assert_eq!(refused.problem(), "retention-hold-another-hold");
    }
    assert_eq!(lengths(&world).await.values().sum::<usize>(), 1);
}

#[tokio::test]
async fn a_hold_in_the_earlier_stream_is_found_and_lifted_there() {
    let (world, people) = with_pupils().await;
    let (one, all) = (HoldId::fresh(), HoldId::fresh());
    placed_before(&world, one, Covers::Person { person: people[0] }).await;
    placed_before(&world, all, Covers::Class { class: Class::Staff }).await;
    world.hub.settle().await;
    let forget = async |id: PersonId| {
        let asked = json!({ "reason": "Verzoek van de betrokkene" });
        world.leader.post(&path(&format!("/persons/{id}/forgetting")), &asked).await
    };
    let refused = forget(people[0]).await.expect(409);
    assert_eq!((refused.problem(), refused.text().contains(&one.to_string())), ("person-held".into(), true));
    forget(people[1]).await.expect(200);

    let at = |hold: HoldId| path(&format!("/retention/holds/{hold}"));
    world.leader.put(&at(one), &placing(&person(people[0]))).await.expect(200);
    let other = world.leader.put(&at(one), &placing(&person(people[2]))).await.expect(409);
    assert_eq!(other.problem(), "retention-hold-another-hold");
    let controller = world.hub.holding(Role::Controller).await;
    let lifting = json!({ "reason": "Geschil geschikt" });
    controller.put(&format!("{}/lifting", at(one)), &lifting).await.expect(200);
    controller.put(&format!("{}/lifting", at(HoldId::fresh())), &lifting).await.expect(404);
    assert_eq!(lengths(&world).await, [("retention-hold/voorbeeld".to_owned(), 3)].into());
    let listed = world.leader.get(&path("/retention/holds?holds=true")).await.expect(200).json();
    assert_eq!((&listed["items"][0]["id"], listed["items"].as_array().unwrap().len()), (&json!(all), 1));
    forget(people[0]).await.expect(200);
}
