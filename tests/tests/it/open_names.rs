//! An export, and names beside it: both stand in the audit's log first.

use crate::bad_days::hub::{Hub, REGION, eventually, program};
use chrono::{Days, Utc};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use vocabulary::Service;

const FAMILY: &str = "Kanariepietje";

async fn told(hub: &Hub, method: Method, path: &str, body: &Value) -> Response {
    let asked = hub.ask(method, path).bearer_auth(&hub.leader).header("idempotency-key", path).json(body);
    let answer = asked.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    answer
}

/// A mandate over every log, from today on; its id.
async fn mandate(hub: &Hub, names: bool) -> String {
    let today = vocabulary::amsterdam_date(Utc::now());
    let body = json!({
        "issuer": access::DevIssuer::ISSUER, "subject": "auditor", "assignment": "Controle van de claim",
        "from": today, "until": today + Days::new(30), "names": names,
        "logs": Service::ALL,
    });
    let asked = hub.ask(Method::POST, "/audit/mandates").bearer_auth(&hub.leader);
    let answer = asked.header("idempotency-key", format!("names {names}")).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    id(&answer)
}

/// Of what was made.
fn id(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn exported(hub: &Hub, zip: &Path, more: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(program());
    command.args(["audit", "export", REGION, "--out"]).arg(zip).args(more).arg("--data-dir").arg(hub.data());
    command.output().await.unwrap()
}

async fn audited(hub: &Hub) -> Vec<Value> {
    let recorded = hub.inside(&format!("/services/audit/log/{REGION}?after=0")).send().await.unwrap();
    recorded.text().await.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_beside_an_export_need_a_mandate_that_allows_them() {
    let hub = Hub::start().await;
    let staff = json!({ "givenName": "Ada", "familyName": FAMILY });
    let person = id(&told(&hub, Method::POST, "/schools/01OE04/staff", &staff).await);
    let folder = tempfile::tempdir().unwrap();
    let (plain, zip) = (folder.path().join("plain.zip"), folder.path().join("voorbeeld.zip"));
    let names = folder.path().join("voorbeeld-names.ndjson");
    let under = ["--open-names", "--reason", "Handtekeningen vergelijken", "--mandate"];
    assert_eq!(
        exported(&hub, &zip, &["--open-names"]).await.status.code(),
        Some(2),
        "a mandate and a reason are asked for"
    );

    let refused = async |id: &str, why: &str| {
        let before = audited(&hub).await.len();
        let refused = exported(&hub, &zip, &[&under[..], &[id]].concat()).await;
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(refused.status.code() == Some(1) && said.contains(why), "{said}");
        assert_eq!(
            (fs::read_dir(&folder).unwrap().count(), audited(&hub).await.len()),
            (0, before),
            "something was written"
        );
    };
    refused(&uuid::Uuid::now_v7().to_string(), "does not hold today").await;
    let id = mandate(&hub, false).await;
    refused(&id, "does not allow").await;
    told(&hub, Method::PUT, &format!("/audit/mandates/{id}/end"), &json!({ "reason": "De controle is klaar" })).await;
    refused(&id, "does not hold today").await;

    let id = mandate(&hub, true).await;
    // So that none is due between the two exports.
    let cut = hub.ask(Method::POST, "/audit/checkpoints").bearer_auth(&hub.leader).header("idempotency-key", "cut");
    assert!(cut.send().await.unwrap().status().is_success());
    assert!(exported(&hub, &plain, &[]).await.status.success());
    let given = exported(&hub, &zip, &[&under[..], &[&id]].concat()).await;
    assert!(given.status.success(), "{}", String::from_utf8_lossy(&given.stderr));
    assert!(!String::from_utf8_lossy(&given.stdout).contains(FAMILY));
    assert!(fs::read(&zip).unwrap() == fs::read(&plain).unwrap(), "names beside it made it another zip");
    assert_eq!(fs::metadata(&names).unwrap().permissions().mode() & 0o777, 0o600);
    let line: Value = serde_json::from_str(&fs::read_to_string(&names).unwrap()).unwrap();
    let name = json!({ "given": "Ada", "family": FAMILY });
    assert_eq!(line, json!({ "person": person, "kind": "staff", "forgotten": false, "name": name }));

    let events = audited(&hub).await;
    let kinds: Vec<&str> = events.iter().rev().take(3).map(|it| it["type"].as_str().unwrap()).collect();
    let expected = ["export-written", "logs-exported", "names-exported"];
    assert_eq!(kinds, expected.map(|kind| format!("nl.sterktechniekonderwijs.audit.{kind}.v1")));
    assert_eq!(events[events.len() - 2]["data"]["mandate"], json!(id));
    let recorded = &events[events.len() - 3];
    assert_eq!((&recorded["actorrole"], &recorded["data"]["reason"]), (&json!("operator"), &json!(under[2])));
    assert_eq!(recorded["data"]["under"], json!({ "mandate": id, "number": 2 }));
    let spans = fs::read_to_string(hub.data().join("processing.jsonl")).unwrap();
    assert_eq!(spans.lines().filter(|span| span.contains("export-names")).count(), 1);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_recorded_before_its_file_and_with_its_digest_or_not_made() {
    let hub = Hub::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first.zip"), folder.path().join("second.zip"));
    let ended = exported(&hub, &first, &[]).await;
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let events = audited(&hub).await;
    let [.., begun, written] = &events[..] else { panic!("{events:?}") };
    let digest = |zip: &Path| hex::encode(Sha256::digest(fs::read(zip).unwrap()));
    assert_eq!((&begun["actorrole"], &begun["data"]["form"]), (&json!("operator"), &json!("zip")));
    assert!(begun["data"]["ends"]["consortium"].as_i64().unwrap() > 0, "{begun}");
    assert_eq!(written["data"]["digests"], json!({ "zip": digest(&first) }));
    // What an export records of itself changes nothing in the next one.
    assert!(exported(&hub, &second, &[]).await.status.success());
    assert_eq!(digest(&second), digest(&first));

    let parquet = folder.path().join("parquet");
    let more = ["audit", "export", REGION, "--parquet", parquet.to_str().unwrap(), "--data-dir"];
    let output = tokio::process::Command::new(program()).args(more).arg(hub.data()).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = async |query: &str| {
        let asked = hub.ask(Method::GET, &format!("/audit/exports{query}")).bearer_auth(&hub.leader);
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        answer["items"].as_array().unwrap().clone()
    };
    eventually("all three are listed", Duration::from_secs(20), async || listed("").await.len() == 3).await;
    let all = listed("").await;
    assert!(all.iter().all(|it| it["writtenAt"].is_string() && it["role"] == "operator"), "{all:?}");
    assert_eq!(listed("?form=parquet").await.len(), 1);
    assert_eq!(listed(&format!("?digest={}", digest(&first))).await.len(), 2);
    assert_eq!(listed("?limit=2").await, all[..2]);
    let today = vocabulary::amsterdam_date(Utc::now());
    assert_eq!(listed(&format!("?from={}", today + Days::new(1))).await.len(), 0);

    // A database that cannot be written.
    let url = embedded::running(hub.data()).unwrap().unwrap();
    let mut server = url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
    let readonly = "alter database regiohub_audit set default_transaction_read_only = on";
    sqlx::raw_sql(readonly).execute(&mut server).await.unwrap();
    let (before, third) = (audited(&hub).await.len(), folder.path().join("third.zip"));
    let refused = exported(&hub, &third, &[]).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(1) && said.contains("cannot be recorded"), "{said}");
    assert_eq!((third.exists(), audited(&hub).await.len()), (false, before));
    server.close().await.unwrap();
    hub.stop().await;
}
