//! What an auditor is told of the demo region: every figure traced from the logs alone, and an altered cent found.

use super::books::Books;
use super::stage::{REGION, Stage};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};

/// The figures of the statement, the claim and every line, as the auditor is told them.
pub async fn every_figure_is_traced_to_what_it_rests_on(stage: &Stage, end: &Value, books: &Books) {
    for shown in end["statement"]["figures"].as_array().unwrap() {
        let name = shown["figure"].as_str().unwrap();
        let (explained, lines) = traced(stage, end, name).await;
        assert_eq!((&explained["amount"], &explained["recomputed"]), (&shown["amount"], &shown["amount"]), "{name}");
        assert_eq!(
            (&explained["lines"], lines.len() as u64),
            (&shown["lines"], shown["lines"].as_u64().unwrap()),
            "{name}"
        );
        assert_eq!(sum(&lines, "recomputed"), shown["amount"].as_i64().unwrap(), "{name}");
    }
    let claim = claim(stage, end).await;
    let (explained, lines) = traced(stage, end, claim["id"].as_str().unwrap()).await;
    assert_eq!((&explained["amount"], &explained["recomputed"]), (&claim["total"], &claim["total"]));
    assert_eq!(sum(&lines, "amount"), claim["total"].as_i64().unwrap());
    // Each event names the checkpoint it stands under, or none where none was cut yet.
    let checkpoints = explained["checkpoints"].as_array().unwrap();
    for event in explained["items"].as_array().unwrap().iter().filter_map(|line| line.get("event")) {
        let named = |it: &&Value| it["service"] == event["service"] && it["size"] == event["checkpoint"];
        let Some(size) = event["checkpoint"].as_i64() else { continue };
        assert!(size >= event["position"].as_i64().unwrap() && checkpoints.iter().any(|it| named(&it)), "{event}");
    }
    for proof in explained["proofs"].as_array().unwrap() {
        let event = books.text_at(proof["service"].as_str().unwrap(), proof["position"].as_u64().unwrap());
        assert_eq!(proof["leaf"], BASE64.encode(Sha256::new().chain_update([0]).chain_update(event).finalize()));
        assert_eq!(proof["root"], BASE64.encode(root(proof)), "{proof}");
    }
}

/// The database's owner raises an amount by a zero: recomputation and signature both tell.
pub async fn an_altered_amount_is_found(stage: &Stage, end: &Value) {
    let claim = claim(stage, end).await;
    let (_, lines) = traced(stage, end, claim["id"].as_str().unwrap()).await;
    let line = lines.iter().find(|line| line["says"]["minutes"] == 180).unwrap();
    let (position, amount) = (line["event"]["position"].as_i64().unwrap(), line["amount"].as_i64().unwrap());
    let mut owner = PgConnection::connect(&stage.database("co_financing")).await.unwrap();
    let altered =
        sqlx::query("update event_log.event set body = replace(body, $3, $4) where region = $1 and position = $2")
            .bind(REGION)
            .bind(position)
            .bind(format!(r#""amount":{amount}}}"#))
            .bind(format!(r#""amount":{amount}0}}"#))
            .execute(&mut owner)
            .await
            .unwrap();
    assert_eq!(altered.rows_affected(), 1);

    let reference = line["reference"].as_str().unwrap();
    let shown = stage.as_role(end, "auditor", &address(claim["id"].as_str().unwrap(), "?limit=100")).await;
    let found: Vec<&str> =
        shown["findings"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert!(found.contains(&"line-differs"), "{found:?}");
    let told = shown["items"].as_array().unwrap().iter().find(|it| it["reference"] == reference).unwrap();
    assert_eq!((&told["amount"], &told["recomputed"]), (&(amount * 10).into(), &amount.into()));
    let told = told.to_string();
    for code in ["amount-differs", "digest-differs", "total-differs", "line-differs"] {
        assert!(told.contains(code), "{code}: {told}");
    }
}

/// A sample of the claim: recorded, drawn again the same, and with a sheet that names every event to be looked at.
pub async fn a_sample_is_drawn_and_drawn_again(stage: &Stage, end: &Value) -> String {
    let claim = claim(stage, end).await;
    let body = json!({ "seed": "controle-2025", "method": "monetary-unit", "size": 8, "claim": claim["id"] });
    let first = stage.post_as_role(end, "auditor", "/audit/samples", &body).await;
    let second = stage.post_as_role(end, "auditor", "/audit/samples", &body).await;
    assert_ne!(first, second, "each drawing is recorded");
    let (one, other) = (sample(stage, end, &first).await, sample(stage, end, &second).await);
    assert_eq!(one["lines"], sample(stage, end, &first).await["lines"], "drawn again");
    assert_eq!((&one["interval"], &one["seed"]), (&other["interval"], &other["seed"]));
    assert_ne!(one["draw"]["seed"], other["draw"]["seed"], "the words alone say nothing of what is drawn");
    assert_eq!((&one["findings"], &one["total"]), (&json!([]), &claim["total"]));
    let hits: usize = one["lines"].as_array().unwrap().iter().map(|line| line["cents"].as_array().unwrap().len()).sum();
    assert!((8..=9).contains(&hits), "{hits}");
    let interval = one["interval"].as_i64().unwrap();
    assert!(
        one["lines"]
            .as_array()
            .unwrap()
            .iter()
            .all(|line| line["certain"] == (line["amount"].as_i64().unwrap() >= interval))
    );

    let log = stage.log("audit").await;
    let recorded: Vec<Value> = log.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let of_first: Vec<&Value> = recorded.iter().filter(|it| it["subject"] == format!("sample/{first}")).collect();
    let [request, event] = of_first[..] else { panic!("{of_first:?}") };
    assert_eq!((&request["data"]["seed"], &request["actorrole"]), (&json!("controle-2025"), &json!("auditor")));
    assert_eq!((&event["data"]["draw"]["requestedAt"], &event["actorrole"]), (&request["position"], &json!("hub")));
    assert_eq!(event["data"]["lines"].as_array().unwrap().len(), one["lines"].as_array().unwrap().len());
    assert!(event["data"]["under"]["mandate"].is_string(), "under which mandate: {event}");

    let sheet = stage.text_as_role(end, "auditor", &format!("/audit/samples/{first}/lines.csv")).await;
    let rows: usize =
        one["lines"].as_array().unwrap().iter().map(|line| line["evidence"].as_array().unwrap().len()).sum();
    assert_eq!(sheet.lines().count(), rows + 1);
    let year = json!({ "seed": "jaar", "method": "random", "size": 5, "year": 2026 });
    let drawn = stage.post_as_role(end, "controller", "/audit/samples", &year).await;
    let drawn = sample(stage, end, &drawn).await;
    assert_eq!(drawn["lines"].as_array().unwrap().len(), 5);
    first
}

/// What happened to a thing, as the auditor is told it.
pub async fn a_thing_has_its_timeline(stage: &Stage, end: &Value) {
    let claim = claim(stage, end).await;
    let told = stage.as_role(end, "auditor", &format!("/audit/timeline?thing={}", claim["id"].as_str().unwrap())).await;
    let kinds: Vec<&str> = told["items"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert!(kinds[0].ends_with("claim-drafted.v1") && kinds[2].ends_with("claim-fixed.v1"), "{kinds:?}");
    let fixed = &told["items"][2];
    assert_eq!((&fixed["role"], fixed["changes"].is_array()), (&json!("controller"), true));
    let changes = fixed["changes"].as_array().unwrap();
    let total = changes.iter().find(|change| change["field"] == "total").unwrap();
    assert_eq!((&total["is"], &total["was"]), (&claim["total"], &Value::Null));
    assert_eq!(told["proofs"].as_array().unwrap().len(), kinds.len());
    let page = stage
        .as_role(end, "auditor", &format!("/audit/timeline?thing={}&limit=2", claim["id"].as_str().unwrap()))
        .await;
    let next = page["next"].as_str().unwrap();
    let rest = stage
        .as_role(end, "auditor", &format!("/audit/timeline?thing={}&after={next}", claim["id"].as_str().unwrap()))
        .await;
    assert_eq!(rest["items"].as_array().unwrap().len(), kinds.len() - 2);
    let (code, said) = stage.audit(&["timeline", claim["id"].as_str().unwrap()]).await;
    assert!(code == Some(0) && said.contains("claim-fixed"), "{code:?}: {said}");
}

/// The program tells the same from the databases: 0 when all holds, 3 when something was found.
pub async fn the_program_explains_it_too(stage: &Stage, end: &Value, code: i32) {
    let claim = claim(stage, end).await;
    let (ended, said) = stage.audit(&["explain", claim["id"].as_str().unwrap(), "--language", "nl"]).await;
    assert_eq!(ended, Some(code), "{said}");
    assert!(said.contains("geverifieerd door de regio") && said.contains("contract ondertekend"), "{said}");
    assert_eq!(said.contains("de invoer geeft"), code == 3);
}

/// The lines that the seed draws from the log are no longer the ones that were recorded.
pub async fn an_altered_log_draws_another_sample(stage: &Stage, end: &Value, drawn: &str) {
    let shown = sample(stage, end, drawn).await;
    assert_ne!(shown["findings"], json!([]));
}

async fn sample(stage: &Stage, end: &Value, id: &str) -> Value {
    stage.as_role(end, "auditor", &format!("/audit/samples/{id}")).await
}

async fn claim(stage: &Stage, end: &Value) -> Value {
    let claims = stage.as_role(end, "auditor", "/claims").await;
    let id = claims["items"][0]["id"].as_str().unwrap().to_owned();
    stage.as_role(end, "auditor", &format!("/claims/{id}")).await
}

fn address(figure: &str, query: &str) -> String {
    format!("/audit/figures/{}{query}", figure.replace('/', "%2F").replace('#', "%23"))
}

/// What is told of a figure, and all its lines page by page, none of them with a finding.
async fn traced(stage: &Stage, end: &Value, figure: &str) -> (Value, Vec<Value>) {
    let (mut lines, mut query) = (Vec::new(), "?limit=40".to_owned());
    loop {
        let page = stage.as_role(end, "auditor", &address(figure, &query)).await;
        assert!(!page.to_string().contains(r#""findings":[{"#), "{figure}: {page}");
        lines.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => query = format!("?limit=40&after={}", next.replace('#', "%23")),
            None => return (page, lines),
        }
    }
}

fn sum(lines: &[Value], what: &str) -> i64 {
    lines.iter().map(|line| line[what].as_i64().unwrap()).sum()
}

/// RFC 9162, section 2.1.3.2, as it stands there.
fn root(proof: &Value) -> Vec<u8> {
    let number = |name: &str| proof[name].as_u64().unwrap();
    let (mut node, mut last) = (number("position") - 1, number("size") - 1);
    let mut hash = BASE64.decode(proof["leaf"].as_str().unwrap()).unwrap();
    for sibling in proof["path"].as_array().unwrap() {
        let sibling = BASE64.decode(sibling.as_str().unwrap()).unwrap();
        assert_ne!(last, 0, "the path is too long");
        let (left, right) = if node % 2 == 1 || node == last { (sibling, hash) } else { (hash, sibling) };
        if node % 2 == 0 && node == last {
            while node % 2 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        }
        hash = Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().to_vec();
        (node, last) = (node >> 1, last >> 1);
    }
    assert_eq!(last, 0, "the path is too short");
    hash
}
