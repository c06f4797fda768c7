//! The signer's memory is lost: nothing is signed until the operator gives it the newest notes, and then it goes on.

use super::{
    hub::{Hub, REGION, program},
    ledger::{Act, Asker, Ledger, Told},
};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tokio::process::Command;

/// `regiohub audit …` beside the hub: how it ended, and what it printed on both sides.
async fn audit(hub: &Hub, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(program());
    command.arg("audit").args(arguments).arg("--data-dir").arg(hub.data());
    ended(command).await
}

/// `regiohub audit check …`: it needs no hub.
async fn check(proof: &str, more: &[&str]) -> (i32, String) {
    let mut command = Command::new(program());
    command.args(["audit", "check", proof]).args(more);
    ended(command).await
}

async fn ended(mut command: Command) -> (i32, String) {
    let output = command.output().await.unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
    (output.status.code().unwrap(), said.concat())
}

async fn nominate(hub: &Hub, number: u32) {
    let (told, _) = Act::Nominate { number }.ask(&Asker::of(hub), &number.to_string(), &Ledger::default()).await;
    assert!(matches!(told, Told::Receipt(_)), "{told:?}");
}

/// What the signer remembers of the consortium's log: how many events, and how it knows.
async fn remembered(hub: &Hub) -> Option<(u64, String)> {
    let (code, said) = audit(hub, &["signer", "status", REGION]).await;
    assert_eq!(code, 0, "{said}");
    let trees = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let own = trees.into_iter().find(|tree| tree["origin"].as_str().unwrap().ends_with("/consortium"))?;
    Some((own["size"].as_u64().unwrap(), own["how"].as_str().unwrap().to_owned()))
}

/// The newest note that is published of the consortium's log, and how many events it is over.
async fn published(hub: &Hub) -> (String, u64) {
    // With a token: what strangers are shown may be a second old.
    let latest = hub.ask(Method::GET, "/audit/checkpoints/consortium/latest").bearer_auth(&hub.leader);
    let latest = latest.send().await.unwrap();
    let note = latest.error_for_status().unwrap().text().await.unwrap();
    let size = note.lines().nth(1).unwrap().parse().unwrap();
    (note, size)
}

async fn cut(hub: &Hub, key: &str) -> (StatusCode, String) {
    let asked = hub.ask(Method::POST, "/audit/checkpoints").bearer_auth(&hub.leader).header("idempotency-key", key);
    let answer = asked.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Puts a file where the test can name it.
fn kept(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_without_memory_signs_nothing_until_it_adopts_the_newest_note() {
    let mut hub = Hub::start().await;
    let folder = tempfile::tempdir().unwrap();
    nominate(&hub, 1).await;
    let (code, notes) = audit(&hub, &["checkpoint", REGION]).await;
    assert_eq!(code, 0, "{notes}");
    let (older, first) = published(&hub).await;
    nominate(&hub, 2).await;
    assert_eq!(audit(&hub, &["checkpoint", REGION]).await.0, 0);
    let (newest, second) = published(&hub).await;
    assert_eq!((second, remembered(&hub).await), (first + 1, Some((second, "signed".to_owned()))));
    let keys = audit(&hub, &["keys", REGION]).await.1;
    let key = keys.lines().find(|line| line.contains(&format!("/{REGION}+"))).unwrap().to_owned();

    // Beside a hub that does not run the command reads the memory itself.
    assert!(hub.terminate().await.success());
    assert_eq!(remembered(&hub).await, Some((second, "signed".to_owned())));
    fs::remove_dir_all(hub.data().join("signer")).unwrap();
    hub.start_again().await;
    assert_eq!(remembered(&hub).await, None);
    nominate(&hub, 3).await;
    for started in 1..3 {
        let (status, said) = cut(&hub, &format!("lost-{started}")).await;
        assert_eq!(status, StatusCode::CONFLICT, "{said}");
        assert!(said.contains("signer-does-not-remember") && said.contains("signer adopt"), "{said}");
        let (code, said) = audit(&hub, &["checkpoint", REGION]).await;
        assert!(code == 1 && said.contains("is not signed"), "{code} {said}");
        let alarm = |line: &&str| line.contains("a log is not signed") && line.contains("alarm");
        assert!(hub.said().lines().filter(alarm).count() >= started, "it is an alarm");
        assert_eq!(published(&hub).await, (newest.clone(), second), "nothing new was signed");
        // It is not taken for a first start, however often it starts.
        hub.kill_and_start().await;
    }

    // An older note is not the newest, and one that nobody signed is none.
    let (code, said) = audit(&hub, &["signer", "adopt", &kept(folder.path(), "older", &older)]).await;
    assert!(code == 1 && said.contains("a newer one was handed out"), "{code} {said}");
    let forged = newest.replacen(&format!("\n{second}\n"), &format!("\n{}\n", second + 1), 1);
    let (code, said) = audit(&hub, &["signer", "adopt", &kept(folder.path(), "forged", &forged)]).await;
    assert!(code == 1 && said.contains("signed it"), "{code} {said}");
    assert_eq!((remembered(&hub).await, cut(&hub, "still-lost").await.0), (None, StatusCode::CONFLICT));

    let (code, said) = audit(&hub, &["signer", "adopt", &kept(folder.path(), "newest", &newest)]).await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(remembered(&hub).await, Some((second, "adopted".to_owned())));
    // What else was never signed says so once.
    let (code, said) = audit(&hub, &["signer", "never-signed", REGION]).await;
    assert_eq!(code, 0, "{said}");
    let (status, said) = cut(&hub, "adopted").await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (_, third) = published(&hub).await;
    assert_eq!((third, remembered(&hub).await), (second + 1, Some((third, "signed".to_owned()))));
    let (code, said) = audit(&hub, &["verify", REGION, "--service", "consortium", "--key", &key]).await;
    assert_eq!(code, 0, "{said}");

    a_proof_between_checkpoints_is_checked_with_the_key_alone(&hub, folder.path(), &key, (first, third)).await;
    hub.stop().await;
}

/// What was signed before the loss, and after it, is one log.
async fn a_proof_between_checkpoints_is_checked_with_the_key_alone(
    hub: &Hub,
    folder: &Path,
    key: &str,
    (first, third): (u64, u64),
) {
    let out = kept(folder, "grown.json", "");
    let asked = |from: u64, to: u64| [from.to_string(), to.to_string()];
    let [from, to] = asked(first, third);
    let (code, said) = audit(hub, &["consistency", REGION, "consortium", &from, &to, "--out", &out]).await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = check(&out, &["--key", key]).await;
    assert!(code == 0 && said.starts_with("proven: the checkpoint over ") && said.contains("grown"), "{code} {said}");
    let (code, said) = check(&out, &[]).await;
    assert!(code == 4 && said.contains("nobody vouches for") && !said.contains("proven"), "{code} {said}");
    let text = fs::read_to_string(&out).unwrap();
    let mut proof: Value = serde_json::from_str(&text).unwrap();
    let (earlier, later) = (proof["fromCheckpoint"].take(), proof["toCheckpoint"].take());
    (proof["fromCheckpoint"], proof["toCheckpoint"]) = (later, earlier);
    let swapped = kept(folder, "swapped.json", &proof.to_string());
    for more in [&["--key", key][..], &[]] {
        let (code, said) = check(&swapped, more).await;
        assert!(code == 3 && said.contains("other sizes"), "{code} {said}");
    }
    let [from, to] = asked(first, third + 1);
    let (code, said) = audit(hub, &["consistency", REGION, "consortium", &from, &to]).await;
    assert!(code == 1 && said.contains("no checkpoint of this log is over"), "{code} {said}");
    // The proof of an event likewise: without a key nobody vouches for it.
    let event = kept(folder, "event.json", "");
    assert_eq!(audit(hub, &["prove", REGION, "consortium", "1", "--out", &event]).await.0, 0);
    assert_eq!(check(&event, &["--key", key]).await.0, 0);
    let (code, said) = check(&event, &[]).await;
    assert!(code == 4 && said.contains("nobody vouches for") && !said.contains("proven"), "{code} {said}");
}
