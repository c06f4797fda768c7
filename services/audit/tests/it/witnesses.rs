//! Checkpoints reach the witnesses of a region; one that is away loses nothing.

use crate::logs::{Logs, operator};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::{DateTime, TimeDelta};
use evidence::cosigned::Cosigned;
use evidence::verify::{Given, What};
use evidence::witness::{DECLARATION, NotSeen, Shown, Trusted, witnessed};
use evidence::witnesses::Post;
use proofs::{Checkpoint, Kind, Note, Signer, Verifier};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// A folder that is gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("regiohub-witness-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_folder_keeps_every_checkpoint_once_and_exposes_a_log_signed_again() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut logs = Logs::signed().await;
    let folder = Folder::new();
    let inside = folder.0.join("accountant");
    logs.notary.add_witness(&logs.region, "accountant", &format!("file:{}", inside.display()), None).await.unwrap();
    let carrier = Post::default();
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 0, "the folder is not there");
    let standing = logs.notary.witnesses(&logs.region).await.unwrap();
    assert!(standing.iter().all(|it| it.waiting == 3 && it.trouble.is_some() && it.size.is_none()), "{standing:?}");
    let minute = logs.now() + TimeDelta::minutes(1);
    assert!(standing.iter().all(|it| it.tries == Some(1) && it.next_try == Some(minute)), "{standing:?}");
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 0);
    let standing = logs.notary.witnesses(&logs.region).await.unwrap();
    let then = (Some(2), Some(logs.now()), Some(logs.now() + TimeDelta::minutes(2)));
    assert!(standing.iter().all(|it| (it.tries, it.tried_at, it.next_try) == then), "{standing:?}");

    std::fs::create_dir(&inside).unwrap();
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 15, "nothing was lost");
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 0);
    let standing = logs.notary.witnesses(&logs.region).await.unwrap();
    assert!(standing.iter().all(|it| it.waiting == 0 && it.trouble.is_none() && it.size.is_some()), "{standing:?}");

    let newest = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
    // Whoever holds the database, the key and the memory signs an altered log again, from the first.
    sqlx::raw_sql("update event_log.event set body = replace(body, 'regiohub-hotspots\",', 'regiohub-hotspots\", ') where position = 4")
        .execute(logs.owner("hotspots")).await.unwrap();
    logs.cover("hotspots").await;
    sqlx::raw_sql("truncate checkpoints.checkpoint, checkpoints.leaves").execute(&logs.audit.owner).await.unwrap();
    assert!(logs.notary.cut_all(&logs.region).await.is_err(), "the signer remembers");
    logs.forget_what_was_signed();
    logs.notary.cut_all(&logs.region).await.unwrap();
    assert!(logs.verify("hotspots").await.intact(), "the hub alone cannot tell any more");
    let kept = std::fs::read_to_string(inside.join("voorbeeld-hotspots.checkpoints")).unwrap();
    let first = kept.split_inclusive("\n\n").take(2).collect::<String>();
    let note = first.trim_end().to_owned() + "\n";
    assert_eq!(note, newest.note, "the newest came first");
    let given = Given { checkpoints: vec![note], ..logs.given() };
    let verdict = logs.verify_with("hotspots", &given).await;
    assert!(verdict.findings.iter().any(|finding| finding.what == What::Altered), "{:?}", verdict.findings);
    assert_eq!(verdict.first_bad(), Some(1), "somewhere from 1 on");
    logs.drop_all().await;
}

#[tokio::test]
async fn a_mail_is_handed_to_the_mail_program_with_the_note_in_it() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let logs = Logs::new().await;
    logs.fill(0, 2).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    let folder = Folder::new();
    let program = folder.0.join("sendmail");
    std::fs::write(&program, format!("#!/bin/sh\necho \"$@\" >>{0}/mail\ncat >>{0}/mail\n", folder.0.display()))
        .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    logs.notary.add_witness(&logs.region, "inspector", "mailto:controle@accountant.example", None).await.unwrap();
    let missing = Post { sendmail: folder.0.join("nothing"), ..Post::default() };
    assert_eq!(logs.notary.hand_over(&logs.region, &missing).await.unwrap(), 0);
    let carrier = Post { sendmail: program, ..Post::default() };
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 5);
    let mail = std::fs::read_to_string(folder.0.join("mail")).unwrap();
    assert!(mail.contains("-t -i\nTo: controle@accountant.example\nFrom: regiohub@hub.example\n"), "{mail}");
    let latest = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
    assert!(mail.contains(&latest.note), "{mail}");

    // Who is added later is not sent what was before.
    logs.fill(1, 2).await;
    logs.later(TimeDelta::minutes(10));
    logs.notary.cut_all(&logs.region).await.unwrap();
    logs.later(TimeDelta::minutes(1));
    logs.notary.add_witness(&logs.region, "newcomer", "mailto:later@accountant.example", None).await.unwrap();
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 10, "five each: the newest");
    let mail = std::fs::read_to_string(folder.0.join("mail")).unwrap();
    assert_eq!(mail.matches("To: later@accountant.example\n").count(), 5);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_failed_delivery_waits_longer_each_time_up_to_ten_minutes() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let logs = Logs::new().await;
    logs.fill(0, 2).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    let folder = Folder::new();
    let inside = folder.0.join("later");
    logs.notary.add_witness(&logs.region, "away", &format!("file:{}", inside.display()), None).await.unwrap();
    let (carrier, mut waits) = (Post::default(), Vec::new());
    for _ in 0..7 {
        assert_eq!(logs.notary.hand_over_due(&logs.region, &carrier).await.unwrap(), 0);
        let standing = logs.notary.witnesses(&logs.region).await.unwrap();
        let wait = standing[0].next_try.unwrap() - logs.now();
        waits.push(wait.num_minutes());
        logs.later(wait - TimeDelta::seconds(1));
        logs.notary.hand_over_due(&logs.region, &carrier).await.unwrap();
        assert_eq!(logs.notary.witnesses(&logs.region).await.unwrap(), standing, "too soon: nothing was tried");
        logs.later(TimeDelta::seconds(1));
    }
    assert_eq!(waits, [1, 2, 4, 8, 10, 10, 10]);
    std::fs::create_dir(&inside).unwrap();
    assert_eq!(logs.notary.hand_over_due(&logs.region, &carrier).await.unwrap(), 5);
    let standing = logs.notary.witnesses(&logs.region).await.unwrap();
    assert!(standing.iter().all(|it| it.waiting == 0 && it.next_try.is_none() && it.tries.is_none()), "{standing:?}");
    logs.drop_all().await;
}

#[tokio::test]
async fn two_that_hand_over_at_the_same_time_hand_each_checkpoint_once() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let logs = Logs::signed().await;
    let folder = Folder::new();
    logs.notary.add_witness(&logs.region, "folder", &format!("file:{}", folder.0.display()), None).await.unwrap();
    let carrier = Post::default();
    let hand = || logs.notary.hand_over(&logs.region, &carrier);
    let (one, other) = tokio::join!(hand(), hand());
    assert_eq!(one.unwrap() + other.unwrap(), 15);
    let kept = std::fs::read_to_string(folder.0.join("voorbeeld-hotspots.checkpoints")).unwrap();
    assert_eq!(kept.matches("hub.example/voorbeeld/hotspots\n").count(), 3);
    logs.drop_all().await;
}

/// A partner school: keeps the last checkpoint of each log, as `regiohub audit witness` does in files.
struct School {
    trusted: Mutex<Trusted>,
    signer: Signer,
    seen: Mutex<std::collections::HashMap<String, Checkpoint>>,
}

async fn add(State(school): State<Arc<School>>, headers: HeaderMap, text: String) -> (StatusCode, String) {
    let declared = headers.get_all(DECLARATION).iter().map(|value| value.as_bytes());
    let shown = Shown::read(&text).unwrap().declared(declared).unwrap();
    let trusted = school.trusted.lock().unwrap().clone();
    let mut seen = school.seen.lock().unwrap();
    match witnessed(&shown, seen.get(&shown.said.origin), &trusted, &school.signer, 1_700_000_000) {
        Ok(signature) => {
            seen.insert(shown.said.origin.clone(), shown.said);
            (StatusCode::OK, format!("{signature}\n"))
        }
        Err(NotSeen::OtherSize(size)) => (StatusCode::CONFLICT, format!("{size}\n")),
        Err(refused) => (StatusCode::from_u16(refused.status()).unwrap(), refused.to_string()),
    }
}

#[tokio::test]
async fn a_partner_school_signs_only_what_continues_the_log_it_saw() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut logs = Logs::new().await;
    logs.fill(0, 10).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    let trusted = Mutex::new(Trusted { keys: logs.published().await, ..Trusted::default() });
    let signer = Signer::new("school.example/witness", &[5; 32]).unwrap();
    let key = signer.verifier(Kind::Witness);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let school = Arc::new(School { trusted, signer, seen: Mutex::default() });
    logs.notary.add_witness(&logs.region, "school", &address, Some(&key)).await.unwrap();
    let router = Router::new().route("/add-checkpoint", post(add)).with_state(school);
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let carrier = Post::default();
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 5);

    // Two rounds later it is shown the newest, with the proof from the one it saw.
    for round in 1..3 {
        logs.fill(round, 300).await;
        logs.later(TimeDelta::hours(1));
        logs.notary.cut_all(&logs.region).await.unwrap();
    }
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 5);
    let latest = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
    let note: Note = latest.published().parse().unwrap();
    assert!(note.signed_by(&key).is_ok() && note.signatures.len() == 2, "{note}");

    // Whoever has its key is told how far it signed, and of another that it signed nothing.
    let keys = logs.published().await;
    let with = |witnesses: &[&Verifier]| Given {
        keys: keys.clone(),
        witnesses: witnesses.iter().map(|key| (*key).clone()).collect(),
        ..Given::default()
    };
    let verdict = logs.verify_with("hotspots", &with(&[&key])).await;
    let size = latest.size.unsigned_abs();
    let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    assert!(verdict.intact(), "{:?}", verdict.findings);
    assert_eq!(verdict.cosigned, [Cosigned { witness: "school.example/witness".to_owned(), size, at }]);
    let stranger = Signer::new("other.example/witness", &[6; 32]).unwrap().verifier(Kind::Witness);
    let namesake = Signer::new("school.example/witness", &[6; 32]).unwrap().verifier(Kind::Witness);
    for other in [&stranger, &namesake] {
        let verdict = logs.verify_with("hotspots", &with(&[&key, other])).await;
        assert_eq!(verdict.findings.iter().map(|it| it.what).collect::<Vec<_>>(), [What::NotCosigned]);
    }
    // A signature in its name that it did not make.
    let forged = "update checkpoints.handed set cosignature = (select cosignature from checkpoints.handed
                  where service = 'consortium' order by size desc limit 1) where service = 'hotspots' and size = $1";
    let kept: String =
        sqlx::query_scalar("select cosignature from checkpoints.handed where service = 'hotspots' and size = $1")
            .bind(latest.size)
            .fetch_one(&logs.audit.owner)
            .await
            .unwrap();
    sqlx::query(forged).bind(latest.size).execute(&logs.audit.owner).await.unwrap();
    let verdict = logs.verify_with("hotspots", &with(&[&key])).await;
    assert!(verdict.findings.iter().any(|it| it.what == What::Forged), "{:?}", verdict.findings);
    sqlx::query("update checkpoints.handed set cosignature = $2 where service = 'hotspots' and size = $1")
        .bind(latest.size)
        .bind(kept)
        .execute(&logs.audit.owner)
        .await
        .unwrap();

    // We forgot what it saw: it says so, and is shown the proof from there.
    sqlx::raw_sql("truncate checkpoints.handed").execute(&logs.audit.owner).await.unwrap();
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 5);

    // The log grows, is altered and signed anew: the school does not sign, and that is shown.
    logs.fill(3, 10).await;
    sqlx::raw_sql("update event_log.event set body = replace(body, 'regiohub-hotspots\",', 'regiohub-hotspots\", ') where position = 4")
        .execute(logs.owner("hotspots")).await.unwrap();
    logs.cover("hotspots").await;
    sqlx::raw_sql("truncate checkpoints.checkpoint, checkpoints.leaves").execute(&logs.audit.owner).await.unwrap();
    assert!(logs.notary.cut_all(&logs.region).await.is_err(), "the signer remembers");
    logs.forget_what_was_signed();
    logs.notary.cut_all(&logs.region).await.unwrap();
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 4);
    let standing = logs.notary.witnesses(&logs.region).await.unwrap();
    let hotspots = standing.iter().find(|it| it.service.as_deref() == Some("hotspots")).unwrap();
    assert!(hotspots.waiting == 1 && hotspots.trouble.as_ref().unwrap().contains("altered"), "{hotspots:?}");

    assert!(logs.notary.end_witness(&logs.region, "school").await.unwrap());
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 0);
    serving.abort();
    logs.drop_all().await;
}

#[tokio::test]
async fn a_partner_school_signs_a_fork_only_when_a_known_operator_declared_it() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let logs = Logs::new().await;
    logs.fill(0, 10).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    let trusted = Mutex::new(Trusted { keys: logs.published().await, ..Trusted::default() });
    let signer = Signer::new("school.example/witness", &[5; 32]).unwrap();
    let key = signer.verifier(Kind::Witness);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let school = Arc::new(School { trusted, signer, seen: Mutex::default() });
    logs.notary.add_witness(&logs.region, "school", &address, Some(&key)).await.unwrap();
    let router = Router::new().route("/add-checkpoint", post(add)).with_state(school.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let carrier = Post::default();
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 5);

    // Signed by its own hub, under a raised number that nobody declared.
    logs.put_back("agreements", 7).await;
    sqlx::raw_sql("update event_log.head set epoch = 2").execute(logs.owner("agreements")).await.unwrap();
    logs.notary.rotate(&logs.region).await.unwrap();
    school.trusted.lock().unwrap().keys = logs.published().await;
    logs.sign_anyway("agreements").await;
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 0);
    let trouble = async || {
        let standing = logs.notary.witnesses(&logs.region).await.unwrap();
        standing.into_iter().find(|it| it.service.as_deref() == Some("agreements")).unwrap().trouble
    };
    let told = trouble().await.unwrap();
    assert!(told.contains("422") && told.contains("epoch 2"), "{told}");

    // Declared: an operator that the school does not know declares nothing; the one that it knows does.
    sqlx::raw_sql("update event_log.head set epoch = 1").execute(logs.owner("agreements")).await.unwrap();
    sqlx::raw_sql("delete from checkpoints.checkpoint where service = 'agreements' and epoch = 2")
        .execute(&logs.audit.owner)
        .await
        .unwrap();
    sqlx::raw_sql("delete from checkpoints.handed where epoch = 2").execute(&logs.audit.owner).await.unwrap();
    logs.declare("agreements", |_| {}).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 0);
    assert!(trouble().await.unwrap().contains("422"));
    school.trusted.lock().unwrap().operators = vec![operator().verifier(Kind::Log)];
    assert_eq!(logs.notary.hand_over(&logs.region, &carrier).await.unwrap(), 1);
    assert_eq!(trouble().await, None);
    let latest = logs.notary.latest(&logs.region, "agreements").await.unwrap().unwrap();
    assert_eq!((latest.epoch, latest.size), (2, 8));
    assert!(latest.published().parse::<Note>().unwrap().signed_by(&key).is_ok());
    serving.abort();
    logs.drop_all().await;
}
