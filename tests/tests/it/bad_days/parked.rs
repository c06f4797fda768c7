//! P9: an event that cannot be handled is parked and told of; the others go on, and a retry clears it.

use super::{
    compare::{heads, listed, query},
    hub::{Hub, REGION, program},
    ledger::{Act, Asker, Ledger, Told, company},
};
use decider::Clock;
use event_log::{Append, Change, Context, Database, EventLog};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use testkit::written_before;
use tokio::process::Command;
use vocabulary::{Actor, CompanyId};

const TYPE: &str = "nl.sterktechniekonderwijs.consortium.company-nominated.v1";

/// `regiohub parked REGION`: what it printed, line by line.
async fn parked(hub: &Hub, retry: bool) -> Vec<Value> {
    let mut command = Command::new(program());
    command.args(["parked", REGION, "--data-dir"]).arg(hub.data());
    if retry {
        command.arg("--retry");
    }
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn nominate(hub: &Hub, number: u32) {
    let (told, _) = Act::Nominate { number }.ask(&Asker::of(hub), &number.to_string(), &Ledger::default()).await;
    assert!(matches!(told, Told::Receipt(_)), "{told:?}");
}

async fn head(hub: &Hub) -> u64 {
    heads(hub, "consortium").await[0].1
}

/// Who says what of a position.
fn of(parked: &[Value], reader: &str, position: u64) -> Option<(String, i64)> {
    let found = parked.iter().find(|it| it["reader"] == reader && it["position"] == position)?;
    Some((found["error"].as_str()?.to_owned(), found["attempts"].as_i64()?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_a_table_refuses_is_parked_and_a_retry_clears_it() {
    let hub = Hub::start().await;
    let mut gateway = PgConnection::connect(&hub.postgres("gateway")).await.unwrap();
    gateway.execute("alter table companies.company add constraint ill check (kvk <> '00000013')").await.unwrap();
    nominate(&hub, 13).await;
    let poison = head(&hub).await;
    nominate(&hub, 14).await;
    // The read model goes on past what it could not apply, and says so.
    assert_eq!(listed(&hub, poison + 1).await, ["00000014"]);
    let said = parked(&hub, false).await;
    assert_eq!(said.len(), 1, "{said:?}");
    let (error, attempts) = of(&said, "companies", poison).unwrap();
    assert!(error.starts_with("23514") && !error.contains("00000013"), "{error}");
    assert_eq!((attempts, &said[0]["parkedBy"]), (1, &Value::from("gateway")));

    let still = parked(&hub, true).await;
    assert_eq!((&still[1]["handled"], &still[1]["left"]), (&0.into(), &1.into()));
    gateway.execute("alter table companies.company drop constraint ill").await.unwrap();
    let cleared = parked(&hub, true).await;
    assert_eq!(of(&cleared, "companies", poison).unwrap().1, 2);
    assert_eq!((&cleared[1]["handled"], &cleared[1]["left"]), (&1.into(), &0.into()));
    assert_eq!(parked(&hub, false).await, Vec::<Value>::new());
    assert_eq!(listed(&hub, poison + 1).await, ["00000013", "00000014"]);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_does_not_read_holds_up_its_own_stream_only() {
    let mut hub = Hub::start().await;
    let database = Database::open(hub.postgres("consortium").parse().unwrap(), 2).await.unwrap();
    let beside = EventLog::new("consortium", "00000000000000000000", &database, Clock::system());
    let broken = CompanyId::fresh();
    let event = |data: &Value| written_before(TYPE, data);
    let mut whole = company(22);
    whole["occurredOn"] = "2026-01-01".into();
    let asked = decider::CommandContext::new(Actor::hub(), Clock::system().now());
    let append = Append {
        changes: vec![Change {
            stream: format!("company/{broken}"),
            expected: 0,
            // What is wrong may be a name: it is never repeated.
            events: vec![event(&json!({ "name": { "Secret Name": 1 } })), event(&whole)],
        }],
        context: Context::of(&asked),
        command: None,
    };
    // Another process wrote behind the head the hub knows: it goes on behind that.
    let done = beside.append(&REGION.parse().unwrap(), append).await.unwrap();
    let behind = u64::try_from(done.position).unwrap();
    nominate(&hub, 21).await;
    assert_eq!(head(&hub).await, behind + 1);
    assert_eq!(listed(&hub, behind + 1).await, ["00000021"]);

    let said = parked(&hub, false).await;
    for reader in ["companies", "known-companies"] {
        let (error, attempts) = of(&said, reader, behind - 1).unwrap_or_else(|| panic!("{reader}: {said:#?}"));
        assert!(error.starts_with("unreadable") && attempts >= 1, "{error}");
        assert_eq!(of(&said, reader, behind).unwrap(), ("waits for an earlier event of its stream".to_owned(), 0));
    }
    assert!(!format!("{said:?}").contains("Secret"), "{said:?}");
    // Trying again does not help, and does no harm: nothing is skipped.
    let retried = parked(&hub, true).await;
    let answers: Vec<&Value> = retried.iter().filter(|line| line["retried"] == "companies").collect();
    assert_eq!(answers.len(), 1, "{retried:#?}");
    assert_eq!((&answers[0]["handled"], &answers[0]["left"]), (&0.into(), &2.into()));
    hub.kill_and_start().await;
    nominate(&hub, 23).await;
    query(&hub, "", behind + 2).await;
    assert_eq!(listed(&hub, behind + 2).await, ["00000021", "00000023"]);
    let after = parked(&hub, false).await;
    assert_eq!(after.len(), said.len());
    hub.stop().await;
}
