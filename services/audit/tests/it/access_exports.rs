//! What is held about somebody is read for that person: with a reason, recorded first, and by who opened it.

use crate::world::World;
use serde_json::{Value, json};
use testkit::{Answer, Client};
use vocabulary::{PersonId, Role};

/// A name that stands nowhere else.
const CANARY: &str = "Kanariepietje";
const REASON: &str = "Per brief gevraagd, legitimatie gezien";

async fn opened(world: &World, by: &Client, person: PersonId) -> Answer {
    by.post(&world.url("access-exports"), &json!({ "person": person, "reason": REASON })).await
}

/// The address below `audit/` of an export that the leader opened.
async fn export_of(world: &World, person: PersonId) -> String {
    let answer = opened(world, &world.leader, person).await.expect(201);
    let (_, path) = answer.header("location").split_once("/audit/").unwrap();
    path.to_owned()
}

fn spans(world: &World) -> Vec<Value> {
    world.hub.processed().into_iter().filter(|span| span["name"] == "show-access-export").collect()
}

#[tokio::test]
async fn an_access_export_needs_a_reason_that_is_recorded_first() {
    let world = World::new().await;
    let person = world.pupil("Ada", CANARY).await;
    let other = world.pupil("Bob", "Iemand-Anders").await;
    let export = export_of(&world, person).await;
    let recorded = world.events("disclosure").await;
    let event: Value = serde_json::from_str(&recorded[0].text).unwrap();
    assert_eq!(event["type"], "nl.sterktechniekonderwijs.audit.access-export-opened.v1");
    assert_eq!((&event["data"]["person"], &event["data"]["reason"]), (&json!(person), &json!(REASON)));
    assert_eq!(spans(&world).len(), 0, "nothing was opened yet");

    let answer = world.leader.get(&world.url(&export)).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let page = answer.json();
    assert_eq!((&page["person"], &page["forgotten"]), (&json!(person), &json!(false)));
    let registered = &page["items"][0];
    assert_eq!(registered["data"]["name"], json!({ "given": "Ada", "family": CANARY }));
    assert_eq!(
        (&registered["because"], &registered["opened"]),
        (&json!(["subject", "named"]), &json!(["name", "birthDate"]))
    );
    // The record that it was opened names them too, and so does the look of whoever reads.
    assert!(page["items"].as_array().unwrap().iter().any(|it| it["service"] == "audit"), "{page}");
    assert!(!answer.text().contains("Iemand-Anders") && !answer.text().contains(&other.to_string()), "{page}");

    let spans = spans(&world);
    assert_eq!(spans.len(), 1);
    let subject = world.hub.hub.processing.subject(&world.hub.region, person);
    assert_eq!(spans[0]["attributes"]["dpl.core.data_subject_id"], json!(subject));
    assert!(world.hub.events("audit").await.iter().all(|event| !event.text.contains(CANARY)));
    let listed = world.list(&world.controller, "looks").await;
    let listed = listed.iter().find(|look| look["operation"] == "open-access-export").unwrap();
    assert_eq!((&listed["person"], &listed["reason"]), (&json!(person), &json!(REASON)));
}

#[tokio::test]
async fn page_after_page_gives_each_event_once() {
    let world = World::new().await;
    let person = world.pupil("Ada", CANARY).await;
    let whole = export_of(&world, person).await;
    for _ in 0..3 {
        export_of(&world, person).await;
    }
    let all = world.leader.get(&world.url(&whole)).await.expect(200).json();
    let all: Vec<Value> = all["items"].as_array().unwrap().iter().take(5).cloned().collect();
    let (mut read, mut after) = (Vec::new(), String::new());
    while read.len() < 5 {
        let page = world.leader.get(&world.url(&format!("{whole}?limit=2{after}"))).await.expect(200).json();
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        read.extend(items);
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(read, all);
}

#[tokio::test]
async fn only_the_opener_reads_an_access_export_for_a_week() {
    let world = World::mandated(true).await;
    let person = world.pupil("Ada", CANARY).await;
    let export = export_of(&world, person).await;
    for by in [&world.auditor, &world.controller] {
        opened(&world, by, person).await.expect(403);
        by.get(&world.url(&export)).await.expect(403);
    }
    let other = world.hub.holding(Role::ProgrammeLeader).await;
    other.get(&world.url(&export)).await.expect(404);
    opened(&world, &world.leader, PersonId::fresh()).await.expect(404);
    let missing = json!({ "person": person });
    world.leader.post(&world.url("access-exports"), &missing).await.expect(400);
    world.leader.post(&world.url("access-exports"), &json!({ "person": person, "reason": "" })).await.expect(400);
    world.leader.get(&world.url(&format!("access-exports/{}", PersonId::fresh()))).await.expect(404);

    let until = (world.hub.now() + chrono::TimeDelta::days(7)).to_rfc3339();
    world.hub.at(&until);
    world.leader.get(&world.url(&export)).await.expect(200);
    world.hub.at(&(world.hub.now() + chrono::TimeDelta::days(1)).to_rfc3339());
    let over = world.leader.get(&world.url(&export)).await.expect(410);
    assert_eq!(over.problem(), "access-export-over");
    assert!(!over.text().contains(CANARY));
}

#[tokio::test]
async fn an_access_export_of_a_forgotten_person_has_no_names() {
    let world = World::new().await;
    let person = world.pupil("Ada", CANARY).await;
    world.hub.hub.vault.forget(&world.hub.region, person).await.unwrap();
    let export = export_of(&world, person).await;
    let page = world.leader.get(&world.url(&export)).await.expect(200);
    assert!(!page.text().contains(CANARY));
    assert_eq!((&page.json()["forgotten"], &page.json()["items"][0]["data"]["name"]), (&json!(true), &json!(null)));
}

#[tokio::test]
async fn without_the_vault_or_the_log_of_processing_nothing_is_shown() {
    let world = World::new().await;
    let (person, known) = (world.pupil("Ada", CANARY).await, world.pupil("Bob", CANARY).await);
    // No key of theirs is in memory any more: the vault must be asked.
    world.hub.hub.vault.forget(&world.hub.region, person).await.unwrap();
    let (export, of_known) = (export_of(&world, person).await, export_of(&world, known).await);
    world.hub.lose_the_vault().await;
    let away = world.leader.get(&world.url(&export)).await.expect(503);
    assert!(!away.text().contains("items") && spans(&world).is_empty(), "{}", away.text());
    world.hub.lose_the_processing_log();
    let away = world.leader.get(&world.url(&of_known)).await.expect(503);
    assert!(!away.text().contains(CANARY), "{}", away.text());
}
