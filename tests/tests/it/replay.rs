//! `regiohub audit replay`: the read models are what the logs make, now and as of any moment; what is not is found.

mod interrupted;

use crate::bad_days::hub::program;
use crate::whole::{Whole, on_the_hub};
use crate::world::{PUPIL, World};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};
use tokio::process::Command;

const FORGOTTEN: &str = "nl.sterktechniekonderwijs.consortium.person-forgotten.v1";

/// The read models of the API: the lookups of the other services take as long again each.
const API: [&str; 2] = ["--service", "gateway"];

/// Runs the program on the databases of the hub: how it ended, and each line it printed.
async fn replay(hub: &Whole, arguments: &[&str]) -> (i32, Vec<Value>) {
    let url = std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap();
    let mut command = Command::new(program());
    command.args(["audit", "replay", "--format", "json"]).args(arguments);
    command.env("REGIOHUB_POSTGRES_URL", url);
    command.env("REGIOHUB_DATABASE_PREFIX", format!("{}_", hub.databases.prefix()));
    let ended = command.output().await.unwrap();
    let lines = String::from_utf8(ended.stdout).unwrap();
    let code = ended.status.code().unwrap();
    assert!(code == 0 || code == 3, "{}", String::from_utf8_lossy(&ended.stderr));
    (code, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn findings(lines: &[Value]) -> Vec<&Value> {
    lines.iter().filter_map(|line| line.get("finding")).collect()
}

/// Digests by service, read model and table.
fn digests(lines: &[Value]) -> Vec<(String, String)> {
    let models = lines.iter().filter_map(|line| line.get("replayed"));
    let of = |model: &Value| {
        let name = format!("{}/{}", model["service"].as_str().unwrap(), model["name"].as_str().unwrap());
        let tables = model["tables"].as_array().unwrap().clone();
        tables.into_iter().map(move |table| (format!("{name}/{}", table["table"]), table["digest"].to_string()))
    };
    models.flat_map(of).collect()
}

async fn by_hand(hub: &Whole, service: &str, statements: &str) {
    let url = std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap();
    let options: PgConnectOptions = url.parse().unwrap();
    let database = format!("{}_{service}", hub.databases.prefix());
    let mut owner = options.database(&database).connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut owner).await.unwrap();
}

async fn scratch_schemas(hub: &Whole) -> i64 {
    let select = "select count(*) from pg_namespace where nspname like 'replay%'";
    sqlx::query_scalar(select).fetch_one(&hub.hub("gateway").db).await.unwrap()
}

#[test]
fn live_read_models_equal_a_replay_of_the_logs() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "naspelen").await;
        hub.settle().await;
        let (code, lines) = replay(hub, &[world.region.as_str()]).await;
        assert_eq!((code, findings(&lines)), (0, vec![]));
        let digests = digests(&lines);
        for table in ["gateway/people/\"person\"", "consortium/known-grants/\"grant\"", "gateway/regions/\"region\""] {
            assert!(digests.iter().any(|(name, _)| name == table), "{table} is not among {digests:?}");
        }
        assert_eq!(scratch_schemas(hub).await, 0);
    });
}

#[test]
fn a_row_changed_by_hand_is_found_and_named() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "handwerk").await;
        hub.settle().await;
        let region = world.region.as_str();
        let set = format!("begin; set local regiohub.region = '{region}';");
        let changed = format!("update people.person set year = 9 where region = '{region}' and id = '{PUPIL}';");
        let gone = format!("delete from companies.company where region = '{region}';");
        by_hand(hub, "gateway", &format!("{set} {changed} {gone} commit")).await;
        let (code, lines) = replay(hub, &[region, API[0], API[1]]).await;
        assert_eq!(code, 3);
        let found = findings(&lines);
        let of = |name: &str| found.iter().find(|it| it["readModel"] == name).unwrap_or_else(|| panic!("{found:?}"));
        let row = &of("people")["difference"];
        assert_eq!(row["key"], json!({ "region": region, "id": PUPIL }));
        assert_eq!((&row["what"], &row["columns"][0]["name"]), (&json!("changed"), &json!("year")));
        assert_eq!(of("companies")["difference"]["what"], "missing");
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(scratch_schemas(hub).await, 0);
    });
}

#[test]
fn a_digest_of_an_earlier_moment_holds_after_a_forgetting() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "terugkijken").await;
        hub.settle().await;
        let (region, folder) = (world.region.as_str(), tempfile::tempdir().unwrap());
        let file = folder.path().join("digests.json");
        let file = file.to_str().unwrap();
        let (code, then) = replay(hub, &[region, API[0], API[1], "--write", file]).await;
        assert_eq!(code, 0);

        let person = PUPIL.parse().unwrap();
        hub.vault.forget(&world.region, person).await.unwrap();
        let reason = json!({ "reason": "Bewaartermijn verstreken", "occurredOn": "2026-10-06" });
        hub.happened("consortium", &world.region, &format!("person/{PUPIL}"), FORGOTTEN, &reason).await;
        hub.settle().await;

        let (code, again) = replay(hub, &[region, API[0], API[1], "--compare", file]).await;
        assert_eq!((code, findings(&again)), (0, vec![]));
        assert_eq!(digests(&again), digests(&then));
        let (code, now) = replay(hub, &[region, API[0], API[1]]).await;
        assert_eq!((code, findings(&now)), (0, vec![]));
        assert_ne!(digests(&now), digests(&then));
    });
}

#[test]
fn a_moment_is_where_each_log_was_and_another_history_is_found() {
    on_the_hub(async |hub| {
        let world = World::played(hub, "momenten").await;
        hub.settle().await;
        let (region, folder) = (world.region.as_str(), tempfile::tempdir().unwrap());
        let file = folder.path().join("digests.json");
        let file = file.to_str().unwrap();
        // Everything was recorded at one moment of the clock of the test: by then all, before it nothing.
        let (_, all) = replay(hub, &[region, API[0], API[1], "--as-of", crate::whole::NOW, "--write", file]).await;
        let (_, live) = replay(hub, &[region, API[0], API[1]]).await;
        assert_eq!(digests(&all), digests(&live));
        let (_, nothing) = replay(hub, &[region, API[0], API[1], "--as-of", "2026-10-06T12:59:59Z"]).await;
        let rows = |line: &Value| line["replayed"]["tables"].as_array().unwrap().iter().all(|table| table["rows"] == 0);
        assert!(nothing.iter().all(rows), "{nothing:?}");

        let text = std::fs::read_to_string(file).unwrap();
        let mut forged: Value = serde_json::from_str(&text).unwrap();
        let models = forged["readModels"].as_array_mut().unwrap();
        let people = models.iter_mut().find(|model| model["name"] == "people").unwrap();
        people["tables"][0]["digest"] = json!("0".repeat(64));
        std::fs::write(file, forged.to_string()).unwrap();
        let (code, lines) = replay(hub, &[region, API[0], API[1], "--compare", file]).await;
        assert_eq!((code, findings(&lines).len()), (3, 1));
        assert_eq!(findings(&lines)[0]["table"], "person");
    });
}
