//! A data directory that left development, and one of which nothing is remembered.

use super::{Field, ended, refused, regiohub};
use access::DevIssuer;
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// Discovered when the first token comes, which none does here.
const ISSUER: &str = "http://127.0.0.1:9/realm";
const REGION: &str = "voorbeeld";

impl Field {
    async fn ask(&self, method: reqwest::Method, path: &str, token: &str, body: &Value) -> StatusCode {
        let url = format!("http://127.0.0.1:{}/v1/regions/{REGION}{path}", self.port);
        let key = format!("{path} {body}");
        let asked = reqwest::Client::new().request(method, url).bearer_auth(token).json(body);
        let key: String = key.chars().filter(char::is_ascii_graphic).take(200).collect();
        asked.header("idempotency-key", key).send().await.unwrap().status()
    }

    fn token(&self, subject: &str) -> String {
        DevIssuer::open_or_create(self.data()).unwrap().mint(subject, TimeDelta::hours(1))
    }

    async fn found(&self) {
        let founding = json!({
            "name": "STO Voorbeeld",
            "leadSchool": "01OE04",
            "school": {
                "name": "Voorbeeldcollege", "board": "41100", "vmbo": true, "profiles": ["GR"],
                "address": { "street": "Voorbeeldweg", "number": "27", "postcode": "4206AK", "place": "Gorinchem" },
            },
        });
        assert!(self.ask(reqwest::Method::PUT, "", &self.token("operator"), &founding).await.is_success());
    }

    async fn appoint(&self, issuer: &str, subject: &str) {
        let to = json!({ "to": { "issuer": issuer, "subject": subject } });
        for _ in 0..100 {
            let status = self.ask(reqwest::Method::POST, "/programme-leaders", &self.token("operator"), &to).await;
            if status.is_success() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{subject} is not appointed");
    }

    fn forget_the_mark(&self) {
        fs::remove_file(self.data().join("issuer.mark")).unwrap();
    }

    async fn in_vain(&self, arguments: &[&str]) -> String {
        refused(self.up(arguments)).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_left_development_never_accepts_its_tokens() {
    let field = Field::new().await;
    let hub = field.started(&["--development"]).await;
    field.found().await;
    let token = field.token("operator");
    ended(hub).await;

    let hub = field.started(&["--issuer", ISSUER]).await;
    let status = field.ask(reqwest::Method::GET, "", &token, &json!({})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "a token of development beside a real issuer");
    ended(hub).await;
    assert!(field.said().contains("has left development"), "{}", field.said());

    // Neither the flag nor forgetting every flag brings it back.
    let said = field.in_vain(&["--development"]).await;
    assert!(said.contains("has left development") && said.contains(ISSUER), "{said}");
    let said = field.in_vain(&[]).await;
    assert!(said.contains("no issuer is configured"), "{said}");
    let mut token = regiohub(&["token", "operator", "--data-dir"]);
    token.arg(field.data());
    let said = refused(token).await;
    assert!(said.contains("has left development"), "{said}");
    field.tried(&["--issuer", ISSUER]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_without_a_mark_is_of_development_only_when_every_grant_is() {
    let field = Field::new().await;
    let hub = field.started(&["--development"]).await;
    field.found().await;
    field.appoint(DevIssuer::ISSUER, "leader").await;
    field.appoint(DevIssuer::ISSUER, "demo-programme-leader").await;
    ended(hub).await;
    // As an earlier version left it: with a key of development, and no mark.
    field.forget_the_mark();
    let hub = field.started(&["--development"]).await;
    field.appoint(DevIssuer::ISSUER, "alice").await;
    ended(hub).await;

    // A subject that nobody names could be of any issuer: its pseudonym does not tell.
    field.forget_the_mark();
    let said = field.in_vain(&["--development"]).await;
    assert!(said.contains("counts as having left development") && said.contains("--development-subject"), "{said}");
    let hub = field.started(&["--development", "--development-subject", "alice"]).await;
    field.appoint("https://login.example.nl", "alice").await;
    ended(hub).await;

    field.forget_the_mark();
    let said = field.in_vain(&["--development", "--development-subject", "alice"]).await;
    assert!(said.contains("counts as having left development"), "{said}");
    assert!(!field.data().join("issuer.mark").exists());
    field.tried(&["--issuer", ISSUER]).await;
}
