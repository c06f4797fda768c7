//! Logs of before amounts, minutes and texts had ranges: every reader of today reads them, and nobody calls them altered.

use crate::bad_days::hub::program;
use crate::files::root;
use crate::golden::logs;
use crate::whole::{Bound, Whole, on_the_hub};
use event_log::Recorded;
use proofs::{Frontier, leaf_hash};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::process::Command;
use tokio::sync::OnceCell;
use vocabulary::{RegionId, Role};

const REGION: &str = "ruime-cijfers";
/// After the last of their events.
const KEPT_AT: &str = "2026-11-29T10:00:00Z";
/// So many read models and lookups at least are compared with the digest that is kept.
const COMPARED: usize = 15;

static PLANTED: OnceCell<()> = OnceCell::const_new();

/// Puts the golden logs of before there were ranges into the databases as they stand.
async fn planted(hub: &Whole) -> RegionId {
    let region: RegionId = REGION.parse().unwrap();
    PLANTED
        .get_or_init(async || {
            for (name, lines) in logs() {
                if let Some(service) = name.strip_prefix("wide-") {
                    plant(hub, service, lines).await;
                }
            }
            // Before anything comes behind them: what the read models make of the logs as they are kept.
            if std::env::var_os("UPDATE").is_some() {
                let (code, told) = audit(hub, &["replay", REGION, "--as-of", KEPT_AT, "--write", &kept()]).await;
                assert_eq!(code, 0, "{told}");
            }
            hub.grant(&region, "wide-leader", Role::ProgrammeLeader, Bound::default()).await;
        })
        .await;
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

/// Runs the program on the databases of the hub: how it ended, and what it said.
async fn audit(hub: &Whole, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(program());
    command.arg("audit").args(arguments);
    command.env("REGIOHUB_POSTGRES_URL", std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap());
    command.env("REGIOHUB_DATABASE_PREFIX", format!("{}_", hub.databases.prefix()));
    let ended = command.output().await.unwrap();
    let told = [ended.stdout, ended.stderr].concat();
    (ended.status.code().unwrap(), String::from_utf8_lossy(&told).into_owned())
}

#[test]
fn no_read_model_parks_an_event_that_is_out_of_range() {
    on_the_hub(async |hub| {
        let region = planted(hub).await;
        let parked = hub.parked(&region).await;
        let parked: Vec<_> = parked.iter().filter(|it| !it.contains("\"reader\":\"reaction/")).collect();
        assert!(parked.is_empty(), "{parked:#?}");
    });
}

/// The file of the digests.
fn kept() -> String {
    root().join("tests/tests/data/wide.digests.json").to_str().unwrap().to_owned()
}

/// With `UPDATE=1` they are written anew. One of another version is passed over: its tables are others.
#[test]
fn every_read_model_of_the_wide_logs_has_the_digest_that_is_kept() {
    on_the_hub(async |hub| {
        planted(hub).await;
        let (code, told) = audit(hub, &["replay", REGION, "--compare", &kept(), "--format", "json"]).await;
        assert!(code == 0 || code == 3, "{told}");
        let lines: Vec<Value> = told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let found: Vec<&Value> = lines.iter().filter_map(|line| line.get("finding")).collect();
        let (others, wrong): (Vec<_>, Vec<_>) = found.into_iter().partition(|it| it["found"] == "other-version");
        assert!(wrong.is_empty(), "{wrong:#?}");
        let replayed = lines.iter().filter(|line| line.get("replayed").is_some()).count();
        assert!(replayed >= COMPARED + others.len(), "{replayed} replayed, {others:?}");
    });
}

#[test]
fn a_statement_with_amounts_at_the_end_of_the_range_answers_with_a_total_that_stays_exact() {
    on_the_hub(async |hub| {
        let region = planted(hub).await;
        let leader = hub.client("wide-leader");
        let statement = leader.get(&format!("/v1/regions/{region}/co-financing/statement")).await.expect(200).json();
        for figure in statement["figures"].as_array().unwrap() {
            assert_eq!((&figure["amount"], &figure["saturated"]), (&json!(9_007_199_254_740_991_i64), &json!(true)));
        }
        for path in ["", "/co-financing/figures/committed", "/attendance", "/companies"] {
            leader.get(&format!("/v1/regions/{region}{path}")).await.expect(200);
        }
    });
}

#[test]
fn an_event_that_its_schema_refuses_is_nonconforming_at_its_position_and_not_altered() {
    on_the_hub(async |hub| {
        planted(hub).await;
        let (code, told) = audit(hub, &["verify", REGION]).await;
        assert_eq!(code, 5, "{told}");
        for position in [2, 3, 4] {
            let says =
                format!("nonconforming at position {position}: the schema of nl.sterktechniekonderwijs.consortium.");
            assert!(told.contains(&says), "{told}");
        }
        assert!(!told.contains("ALTERED") && !told.contains("bad position"), "{told}");
        let (code, told) = audit(hub, &["verify", REGION, "--service", "hotspots"]).await;
        assert_eq!(code, 4, "numbers that are out of range conform: {told}");
        let (code, told) = audit(hub, &["verify", REGION, "--format", "json"]).await;
        assert_eq!(code, 5, "{told}");
        let consortium: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&consortium["verdict"]["kind"], &consortium["nonconformingFound"]),
            (&json!("nonconforming"), &json!(3))
        );
        assert_eq!(consortium["nonconforming"][0]["what"], "nonconforming");
    });
}

#[test]
fn an_explanation_of_figures_out_of_range_has_findings_and_is_no_error() {
    on_the_hub(async |hub| {
        planted(hub).await;
        for figure in ["committed", "realised", "verified"] {
            let (code, told) = audit(hub, &["explain", figure, "--region", REGION]).await;
            assert_eq!(code, 3, "{figure}: {told}");
        }
    });
}
