//! Names beside an export: an operator opens them under a mandate, and that stands in the audit's log first.

use crate::bad_days::hub::{Hub, REGION, program};
use chrono::{Days, Utc};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

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
        "logs": ["consortium", "hotspots", "agreements", "assessments", "co-financing", "audit"],
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
async fn an_operator_opens_names_beside_an_export_under_a_mandate_that_allows_them_and_no_other() {
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
    let recorded = events.last().unwrap();
    assert_eq!(recorded["type"], "nl.sterktechniekonderwijs.audit.names-exported.v1");
    assert_eq!((&recorded["actorrole"], &recorded["data"]["reason"]), (&json!("operator"), &json!(under[2])));
    assert_eq!(recorded["data"]["under"], json!({ "mandate": id, "number": 2 }));
    let spans = fs::read_to_string(hub.data().join("processing.jsonl")).unwrap();
    assert_eq!(spans.lines().filter(|span| span.contains("export-names")).count(), 1);
    hub.stop().await;
}
