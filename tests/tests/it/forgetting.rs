//! Forgetting, proven on the program itself, a whole school year, and the files that its servers leave.
//!
//! The canaries are one family: the pupils of that name, their birth dates, and their parents' addresses.

mod accountant;
mod bound;
mod proven;
mod scan;

use crate::bad_days::hub::{directory, eventually, free_port, program, ready, up_logging};
use access::DevIssuer;
use chrono::TimeDelta;
use event_log::{Database, EventLog, TABLES};
use futures_util::TryStreamExt;
use scan::{Canaries, found_in_files, found_in_tables};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use vault::{MasterKey, Vault};
use vocabulary::{Sealed, Service};

const REGION: &str = "gorinchem-altena";
const FAMILY: &str = "Voorbeeldsma";
const PUPILS: &str = include_str!("../../../services/regiohub-demo/src/data/pupils.csv");

/// The program at work on its data.
struct Hub {
    child: Child,
    port: u16,
    data: tempfile::TempDir,
    http: reqwest::Client,
    leader: String,
}

impl Hub {
    async fn up() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (data, port) = (directory(), free_port());
        let child = ready(up_logging(data.path(), port, "trace")).await.unwrap();
        let issuer = DevIssuer::open_or_create(data.path()).unwrap();
        let leader = issuer.mint("demo-programme-leader", TimeDelta::hours(2));
        Self { child, port, data, http: reqwest::Client::new(), leader }
    }

    async fn down(&mut self) {
        let id = rustix::process::Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        assert!(self.child.wait().await.unwrap().success());
    }

    async fn up_again(&mut self) {
        self.child = ready(up_logging(self.data.path(), self.port, "trace")).await.unwrap();
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1/regions/{REGION}", self.port)
    }

    /// Runs the program beside it: what it printed, line by line.
    async fn run(&self, arguments: &[&str]) -> Vec<Value> {
        self.said(arguments).await.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The same, as it stands there.
    async fn said(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(program());
        command.args(arguments).arg("--data-dir").arg(self.data.path()).stdin(Stdio::null()).kill_on_drop(true);
        for given in ["REGIOHUB_POSTGRES_URL", "REGIOHUB_VAULT_URL", "REGIOHUB_NATS_URL", "REGIOHUB_DATA"] {
            command.env_remove(given);
        }
        let ended = command.output().await.unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success(), "{arguments:?}: {said}");
        String::from_utf8(ended.stdout).unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let asked = self.http.get(format!("{}{path}", self.url())).bearer_auth(&self.leader);
        asked.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    /// Every pupil, page by page. Nobody is asked for by name: what is asked for stands in an address.
    async fn pupils(&self) -> Vec<Value> {
        let (mut pupils, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/pupils?limit=200{after}")).await;
            pupils.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return pupils,
            }
        }
    }

    async fn forget(&self, person: &str) {
        let asked = self.http.post(format!("{}/persons/{person}/forgetting", self.url())).bearer_auth(&self.leader);
        let asked = asked.header("idempotency-key", person).json(&json!({ "reason": "Bewaartermijn verstreken" }));
        let answer = asked.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    fn postgres(&self, database: &str) -> PgConnectOptions {
        let url = embedded::running(self.data.path()).unwrap().expect("its PostgreSQL runs");
        let options: PgConnectOptions = url.parse().unwrap();
        options.database(&if database == "postgres" { database.to_owned() } else { format!("regiohub_{database}") })
    }

    async fn sql(&self, database: &str, statements: &str) {
        let mut owner = self.postgres(database).connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut owner).await.unwrap();
        owner.close().await.unwrap();
    }
}

/// The sealed names of all pupils, as the backup of the consortium's log has them, with what they were sealed as.
async fn backed_up_names(hub: &Hub) -> Vec<(String, Sealed)> {
    let database = Database::open(hub.postgres("backup_consortium"), 2).await.unwrap();
    let log = EventLog::new("consortium", "", &database, decider::Clock::system());
    let events = log.page(&REGION.parse().unwrap(), 0, 1_000_000).await.unwrap();
    let registered = events.iter().filter(|event| event.event_type.ends_with("pupil-registered.v1"));
    let name = |event: &event_log::Recorded| {
        let json: Value = serde_json::from_str(&event.text).unwrap();
        (format!("{}#name", event.event_type), serde_json::from_value(json["data"]["name"].clone()).unwrap())
    };
    registered.map(name).collect()
}

/// Copies the logs into databases of their own, as a backup that is restored has them.
async fn backed_up(hub: &Hub, service: &str) {
    let name = format!("backup_{}", service.replace('-', "_"));
    hub.sql("postgres", &format!("create database regiohub_{name}")).await;
    let database = Database::open(hub.postgres(&name), 2).await.unwrap();
    EventLog::migrate(&database).await.unwrap();
    let mut from = hub.postgres(&service.replace('-', "_")).connect().await.unwrap();
    let mut into = hub.postgres(&name).connect().await.unwrap();
    for table in TABLES {
        let rows = from.copy_out_raw(&format!("copy {table} to stdout")).await.unwrap();
        let rows: Vec<_> = rows.try_collect().await.unwrap();
        let mut copy = into.copy_in_raw(&format!("copy {table} from stdin")).await.unwrap();
        for row in rows {
            copy.send(row).await.unwrap();
        }
        copy.finish().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_person_is_found_nowhere_and_every_figure_stays() {
    let mut hub = Hub::up().await;
    let url = format!("http://127.0.0.1:{}", hub.port);
    hub.run(&["demo", "--format", "json", "--region", REGION, "--url", &url]).await;
    let canaries = Canaries::of(PUPILS.lines().filter(|line| line.split(';').nth(2) == Some(FAMILY)));
    let family: Vec<String> = hub
        .pupils()
        .await
        .iter()
        .filter(|pupil| pupil["familyName"] == FAMILY)
        .map(|pupil| pupil["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(family.len(), 6);

    // What there is before.
    let statement = hub.get("/co-financing/statement").await;
    let digests = hub.data.path().join("digests.json");
    let digests = digests.to_str().unwrap();
    let before =
        hub.run(&["audit", "replay", REGION, "--service", "gateway", "--format", "json", "--write", digests]).await;
    let figures = proven::figures(&hub).await;
    hub.said(&["audit", "checkpoint", REGION]).await;
    let heads = hub.run(&["audit", "logs", REGION, "--format", "json"]).await;
    for service in Service::names() {
        backed_up(&hub, service).await;
    }
    let keys = vault_rows(&hub, &family).await;
    hub.sql("postgres", "checkpoint").await;
    assert!(!found_in_tables(&hub.postgres("postgres"), &canaries).await.is_empty(), "a scan finds what is there");
    let everywhere = found_in_files(hub.data.path(), &canaries).await;
    assert!(everywhere.iter().any(|file| file.contains("/base/")), "a scan of files finds what is there");

    for person in &family {
        hub.forget(person).await;
    }
    eventually("the names are gone from the lists", Duration::from_secs(60), async || {
        hub.pupils().await.iter().all(|pupil| pupil["familyName"] != FAMILY)
    })
    .await;
    eventually("the table of names is written anew", Duration::from_secs(120), async || {
        let mut owner = hub.postgres("gateway").connect().await.unwrap();
        let comment: Option<String> =
            sqlx::query_scalar("select obj_description('people.person'::regclass, 'pg_class')")
                .fetch_one(&mut owner)
                .await
                .unwrap();
        comment.as_deref() == Some("erased: 6")
    })
    .await;

    // Every figure stays, and so does every proof.
    assert_eq!(hub.get("/co-financing/statement").await, statement);
    let after =
        hub.run(&["audit", "replay", REGION, "--service", "gateway", "--format", "json", "--compare", digests]).await;
    assert_eq!(after, before);
    hub.run(&["audit", "replay", REGION, "--format", "json"]).await;
    assert_eq!(proven::figures(&hub).await, figures);
    proven::logs_and_an_export_of_them(&hub).await;
    only_forgettings_were_added(&heads, &hub.run(&["audit", "logs", REGION, "--format", "json"]).await);

    // Nowhere: tables, heap and log of PostgreSQL, streams of NATS, whatever any of the three said, nor the export.
    assert_eq!(found_in_tables(&hub.postgres("postgres"), &canaries).await, [""; 0]);
    // What was written ahead is recycled once it is behind two checkpoints.
    for _ in 0..2 {
        hub.sql("postgres", "select pg_switch_wal()").await;
        hub.sql("postgres", "checkpoint").await;
    }
    assert_eq!(found_in_files(hub.data.path(), &canaries).await, [""; 0]);
    assert!(hub.data.path().join("hub.log").metadata().unwrap().len() > 100_000, "it logs all it can");

    // The backup of the logs from before: the vault forgets again, also when it was restored itself.
    let names = backed_up_names(&hub).await;
    the_vault_opens_none_of(&hub, &names, &family).await;
    for statement in keys {
        hub.sql("vault", &statement).await;
    }
    hub.down().await;
    hub.up_again().await;
    eventually("the restored vault forgot again", Duration::from_secs(30), async || {
        vault_rows(&hub, &family).await.is_empty()
    })
    .await;
    the_vault_opens_none_of(&hub, &names, &family).await;
    hub.down().await;
}

/// Statements that bring the keys of people back, and take their tombstones away; none when there are no keys.
async fn vault_rows(hub: &Hub, family: &[String]) -> Vec<String> {
    let mut owner = hub.postgres("vault").connect().await.unwrap();
    let people = format!("'{}'", family.join("','"));
    let select = format!(
        "select format('insert into vault.key values (%L, %L, %L, %L)', region, person, purpose, wrapped)
         from vault.key where person in ({people})
         union all select format('update vault.person set forgotten_at = null where person = %L', person)
         from vault.key where person in ({people})"
    );
    let rows = sqlx::query_scalar(AssertSqlSafe(select)).fetch_all(&mut owner).await.unwrap();
    owner.close().await.unwrap();
    rows
}

async fn the_vault_opens_none_of(hub: &Hub, names: &[(String, Sealed)], family: &[String]) {
    let key = MasterKey::open_or_create(&hub.data.path().join("vault.key")).unwrap();
    let vault = Vault::connect(hub.postgres("vault"), 1, key);
    let (mut shut, mut open) = (0, 0);
    for (field, sealed) in names {
        match vault.open(&REGION.parse().unwrap(), field, sealed).await.unwrap() {
            None => {
                assert!(family.contains(&sealed.person.to_string()));
                shut += 1;
            }
            Some(name) => {
                assert!(!name.contains(FAMILY));
                open += 1;
            }
        }
    }
    assert_eq!((shut, open), (6, 66));
}

fn only_forgettings_were_added(before: &[Value], after: &[Value]) {
    for (before, after) in before.iter().zip(after) {
        // Of the audit an export leaves two: that it was asked for, and what it came to.
        let added = match before["service"].as_str() {
            Some("consortium") => 6,
            Some("audit") => 2,
            _ => 0,
        };
        assert_eq!(after["service"], before["service"]);
        assert_eq!(after["position"].as_i64(), before["position"].as_i64().map(|position| position + added));
        assert_eq!(after["root"] == before["root"], added == 0, "{after}");
    }
}
