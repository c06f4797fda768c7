//! A restore: what the operator declares of it, in a database, in an export, and on the page.

use super::browser::Browser;
use super::page::chromium;
use crate::export::world::check;
use crate::logs::{Logs, operator};
use audit::schemas::committed;
use evidence::export::{Dates, Export};
use evidence::verify::{Given, Standing, What};
use proofs::{Declaration, Kind, Signer};

/// The last position that is kept.
const KEPT: i64 = 7;

/// Another key in the operator's name.
fn stranger() -> Signer {
    Signer::new(&Declaration::key_name("hub.example"), &[5; 32]).unwrap()
}

fn accepting(logs: &Logs, operator: &Signer) -> Given {
    Given { operators: vec![operator.verifier(Kind::Log)], accepted_forks: [2].into(), ..logs.given() }
}

/// The log of agreements, restored, declared, gone on and signed.
async fn restored() -> Logs {
    let logs = Logs::signed().await;
    logs.put_back("agreements", KEPT).await;
    logs.declare("agreements", |_| {}).await;
    logs.later(chrono::TimeDelta::hours(1));
    logs.fill(4, 3).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    logs
}

#[tokio::test]
async fn a_restore_counts_as_declared_only_under_the_operators_key() {
    let logs = restored().await;
    let accepted = accepting(&logs, &operator());
    let verdict = logs.verify_with("agreements", &accepted).await;
    assert_eq!(verdict.verdict, Standing::Intact { up_to: 11, unsigned: 0 }, "{:?}", verdict.findings);
    let fork = &verdict.forks[0];
    assert_eq!((fork.epoch, fork.diverges_at, fork.or_up_to, fork.claimed_at), (2, Some(8), None, None));
    let declared = fork.declared.as_ref().unwrap();
    assert_eq!((declared.at, declared.position, declared.afterwards), (8, 7, false));
    assert_eq!((declared.by.as_str(), declared.reason.as_str()), ("operator@hub.example", "The disk was lost"));

    let unaccepted = Given { accepted_forks: [].into(), ..accepted.clone() };
    let verdict = logs.verify_with("agreements", &unaccepted).await;
    assert_eq!((verdict.verdict, verdict.first_bad()), (Standing::Forked, Some(8)), "{:?}", verdict.findings);
    // Declared by another key it is undeclared, and accepted as that only.
    for given in [accepting(&logs, &stranger()), Given { operators: vec![], ..accepted.clone() }] {
        let fork = logs.verify_with("agreements", &given).await.forks.remove(0);
        assert!(fork.declared.is_none() && fork.claimed_at == Some(8) && fork.accepted, "{fork:?}");
    }
    logs.drop_all().await;
}

#[tokio::test]
async fn a_declared_restore_excuses_nothing_that_it_says_was_kept() {
    let logs = restored().await;
    let accepted = accepting(&logs, &operator());
    let edit = "update event_log.event set body = replace(body, '\"datacontenttype\"', ' \"datacontenttype\"') where position = 3";
    sqlx::raw_sql(edit).execute(logs.owner("agreements")).await.unwrap();
    logs.cover("agreements").await;
    let verdict = logs.verify_with("agreements", &accepted).await;
    assert_eq!((verdict.verdict, verdict.first_bad()), (Standing::Altered, Some(3)), "{:?}", verdict.findings);
    // Also when the new epoch's checkpoints and leaves are taken away: the old ones are compared all the same.
    let gone = "delete from checkpoints.checkpoint where service = 'agreements' and epoch = 2;
                delete from checkpoints.leaves where service = 'agreements' and epoch = 2";
    sqlx::raw_sql(gone).execute(&logs.audit.owner).await.unwrap();
    let verdict = logs.verify_with("agreements", &accepted).await;
    assert_eq!((verdict.verdict, verdict.first_bad()), (Standing::Altered, Some(3)), "{:?}", verdict.findings);
    assert!(verdict.has(What::Declaration), "{:?}", verdict.findings);
    logs.drop_all().await;
}

#[tokio::test]
async fn an_export_of_a_restored_log_has_the_fork_of_the_database() {
    let logs = restored().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("restored.zip");
    let sources = vec![logs.source("agreements").await];
    let export = Export {
        region: logs.region.clone(),
        dates: Dates::default(),
        logs: sources,
        schemas: committed(),
        path: path.clone(),
    };
    export.write(|_| ()).await.unwrap();

    let accepted = accepting(&logs, &operator());
    let checked = check(&path, &accepted, |_| ()).unwrap();
    assert_eq!(checked.verdict(), Standing::Intact { up_to: 11, unsigned: 0 }, "{:?}", checked.findings);
    assert_eq!(checked.logs[0].forks, logs.verify_with("agreements", &accepted).await.forks);
    let checked = check(&path, &Given { accepted_forks: [].into(), ..accepted }, |_| ()).unwrap();
    assert_eq!(
        (checked.verdict(), checked.findings[0].position),
        (Standing::Forked, Some(8)),
        "{:?}",
        checked.findings
    );

    if let Some(program) = chromium() {
        let page = folder.path().join("verify.html");
        std::fs::write(&page, &super::damage::files(&path)["verify.html"]).unwrap();
        let mut browser = Browser::open(program, &page);
        let (key, by) = (logs.keys[0].to_string(), operator().verifier(Kind::Log).to_string());
        let (state, words) = browser.checked(&path, &key);
        assert!(state == "forked" && words.contains("first bad position 8 of agreements"), "{words}");
        assert!(words.contains("a restore that nobody declared"), "{words}");
        browser.says(&format!("$('operator').value = {}", serde_json::json!(by)));
        let (state, words) = browser.checked(&path, &key);
        assert!(state == "forked" && words.contains("a restore that the operator declared"), "{words}");
        browser.says("$('accepted').value = '2'");
        let (state, words) = browser.checked(&path, &key);
        assert!(state == "intact" && words.contains("Accepted: agreements, epoch 2"), "{words}");
    }
    logs.drop_all().await;
}
