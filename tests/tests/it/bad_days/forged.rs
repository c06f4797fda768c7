//! Somebody has the password of a service's NATS user, and publishes what never happened.

use super::{
    compare::{heads, log},
    hub::{Hub, REGION, eventually},
    ledger::{Act, Asker, Ledger, Told},
};
use access::{DevIssuer, Identities};
use async_nats::jetstream;
use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const GRANTED: &str = "nl.sterktechniekonderwijs.consortium.role-granted.v1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_grant_counts_nowhere_and_its_stream_is_rebuilt() {
    let hub = Hub::start().await;
    let secrets = chassis::Secrets::open_or_create(hub.data()).unwrap();
    let teacher =
        Identities::new(secrets.ring(chassis::Purpose::Identity).unwrap().keys()).actor(DevIssuer::ISSUER, "teacher");
    let token = DevIssuer::open_or_create(hub.data()).unwrap().mint("teacher", TimeDelta::hours(1));
    let asked = async || hub.ask(Method::GET, "").bearer_auth(&token).send().await.unwrap().status();
    assert_eq!(asked().await, StatusCode::FORBIDDEN);

    // The grant of the programme leader once more, to somebody else.
    let texts = log(&hub, "consortium").await;
    let position = texts.len() + 1;
    let grants = texts.iter().map(|text| serde_json::from_str::<Value>(text).unwrap());
    let mut forged = grants.into_iter().find(|event| event["type"] == GRANTED).unwrap();
    forged["id"] = uuid::Uuid::now_v7().to_string().into();
    forged["subject"] = format!("grant/{}", uuid::Uuid::now_v7()).into();
    forged["position"] = position.into();
    forged["data"]["actor"] = json!(teacher);
    let name = format!("consortium_{REGION}");
    let nats = jetstream::new(hub.nats("consortium").await);
    eventually("the stream is whole", Duration::from_secs(30), async || {
        let stream = nats.get_stream(&name).await;
        stream.is_ok_and(|stream| stream.cached_info().state.last_sequence == texts.len() as u64)
    })
    .await;
    let subject = format!("hub.consortium.{REGION}.grant.role-granted");
    nats.publish(subject, forged.to_string().into()).await.unwrap().await.unwrap();

    // Every reader is at the end of the log again, and so is the stream.
    let (told, _) = Act::Nominate { number: 1 }.ask(&Asker::of(&hub), "1", &Ledger::default()).await;
    assert!(matches!(told, Told::Receipt(_)), "{told:?}");
    let end = heads(&hub, "consortium").await[0].1;
    let texts = log(&hub, "consortium").await;
    eventually("the stream is the log again", Duration::from_secs(10), async || {
        let Ok(stream) = nats.get_stream(&name).await else { return false };
        if stream.cached_info().state.last_sequence != end {
            return false;
        }
        for (text, position) in texts.iter().zip(1..) {
            let message = stream.get_raw_message(position).await;
            if !message.is_ok_and(|message| message.payload == *text && message.headers.get("Hub-Mac").is_some()) {
                return false;
            }
        }
        true
    })
    .await;
    for path in ["", "/companies"] {
        let seen =
            hub.ask(Method::GET, path).bearer_auth(&hub.leader).header("hub-min-position", format!("consortium={end}"));
        assert_eq!(seen.send().await.unwrap().status(), StatusCode::OK);
    }
    eventually("it was alarmed", Duration::from_secs(10), async || {
        hub.said().lines().any(|line| line.contains("did not publish") && line.contains("alarm"))
    })
    .await;
    assert_eq!(asked().await, StatusCode::FORBIDDEN);
    let leader = json!({ "to": { "issuer": DevIssuer::ISSUER, "subject": "accomplice" } });
    let granted = hub.ask(Method::POST, "/programme-leaders").bearer_auth(&token).header("idempotency-key", "forged");
    assert_eq!(granted.json(&leader).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    hub.stop().await;
}
