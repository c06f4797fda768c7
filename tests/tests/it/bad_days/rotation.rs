//! Every secret of a hub is rotated in the middle of work, twice: nobody becomes somebody else, nothing happens twice.

use super::hub::{Hub, REGION, program};
use super::ledger::company;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::process::Command;

const PUPILS: &str = "leerlingnummer;voornaam;achternaam;geboortedatum;vestiging;gastvestiging;leerweg;profiel;leerjaar;\
    klas;cohort;ouder;ouder e-mail\n1301;Aaf;Voorbeeldsma;2010-10-03;01OE04;;bb;GR;3;3B1;2025-2026;;\n";

/// `regiohub secrets …`: what it printed.
async fn secrets(hub: &Hub, arguments: &[&str]) -> String {
    let mut command = Command::new(program());
    command.arg("secrets").args(arguments).arg("--data-dir").arg(hub.data());
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Each purpose: its name, with its generations.
async fn purposes(hub: &Hub) -> Vec<(String, Value)> {
    let listed = secrets(hub, &["list"]).await;
    let lines = listed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| (line["purpose"].as_str().unwrap().to_owned(), line["generations"].clone())).collect()
}

/// What the programme leader is answered: status, place, position and body.
async fn told(answer: Response) -> (StatusCode, String, String, Value) {
    let header = |name: &str| answer.headers().get(name).map_or("", |it| it.to_str().unwrap()).to_owned();
    let (place, position) = (header("location"), header("hub-position"));
    (answer.status(), place, position, answer.json().await.unwrap_or_default())
}

async fn nominate(hub: &Hub, key: &str, number: u32) -> (StatusCode, String, String, Value) {
    let asked = hub.ask(Method::POST, "/companies").bearer_auth(&hub.leader).header("idempotency-key", key);
    told(asked.json(&company(number)).send().await.unwrap()).await
}

async fn import(hub: &Hub, key: &str) -> (StatusCode, String, String, Value) {
    let asked = hub.ask(Method::POST, "/pupil-imports").bearer_auth(&hub.leader).header("idempotency-key", key);
    told(asked.header("content-type", "text/csv").body(PUPILS).send().await.unwrap()).await
}

/// How many pupils a file would bring that are known.
async fn known(hub: &Hub) -> Value {
    let asked = hub.ask(Method::POST, "/pupil-imports/preview").bearer_auth(&hub.leader);
    let asked = asked.header("idempotency-key", uuid::Uuid::now_v7().to_string());
    let (status, _, _, body) = told(asked.header("content-type", "text/csv").body(PUPILS).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    json!({ "known": body["known"], "new": body["new"] })
}

async fn leader(hub: &Hub) -> Value {
    let answer = hub.ask(Method::GET, "/me").bearer_auth(&hub.leader).send().await.unwrap();
    told(answer).await.3["actor"].clone()
}

/// People in the consortium's log.
async fn people(hub: &Hub) -> usize {
    let log = hub.inside(&format!("/services/consortium/log/{REGION}")).send().await.unwrap().text().await.unwrap();
    log.lines().filter(|line| line.contains("consortium.pupil-registered.v")).count()
}

/// Gives somebody a role and takes it back: under which actor ids the log knows them.
async fn grant_and_revoke(hub: &Hub, key: &str) -> std::collections::BTreeSet<String> {
    let to = json!({ "issuer": access::DevIssuer::ISSUER, "subject": "guest" });
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(30)).date_naive();
    let to = json!({ "to": to, "role": "inspector", "until": until });
    let granted = hub.ask(Method::POST, "/grants").bearer_auth(&hub.leader).header("idempotency-key", key);
    let (status, place, _, body) = told(granted.json(&to).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let (_, grant) = place.rsplit_once('/').unwrap();
    let revoked = hub.ask(Method::PUT, &format!("/grants/{grant}/revocation")).bearer_auth(&hub.leader);
    let (status, _, _, body) = told(revoked.json(&json!({ "reason": "Klaar" })).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let log = hub.inside(&format!("/services/consortium/log/{REGION}")).send().await.unwrap().text().await.unwrap();
    let events = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let granted = events.filter(|event| event["data"]["role"] == "inspector");
    granted.map(|event| event["data"]["actor"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_of_every_secret_loses_nobody_and_repeats_nothing() {
    let mut hub = Hub::start().await;
    let (me, first_secret) = (leader(&hub).await, hub.secret());
    let mut answered = vec![("k-1".to_owned(), 1, nominate(&hub, "k-1", 1).await)];
    assert_eq!(answered[0].2.0, StatusCode::CREATED);
    let imported = import(&hub, "import").await;
    assert_eq!(imported.0, StatusCode::CREATED, "{}", imported.3);
    assert_eq!((known(&hub).await, people(&hub).await), (json!({ "known": 1, "new": 0 }), 1));
    let guest = grant_and_revoke(&hub, "guest").await;
    assert_eq!(guest.len(), 1);

    for generation in 2..=3_u32 {
        for (purpose, _) in purposes(&hub).await {
            assert_eq!(secrets(&hub, &["rotate", &purpose]).await, format!("{generation}\n"), "{purpose}");
        }
        assert!(hub.terminate().await.success());
        hub.start_again().await;
        let numbers: Vec<u32> = (1..=generation).collect();
        assert!(purposes(&hub).await.iter().all(|(_, generations)| *generations == json!(numbers)));

        assert_eq!(leader(&hub).await, me, "an identity keeps its actor id");
        let again = grant_and_revoke(&hub, &format!("guest-{generation}")).await;
        assert_eq!(again, guest, "also when it holds nothing meanwhile");
        for (key, number, answer) in &answered {
            assert_eq!(&nominate(&hub, key, *number).await, answer, "{key} after generation {generation}");
            assert_eq!(nominate(&hub, key, 99).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
        }
        // The import is found again by its number, which is named after the command.
        assert_eq!(import(&hub, "import").await.1, imported.1);
        assert_eq!(known(&hub).await, json!({ "known": 1, "new": 0 }));
        assert_eq!(import(&hub, &format!("import-{generation}")).await.0, StatusCode::CREATED);
        assert_eq!(people(&hub).await, 1, "the same pupil, once");
        let key = format!("k-{generation}");
        let answer = nominate(&hub, &key, generation).await;
        assert_eq!(answer.0, StatusCode::CREATED, "{}", answer.3);
        answered.push((key, generation, answer));
    }

    // The secret of the first generation opens the internal routes until it is retired.
    let asked = |hub: &Hub| hub.http.get(format!("{}/services/consortium/log", hub.internal_url()));
    assert_ne!(hub.secret(), first_secret);
    assert_eq!(asked(&hub).bearer_auth(&first_secret).send().await.unwrap().status(), StatusCode::OK);
    secrets(&hub, &["retire", "log", "1"]).await;
    assert!(hub.terminate().await.success());
    hub.start_again().await;
    assert_eq!(asked(&hub).bearer_auth(&first_secret).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(hub.inside("/services/consortium/log").send().await.unwrap().status(), StatusCode::OK);
    hub.stop().await;
}
