//! A name is revealed with a reason, recorded first, and kept nowhere.

use crate::world::World;
use serde_json::{Value, json};
use testkit::Answer;
use vocabulary::PersonId;

/// A name that stands nowhere else.
const CANARY: &str = "Kanariepietje";

async fn reveal(world: &World, person: PersonId) -> Answer {
    let asked = json!({ "person": person, "reason": "Handtekening vergelijken" });
    world.auditor.post(&world.url("reveals"), &asked).await
}

fn spans(world: &World) -> Vec<Value> {
    let spans = world.hub.processed().into_iter();
    spans.filter(|span| span["name"] == "reveal-name").collect()
}

#[tokio::test]
async fn a_name_is_revealed_once_it_is_recorded_and_stands_in_no_log() {
    let world = World::mandated(true).await;
    let person = world.pupil("Ada", CANARY).await;
    let answer = reveal(&world, person).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.json()["name"], json!({ "given": "Ada", "family": CANARY }));
    assert_eq!(answer.json()["forgotten"], json!(false));

    let looks = world.events("look").await;
    let revealed: Value = serde_json::from_str(&looks[0].text).unwrap();
    assert_eq!(revealed["type"], "nl.sterktechniekonderwijs.audit.name-revealed.v1");
    assert_eq!((&revealed["data"]["person"], &revealed["data"]["purpose"]), (&json!(person), &json!("identity")));
    assert_eq!(revealed["data"]["reason"], "Handtekening vergelijken");
    assert_eq!(revealed["data"]["under"]["number"], 1);
    assert!(world.hub.events("audit").await.iter().all(|event| !event.text.contains(CANARY)));
    let mut rows = event_log::tenant(&world.hub.hub.db, &world.hub.region).await.unwrap();
    let kept: Vec<String> =
        sqlx::query_scalar("select to_json(it)::text from event_log.event it").fetch_all(&mut *rows).await.unwrap();
    assert!(!kept.is_empty() && kept.iter().all(|text| !text.contains(CANARY)), "{kept:?}");
    drop(rows);

    let listed = world.list(&world.leader, "looks").await;
    assert_eq!((&listed[0]["operation"], &listed[0]["person"]), (&json!("reveal-name"), &json!(person)));
    let spans = spans(&world);
    assert_eq!(spans.len(), 1);
    let attributes = &spans[0]["attributes"];
    let subject = world.hub.hub.processing.subject(&world.hub.region, person);
    assert_eq!(attributes["dpl.core.data_subject_id"], json!(subject));
    assert!(attributes["dpl.core.processing_activity_id"].as_str().unwrap().ends_with(":reveal"));
}

#[tokio::test]
async fn a_retry_is_answered_again_and_recorded_as_one_reveal() {
    let world = World::mandated(true).await;
    let person = world.pupil("Ada", CANARY).await;
    let asked = json!({ "person": person, "reason": "Handtekening vergelijken" });
    let again = world.auditor.clone().key("one");
    let first = again.post(&world.url("reveals"), &asked).await.expect(200).json();
    assert_eq!(again.post(&world.url("reveals"), &asked).await.expect(200).json(), first);
    let of = |kind: &str, events: &[event_log::Recorded]| {
        events.iter().filter(|event| event.event_type.contains(kind)).count()
    };
    let looks = world.events("look").await;
    // Revealed once; each time that it was shown is a look.
    assert_eq!((of("name-revealed", &looks), of("looked", &looks)), (1, 2));
    let other = json!({ "person": person, "reason": "Iets anders" });
    again.post(&world.url("reveals"), &other).await.expect(422);
}

#[tokio::test]
async fn no_name_is_revealed_where_the_mandate_does_not_say_so() {
    let world = World::new().await;
    let person = world.pupil("Ada", CANARY).await;
    assert_eq!(reveal(&world, person).await.expect(403).problem(), "look-no-mandate");
    world.open(&world.leader, &json!({ "names": false })).await.expect(201);
    let refused = reveal(&world, person).await.expect(409);
    assert_eq!(refused.problem(), "look-names-not-covered");
    assert!(!refused.text().contains(CANARY));
    let asked = json!({ "person": person, "reason": "Handtekening vergelijken" });
    world.leader.post(&world.url("reveals"), &asked).await.expect(403);
    let revealed = world.events("look").await;
    assert!(revealed.iter().all(|event| !event.event_type.contains("name-revealed")), "{revealed:?}");
    assert_eq!(spans(&world).len(), 0);
}

#[tokio::test]
async fn a_forgotten_person_has_no_name_to_reveal() {
    let world = World::mandated(true).await;
    let person = world.pupil("Ada", CANARY).await;
    world.hub.hub.vault.forget(&world.hub.region, person).await.unwrap();
    let answer = reveal(&world, person).await.expect(200).json();
    assert_eq!((&answer["name"], &answer["forgotten"]), (&json!(null), &json!(true)));
    let forgotten = proto_schemas::consortium::person::Event::PersonForgotten {
        reason: "Bewaartermijn verstreken".parse().unwrap(),
        occurred_on: "2026-09-01".parse().unwrap(),
        retention: None,
    };
    world.hub.happened("consortium", &world.hub.region, &format!("person/{person}"), &forgotten).await;
    world.hub.settle().await;
    let answer = reveal(&world, person).await.expect(200).json();
    assert_eq!((&answer["name"], &answer["forgotten"]), (&json!(null), &json!(true)));
    assert_eq!(spans(&world).len(), 0);
}

#[tokio::test]
async fn somebody_unknown_is_not_found() {
    let world = World::mandated(true).await;
    reveal(&world, PersonId::fresh()).await.expect(404);
    let looks = world.events("look").await;
    assert!(looks.iter().all(|event| !event.event_type.contains("name-revealed")));
}

#[tokio::test]
async fn no_name_leaves_when_the_processing_cannot_be_written_down() {
    let world = World::mandated(true).await;
    let person = world.pupil("Ada", CANARY).await;
    world.hub.lose_the_processing_log();
    let answer = reveal(&world, person).await.expect(503);
    assert!(!answer.text().contains(CANARY), "{}", answer.text());
}
