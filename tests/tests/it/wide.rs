//! Logs of before amounts, minutes and texts had ranges: every reader of today reads them, and nobody calls them altered.

use crate::files::root;
use crate::golden::logs;
use crate::openapi::operations;
use crate::request::filled;
use crate::whole::{Bound, Whole, on_a_hub_of_its_own};
use crate::world::World;
use event_log::Recorded;
use http::StatusCode;
use proofs::{Frontier, leaf_hash};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use vocabulary::{RegionId, Role};

const REGION: &str = "ruime-cijfers";
/// After the last of their events.
const KEPT_AT: &str = "2026-11-29T10:00:00Z";
/// So many read models and lookups at least are compared with the digest that is kept.
const COMPARED: usize = 40;
/// So many questions about a region at least have an answer that is no refusal.
const ANSWERED: usize = 15;

/// Puts the golden logs of before there were ranges into the databases as they stand, and has everyone read them.
async fn planted(hub: &Whole) -> RegionId {
    let region: RegionId = REGION.parse().unwrap();
    for (name, lines) in logs() {
        if let Some(service) = name.strip_prefix("wide-") {
            plant(hub, service, lines).await;
        }
    }
    // Before anything comes behind them: what the read models make of the logs as they are kept.
    if std::env::var_os("UPDATE").is_some() {
        let (code, told) = hub.audit(&["replay", REGION, "--as-of", KEPT_AT, "--write", &kept()]).await;
        assert_eq!(code, 0, "{told}");
    }
    hub.grant(&region, "wide-leader", Role::ProgrammeLeader, Bound::default()).await;
    hub.settle().await;
    region
}

async fn plant(hub: &Whole, service: &str, lines: Vec<String>) {
    let url = std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap();
    let options: PgConnectOptions = url.parse().unwrap();
    let database = format!("{}_{}", hub.databases.prefix(), service.replace('-', "_"));
    let mut owner = options.database(&database).connect().await.unwrap();
    let (mut tree, mut last) = (Frontier::default(), None);
    for line in lines {
        let event = Recorded::parse(line).unwrap();
        let leaf = leaf_hash(&event.text);
        tree.push(leaf);
        sqlx::query(
            "insert into event_log.event (region, position, stream, version, type, actor, recorded_at, leaf, body)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(REGION)
        .bind(event.position)
        .bind(&event.stream)
        .bind(event.version)
        .bind(&event.event_type)
        .bind(event.actor.0)
        .bind(event.recorded_at)
        .bind(leaf.to_vec())
        .bind(&event.text)
        .execute(&mut owner)
        .await
        .unwrap();
        last = Some(event);
    }
    let last = last.unwrap();
    sqlx::query("insert into event_log.head (region, position, recorded_at, frontier) values ($1, $2, $3, $4)")
        .bind(REGION)
        .bind(last.position)
        .bind(last.recorded_at)
        .bind(tree.to_bytes())
        .execute(&mut owner)
        .await
        .unwrap();
}

/// The file of the digests.
fn kept() -> String {
    root().join("tests/tests/data/wide.digests.json").to_str().unwrap().to_owned()
}

#[test]
fn every_reader_folds_events_that_are_out_of_range() {
    on_a_hub_of_its_own(async |hub| {
        let region = planted(hub).await;
        nothing_is_parked_and_no_reader_stops(hub, &region).await;
        every_digest_is_the_one_that_is_kept(hub).await;
        the_statement_stays_exact(hub, &region).await;
        every_question_is_answered(hub, &region).await;
        what_its_schema_refuses_is_nonconforming_and_not_altered(hub).await;
        explanations_have_findings(hub).await;
    });
}

async fn nothing_is_parked_and_no_reader_stops(hub: &Whole, region: &RegionId) {
    assert_eq!((hub.parked(region).await, hub.behind(region).await), (vec![], vec![]));
}

/// With `UPDATE=1` they are written anew. One of another version is passed over: its tables are others.
async fn every_digest_is_the_one_that_is_kept(hub: &Whole) {
    let (code, told) = hub.audit(&["replay", REGION, "--compare", &kept(), "--format", "json"]).await;
    assert!(code == 0 || code == 3, "{told}");
    let lines: Vec<Value> = told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let found: Vec<&Value> = lines.iter().filter_map(|line| line.get("finding")).collect();
    let (others, wrong): (Vec<_>, Vec<_>) = found.into_iter().partition(|it| it["found"] == "other-version");
    assert!(wrong.is_empty(), "{wrong:#?}");
    let replayed = lines.iter().filter(|line| line.get("replayed").is_some()).count();
    assert!(replayed >= COMPARED + others.len(), "{replayed} replayed, {others:?}");
    let (code, told) = hub.audit(&["replay", REGION]).await;
    assert_eq!(code, 0, "what is live is what the logs make: {told}");
}

async fn the_statement_stays_exact(hub: &Whole, region: &RegionId) {
    let leader = hub.client("wide-leader");
    let statement = leader.get(&format!("/v1/regions/{region}/co-financing/statement")).await.expect(200).json();
    for figure in statement["figures"].as_array().unwrap() {
        assert_eq!((&figure["amount"], &figure["saturated"]), (&json!(9_007_199_254_740_991_i64), &json!(true)));
    }
}

/// Every question of the API about a region is answered, whatever is in its logs; the programme leader asks.
pub async fn every_question_is_answered(hub: &Whole, region: &RegionId) {
    let (leader, world) = (hub.client("wide-leader"), World::empty(region.clone()));
    let mut answered = 0;
    for operation in operations() {
        if operation.method == "GET" && operation.path.starts_with("/v1/regions/{region}") {
            let path = filled(&operation, &world);
            let answer = leader.get(&path).await;
            assert!(answer.status.as_u16() < 500, "{path}: {} {}", answer.status, answer.text());
            answered += usize::from(answer.status == StatusCode::OK);
        }
    }
    assert!(answered >= ANSWERED, "{answered} were answered with 200");
}

async fn what_its_schema_refuses_is_nonconforming_and_not_altered(hub: &Whole) {
    let (code, told) = hub.audit(&["verify", REGION]).await;
    assert_eq!(code, 5, "{told}");
    for position in [2, 3, 4] {
        let says = format!("nonconforming at position {position}: the schema of nl.sterktechniekonderwijs.consortium.");
        assert!(told.contains(&says), "{told}");
    }
    assert!(!told.contains("ALTERED") && !told.contains("bad position"), "{told}");
    let (code, told) = hub.audit(&["verify", REGION, "--service", "hotspots"]).await;
    assert_eq!(code, 4, "numbers that are out of range conform: {told}");
    let (code, told) = hub.audit(&["verify", REGION, "--format", "json"]).await;
    assert_eq!(code, 5, "{told}");
    let consortium: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    let verdict = (&consortium["verdict"]["kind"], &consortium["nonconformingFound"]);
    assert_eq!(verdict, (&json!("nonconforming"), &json!(3)));
    assert_eq!(consortium["nonconforming"][0]["what"], "nonconforming");
}

async fn explanations_have_findings(hub: &Whole) {
    for figure in ["committed", "realised", "verified"] {
        let (code, told) = hub.audit(&["explain", figure, "--region", REGION]).await;
        assert_eq!(code, 3, "{figure}: {told}");
    }
}
