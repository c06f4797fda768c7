//! A backup of a log is put back while its stream and whoever read it are further; `regiohub restored` says so.

use super::{
    compare::{heads, listed, log, parked},
    hub::{Hub, REGION, eventually, program},
    ledger::{Act, Asker, Ledger, Told},
};
use embedded::{Config, Servers};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use std::time::Duration;
use tokio::process::Command;
use tokio::task::spawn_blocking;

const KEEP: &str = "create schema kept; create table kept.event as table event_log.event;
                    create table kept.head as table event_log.head;
                    create table kept.kept as table event_log.kept";
const PUT_BACK: &str =
    "truncate event_log.event, event_log.head, event_log.kept; insert into event_log.event table kept.event;
                        insert into event_log.head table kept.head;
                        insert into event_log.kept table kept.kept";

/// Runs the program beside the hub: how it ended, and what it printed.
async fn run(hub: &Hub, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(program()).args(arguments).arg("--data-dir").arg(hub.data()).output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), format!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// What `audit verify` says of the consortium's log, and how it ended.
async fn verified(hub: &Hub) -> (i32, Value) {
    verified_with(hub, &[]).await
}

/// The same, by an auditor who accepts something.
async fn verified_with(hub: &Hub, accepting: &[&str]) -> (i32, Value) {
    let keys = run(hub, &["audit", "keys", REGION]).await.1;
    let key = keys.lines().find(|line| line.contains(&format!("/{REGION}+"))).unwrap_or_else(|| panic!("{keys}"));
    let arguments = ["audit", "verify", REGION, "--service", "consortium", "--key", key, "--format", "json"];
    let (code, said) = run(hub, &[&arguments, accepting].concat()).await;
    let verdicts = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    (code, verdicts.into_iter().find(|verdict| verdict["service"] == "consortium").unwrap_or_else(|| panic!("{said}")))
}

async fn nominate(hub: &Hub, number: u32) {
    let (told, _) = Act::Nominate { number }.ask(&Asker::of(hub), &number.to_string(), &Ledger::default()).await;
    assert!(matches!(told, Told::Receipt(_)), "{told:?}");
}

async fn head(hub: &Hub) -> u64 {
    heads(hub, "consortium").await[0].1
}

/// The hub is down; of PostgreSQL only what was kept comes back.
async fn put_back(hub: &Hub) {
    let mut config = Config::new(hub.data(), std::env::var("REGIOHUB_SERVERS").unwrap());
    config.without_nats = true;
    let servers = spawn_blocking(move || Servers::start(&config)).await.unwrap().unwrap();
    let options: PgConnectOptions = servers.postgres_url.parse().unwrap();
    let mut owner = options.database("regiohub_consortium").connect().await.unwrap();
    owner.execute(PUT_BACK).await.unwrap();
    owner.close().await.unwrap();
    spawn_blocking(move || drop(servers)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declared_restore_is_a_fork_from_which_everything_is_rebuilt() {
    let mut hub = Hub::start().await;
    nominate(&hub, 1).await;
    let mut owner = PgConnection::connect(&hub.postgres("consortium")).await.unwrap();
    owner.execute(KEEP).await.unwrap();
    owner.close().await.unwrap();
    let kept = head(&hub).await;
    nominate(&hub, 2).await;
    nominate(&hub, 3).await;
    assert_eq!(listed(&hub, kept + 2).await, ["00000001", "00000002", "00000003"]);
    let (code, note) = run(&hub, &["audit", "checkpoint", REGION]).await;
    assert!(code == 0 && !note.contains("epoch"), "{note}");
    assert_eq!(verified(&hub).await.0, 0);

    assert!(hub.terminate().await.success());
    put_back(&hub).await;
    hub.start_again().await;
    // Nobody said so yet: a log that lost what was signed was tampered with, and gets no signature.
    let (code, verdict) = verified(&hub).await;
    assert_eq!((code, &verdict["forks"]), (3, &json!([])), "{verdict}");
    assert_eq!(verdict["findings"][0]["position"], kept + 1, "{verdict}");
    let (code, said) = run(&hub, &["audit", "checkpoint", REGION]).await;
    assert!(code == 1 && said.contains("is not signed"), "{said}");

    let (code, said) = run(&hub, &["restored", REGION, "--reason", "The disk was lost"]).await;
    assert_eq!(code, 0, "{said}");
    let raised: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let raised = raised.iter().find(|line| line["service"] == "consortium").unwrap();
    assert_eq!(
        (&raised["region"], &raised["epoch"], &raised["position"]),
        (&json!(REGION), &json!(2), &json!(kept + 1))
    );
    let (code, again) = run(&hub, &["restored", REGION, "--reason", "The disk was lost"]).await;
    assert_eq!((code, again), (0, said), "asked twice, it has one effect");
    eventually("what did not happen is gone from the read models", Duration::from_secs(30), async || {
        listed(&hub, kept + 1).await == ["00000001"]
    })
    .await;
    nominate(&hub, 4).await;
    assert_eq!(head(&hub).await, kept + 2);
    eventually("the read models go on", Duration::from_secs(30), async || {
        listed(&hub, kept + 2).await == ["00000001", "00000004"]
    })
    .await;
    the_stream_holds(&hub, &log(&hub, "consortium").await).await;
    assert_eq!(parked(&hub).await, Vec::<Value>::new());

    let (code, note) = run(&hub, &["audit", "checkpoint", REGION]).await;
    assert_eq!(code, 0, "{note}");
    assert!(note.contains(&format!("/{REGION}/consortium\n{}\n", kept + 2)) && note.contains("\nepoch 2\n"), "{note}");
    // The auditor says which fork they accept.
    let (code, verdict) = verified(&hub).await;
    assert_eq!((code, &verdict["verdict"]["kind"]), (3, &json!("forked")), "{verdict}");
    let (code, verdict) = verified_with(&hub, &["--accept-fork", "2"]).await;
    assert_eq!((code, &verdict["findings"], &verdict["forks"][0]["epoch"]), (0, &json!([]), &json!(2)), "{verdict}");
    hub.stop().await;
}

/// The stream of the new epoch holds the same texts under the same numbers, and the old one is gone.
async fn the_stream_holds(hub: &Hub, texts: &[String]) {
    let nats = async_nats::jetstream::new(hub.nats("consortium").await);
    let name = format!("consortium_{REGION}");
    eventually("the new stream is whole", Duration::from_secs(30), async || {
        let Ok(stream) = nats.get_stream(format!("{name}_2")).await else { return false };
        let state = &stream.cached_info().state;
        (state.first_sequence, state.last_sequence) == (1, texts.len() as u64)
    })
    .await;
    let stream = nats.get_stream_no_info(format!("{name}_2")).await.unwrap();
    for (text, position) in texts.iter().zip(1..) {
        assert_eq!(stream.get_raw_message(position).await.unwrap().payload, text.as_bytes());
    }
    assert!(nats.get_stream(name).await.is_err(), "the old stream is gone");
}
