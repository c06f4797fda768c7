//! Checkpoints leave the machine: the real program hands them to whoever keeps or signs them, and says what is in the way.

use crate::bad_days::hub::{Hub, REGION, eventually, program};
use proofs::{Note, Verifier};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// `regiohub audit …`, beside the hub or without one: what it printed on both sides, and how it ended.
async fn asked(hub: &Hub, arguments: &[&str], beside: bool) -> (String, Option<i32>) {
    let mut command = Command::new(program());
    command.arg("audit").args(arguments);
    if beside {
        command.arg("--data-dir").arg(hub.data());
    }
    let output = command.output().await.unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
    (said.concat(), output.status.code())
}

/// The same beside the hub, where it succeeds.
async fn audit(hub: &Hub, arguments: &[&str]) -> String {
    let (said, code) = asked(hub, arguments, true).await;
    assert_eq!(code, Some(0), "{arguments:?}: {said}");
    said
}

async fn listed(hub: &Hub) -> Vec<Value> {
    let listed = hub.ask(Method::GET, "/audit/witnesses").bearer_auth(&hub.leader).send().await.unwrap();
    assert_eq!(listed.status(), StatusCode::OK);
    listed.json::<Value>().await.unwrap()["items"].as_array().unwrap().clone()
}

/// How many checkpoints of a log a folder holds, each a signed note.
fn kept(folder: &Path, service: &str) -> usize {
    let kept = std::fs::read_to_string(folder.join(format!("{REGION}-{service}.checkpoints"))).unwrap_or_default();
    kept.matches(&format!("/{REGION}/{service}\n")).count()
}

/// `regiohub audit witness` for a region's key, and its own key; killed when dropped.
struct Signing {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Signing {
    fn command(folder: &Path, key: &str) -> Command {
        let mut command = Command::new(program());
        command.args(["audit", "witness", "--name", "school.example/witness", "--listen", "127.0.0.1:0", "--key", key]);
        command.arg("--folder").arg(folder).kill_on_drop(true);
        command
    }

    fn start(folder: &Path, key: &str) -> Self {
        let mut child = Self::command(folder, key).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { _child: child, lines }
    }

    async fn says(&mut self) -> String {
        self.lines.next_line().await.unwrap().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_witness_gets_the_newest_checkpoints_at_once() {
    let mut hub = Hub::start().await;
    let folder = tempfile::tempdir().unwrap();

    // A folder: at once.
    let inside = folder.path().join("accountant");
    std::fs::create_dir(&inside).unwrap();
    let add = format!("accountant=file:{}", inside.display());
    audit(&hub, &["witnesses", REGION, "--add", &add]).await;
    // The hub may have cut one while the region was founded.
    let had = kept(&inside, "consortium");
    assert!(had > 0 && kept(&inside, "hotspots") == 0, "hotspots has no log yet");

    // A witness that signs: at once, and its signature holds for what the hub signed.
    let keys = audit(&hub, &["keys", REGION]).await;
    let key = keys.lines().last().unwrap();
    let witness = tempfile::tempdir().unwrap();
    let mut signing = Signing::start(witness.path(), key);
    let verifier: Verifier = signing.says().await.parse().unwrap();
    // A second one in the same folder could sign the other side of a fork.
    let second = Signing::command(witness.path(), key).output().await.unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success() && said.contains("another witness works in"), "{said}");
    let add = format!("school={}", signing.says().await.strip_prefix("ready ").unwrap());
    let told = audit(&hub, &["witnesses", REGION, "--add", &add, "--key", &verifier.to_string()]).await;
    assert!(told.lines().any(|line| line.starts_with("school consortium: has ")), "{told}");
    let seen = std::fs::read_dir(witness.path()).unwrap().map(|entry| entry.unwrap().path());
    let latest = seen.into_iter().find(|path| path.extension().is_some_and(|it| it == "latest")).unwrap();
    let note: Note = std::fs::read_to_string(latest).unwrap().parse().unwrap();
    assert!(note.signed_by(&verifier).is_ok() && note.signed_by(&key.parse().unwrap()).is_ok());

    // What it signed is published, proven and exported, and each is held against its key.
    let latest = hub.ask(Method::GET, "/audit/checkpoints/consortium/latest").bearer_auth(&hub.leader);
    let published: Note = latest.send().await.unwrap().text().await.unwrap().parse().unwrap();
    assert!(published.signed_by(&verifier).is_ok() && published.signatures.len() == 2, "{published}");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (proof, zip, school) = (path("proof.json"), path("all.zip"), verifier.to_string());
    audit(&hub, &["prove", REGION, "consortium", "1", "--out", &proof]).await;
    audit(&hub, &["export", REGION, "--out", &zip]).await;
    // The export left a record in the audit's own log, which is signed and handed over as well.
    audit(&hub, &["checkpoint", REGION]).await;
    let signed = "signed by school.example/witness up to ";
    for (what, beside) in [(&["check", &proof][..], false), (&["verify", &zip], true), (&["verify", REGION], true)] {
        let with = [what, &["--key", key, "--witness", &school]].concat();
        let (told, code) = asked(&hub, &with, beside).await;
        assert!(code == Some(0) && told.contains(signed), "{with:?} {told}");
        let other = proofs::Signer::new("other.example", &[1; 32]).unwrap().verifier(proofs::Kind::Witness);
        let (told, code) = asked(&hub, &[&with[..], &["--witness", &other.to_string()]].concat(), beside).await;
        assert!(code == Some(3) && told.contains("signed by other.example"), "{with:?} {code:?} {told}");
        let (told, code) = asked(&hub, &[what, &["--key", key, "--witness", key]].concat(), beside).await;
        assert!(code == Some(1) && told.contains("is the key of a log"), "{with:?} {code:?} {told}");
    }

    // One that is away: what failed, when, and when it is tried again stand in both lists.
    let away = folder.path().join("away");
    let told = audit(&hub, &["witnesses", REGION, "--add", &format!("away=file:{}", away.display())]).await;
    assert!(told.contains("away consortium: has none; ") && told.contains(" waiting\n    failed at "), "{told}");
    let trouble = listed(&hub).await.into_iter().find(|it| it["name"] == "away" && it["service"] == "consortium");
    let trouble = trouble.unwrap();
    assert!(
        trouble["trouble"].as_str().unwrap().contains("away") && trouble["waiting"].as_i64() > Some(0),
        "{trouble}"
    );
    assert!(trouble["nextTry"].as_str() > trouble["triedAt"].as_str() && trouble["tries"] == 1, "{trouble}");

    // Back again, and the log grown: a hub that begins hands over by itself what was cut.
    std::fs::create_dir(&away).unwrap();
    let joined = hub.ask(Method::PUT, &format!("/partners/others/{}", uuid::Uuid::now_v7())).bearer_auth(&hub.leader);
    let joined = joined.header("idempotency-key", "joined");
    let partner = serde_json::json!({ "kind": "association", "name": "Partner" });
    assert!(joined.json(&partner).send().await.unwrap().status().is_success());
    let cut = hub.ask(Method::POST, "/audit/checkpoints").bearer_auth(&hub.leader).header("idempotency-key", "cut");
    assert_eq!(cut.send().await.unwrap().status(), StatusCode::OK);
    assert!(hub.terminate().await.success());
    hub.start_again().await;
    let arrived = async || kept(&away, "consortium") > 0 && kept(&inside, "consortium") == had + 1;
    eventually("the newest is everywhere", Duration::from_secs(30), arrived).await;
    hub.stop().await;
}
