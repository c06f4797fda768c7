//! A process dies between two steps: its next start takes the second one.

use super::hub::{Hub, REGION, eventually};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use std::time::Duration;
use uuid::Uuid;

async fn member_of_staff(hub: &Hub) -> Uuid {
    let staff = json!({ "givenName": "Fien", "familyName": "Verzonnen" });
    let asked = hub.ask(Method::POST, "/schools/01OE04/staff").bearer_auth(&hub.leader);
    let answer = asked.header("idempotency-key", "staff").json(&staff).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    serde_json::from_value(answer.json::<Value>().await.unwrap()["id"].take()).unwrap()
}

fn forgetting(hub: &Hub, person: Uuid) -> reqwest::RequestBuilder {
    let asked = hub.ask(Method::POST, &format!("/persons/{person}/forgetting")).bearer_auth(&hub.leader);
    asked.header("idempotency-key", "forget").json(&json!({ "reason": "Op eigen verzoek" }))
}

/// The events that say that somebody was forgotten.
async fn events(hub: &Hub) -> Vec<Value> {
    let mut owner = PgConnection::connect(&hub.postgres("consortium")).await.unwrap();
    let found: Vec<String> = sqlx::query_scalar(
        "select body from event_log.event where region = $1 and body like '%person-forgotten.v1%' order by position",
    )
    .bind(REGION)
    .fetch_all(&mut owner)
    .await
    .unwrap();
    found.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_killed_before_the_event_writes_it_at_the_next_start() {
    let mut hub = Hub::start().await;
    let person = member_of_staff(&hub).await;
    let mut appends = PgConnection::connect(&hub.postgres("consortium")).await.unwrap();
    appends.execute("begin; lock table event_log.head in exclusive mode").await.unwrap();
    let asking = tokio::spawn(forgetting(&hub, person).send());
    let mut vault = PgConnection::connect(&hub.postgres("vault")).await.unwrap();
    eventually("the key is gone", Duration::from_secs(20), async || {
        let gone = sqlx::query_scalar(
            "select exists (select from vault.person where person = $1 and forgotten_at is not null)",
        );
        gone.bind(person).fetch_one(&mut vault).await.unwrap()
    })
    .await;
    assert_eq!(events(&hub).await, [] as [Value; 0]);
    hub.kill_and_start().await;
    assert!(asking.await.unwrap().is_err(), "it was answered before its event was there");
    eventually("the event is there", Duration::from_secs(30), async || !events(&hub).await.is_empty()).await;
    let [event] = &events(&hub).await[..] else { panic!("forgotten once") };
    assert_eq!(event["data"]["reason"], "Op eigen verzoek");
    assert_eq!(event["subject"], format!("person/{person}"));
    // Whoever had no answer asks again, and changes nothing.
    assert_eq!(forgetting(&hub, person).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(events(&hub).await.len(), 1);
    hub.stop().await;
}
