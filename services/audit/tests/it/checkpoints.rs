//! Checkpoints are cut of what goes on from the one before, and of nothing else; they are checked with the key alone.

use crate::logs::Logs;
use crate::world::World;
use audit::checkpoint::NotCut;
use audit::prove::{Inclusion, Proving};
use audit::verify::{Evidence, Key, Log, Signed, What};
use chrono::TimeDelta;
use proofs::Verifier;

fn log(service: &str) -> Log {
    Log { region: "voorbeeld".parse().unwrap(), service: service.to_owned() }
}

async fn verifiers(logs: &Logs) -> Vec<Verifier> {
    logs.notary.keys(&logs.region).await.unwrap().iter().map(|key| key.verifier.parse().unwrap()).collect()
}

async fn proof(logs: &Logs, service: &str, position: i64) -> Inclusion {
    let latest = logs.notary.latest(&logs.region, service).await.unwrap().unwrap();
    let mut proving = Proving::new(log(service), position, &latest.note).unwrap();
    logs.texts(service).await.iter().take(usize::try_from(latest.size).unwrap()).for_each(|text| proving.push(text));
    proving.end().unwrap()
}

#[tokio::test]
async fn a_log_that_did_not_grow_gets_no_second_checkpoint_and_one_that_grew_gets_it_when_due() {
    let logs = Logs::new().await;
    logs.fill(0, 10).await;
    let first = logs.notary.cut_all(&logs.region).await.unwrap();
    assert_eq!(first.iter().map(|cut| cut.size).collect::<Vec<_>>(), [10; 5]);
    assert_eq!(logs.notary.cut_all(&logs.region).await.unwrap(), first);
    logs.fill(1, 3).await;
    assert_eq!(logs.notary.cut_due().await.unwrap(), 0, "not yet");
    logs.later(TimeDelta::minutes(10));
    assert_eq!(logs.notary.cut_due().await.unwrap(), 5);
    logs.later(TimeDelta::minutes(10));
    assert_eq!(logs.notary.cut_due().await.unwrap(), 0, "nothing happened since");
    logs.drop_all().await;
}

#[tokio::test]
async fn a_log_that_was_altered_or_shortened_is_not_signed() {
    let logs = Logs::signed().await;
    let owner = logs.owner("hotspots");
    sqlx::raw_sql("update event_log.event set body = replace(body, '\"datacontenttype\"', ' \"datacontenttype\"') where position = (select max(position) from event_log.event)")
        .execute(owner).await.unwrap();
    let refused = logs.notary.cut_all(&logs.region).await;
    assert!(matches!(&refused, Err(NotCut::Altered { service, .. }) if service == "hotspots"), "{refused:?}");
    sqlx::raw_sql("delete from event_log.event where position > 5; update event_log.head set position = 5")
        .execute(owner)
        .await
        .unwrap();
    let refused = logs.notary.cut_all(&logs.region).await;
    assert!(matches!(&refused, Err(NotCut::Altered { service, .. }) if service == "hotspots"), "{refused:?}");
    logs.drop_all().await;
}

#[tokio::test]
async fn a_new_key_signs_and_what_the_old_one_signed_stays_good() {
    let logs = Logs::signed().await;
    let before = proof(&logs, "co-financing", 4).await;
    let old = verifiers(&logs).await;
    logs.notary.rotate(&logs.region).await.unwrap();
    logs.later(TimeDelta::hours(1));
    logs.fill(4, 10).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    let both = verifiers(&logs).await;
    assert_eq!((old.len(), both.len()), (1, 2));
    assert!(before.check(&old, &logs.schemas).is_ok() && before.check(&both, &logs.schemas).is_ok());
    let after = proof(&logs, "co-financing", 4).await;
    assert_eq!(after.check(&old, &logs.schemas).unwrap_err().what, What::UnknownKey);
    assert!(after.check(&both, &logs.schemas).is_ok());
    assert!(logs.verify("co-financing").await.intact());
    // A key that ended signs no more.
    sqlx::raw_sql("update checkpoints.signing_key set valid_until = valid_from where number = 1")
        .execute(&logs.audit.owner)
        .await
        .unwrap();
    let verdict = logs.verify("co-financing").await;
    assert!(verdict.findings.iter().any(|finding| finding.what == What::KeyNotValid), "{:?}", verdict.findings);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_declared_restore_is_signed_with_its_epoch() {
    let logs = Logs::signed().await;
    let owner = logs.owner("agreements");
    sqlx::raw_sql("delete from event_log.event where position > 7").execute(owner).await.unwrap();
    logs.cover("agreements").await;
    assert!(!logs.verify("agreements").await.intact());
    logs.declare("agreements", |_| {}).await;
    let cut = logs.notary.cut_all(&logs.region).await.unwrap();
    let cut = cut.iter().find(|cut| cut.service == "agreements").unwrap();
    assert_eq!((cut.epoch, cut.size), (2, 8));
    assert!(cut.note.contains("\nepoch 2\n"));
    logs.drop_all().await;
}

#[tokio::test]
async fn a_checkpoint_and_a_key_from_elsewhere_are_held_against_the_log() {
    let logs = Logs::signed().await;
    let cut_at = logs.now();
    let keys: Vec<Key> = logs.notary.keys(&logs.region).await.unwrap().iter().filter_map(|key| key.key()).collect();
    let other = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
    let with = |note: String, keys: &[Key]| Evidence {
        checkpoints: vec![Signed { cut_at, note }],
        keys: keys.to_vec(),
        witnesses: vec![],
    };
    let found = async |evidence: Evidence| {
        let verdict = logs.verify_with("consortium", &evidence).await;
        verdict.findings.first().map(|finding| finding.what)
    };
    let own = logs.notary.latest(&logs.region, "consortium").await.unwrap().unwrap();
    assert_eq!(found(with(own.note.clone(), &keys)).await, None);
    assert_eq!(found(with(other.note, &keys)).await, Some(What::OtherLog));
    assert_eq!(found(with(own.note[..own.note.len() - 9].to_owned(), &keys)).await, Some(What::CheckpointUnreadable));
    assert_eq!(found(with(String::new(), &keys)).await, Some(What::CheckpointUnreadable));
    let stranger = proofs::Signer::new("hub.example/voorbeeld", &[3; 32]).unwrap().verifier(proofs::Kind::Log);
    let stranger = Key { verifier: stranger, from: keys[0].from, until: None };
    assert_eq!(found(with(own.note, &[stranger])).await, Some(What::UnknownKey));
    logs.drop_all().await;
}

#[tokio::test]
async fn each_position_is_named_the_first_checkpoint_that_covers_it_and_one_that_is_not_signed_none() {
    let logs = Logs::new().await;
    let covering = async |positions: &[i64]| {
        let found = audit::checkpoint::covering(&logs.audit.app, &logs.region, "consortium", positions).await.unwrap();
        found.into_iter().map(|(position, cut)| (position, cut.size)).collect::<Vec<_>>()
    };
    assert_eq!(covering(&[1]).await, []);
    for round in 0..2 {
        logs.fill(round, 5).await;
        logs.notary.cut_all(&logs.region).await.unwrap();
        logs.later(TimeDelta::hours(1));
    }
    logs.fill(2, 1).await;
    assert_eq!(covering(&[11, 6, 5, 1, 10]).await, [(1, 5), (5, 5), (6, 10), (10, 10)]);
    assert_eq!(covering(&[]).await, []);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_proof_holds_for_its_event_only() {
    let logs = Logs::signed().await;
    let keys = verifiers(&logs).await;
    let proof = proof(&logs, "assessments", 9).await;
    let (read, schemas) = (serde_json::to_string(&proof).unwrap(), &logs.schemas);
    assert_eq!(
        serde_json::from_str::<Inclusion>(&read).unwrap().check(&keys, schemas).unwrap().origin,
        "hub.example/voorbeeld/assessments"
    );
    let texts = logs.texts("assessments").await;
    let what = |altered: Inclusion| altered.check(&keys, schemas).unwrap_err().what;
    assert_eq!(what(Inclusion { event: texts[9].clone(), ..proof.clone() }), What::OutOfPlace);
    assert_eq!(what(Inclusion { event: texts[9].clone(), position: 10, ..proof.clone() }), What::Altered);
    assert_eq!(what(Inclusion { event: proof.event.replace(":oin:000", ":oin:001"), ..proof.clone() }), What::Altered);
    assert_eq!(what(Inclusion { event: String::new(), ..proof.clone() }), What::Unreadable);
    assert_eq!(what(Inclusion { position: i64::MIN, ..proof.clone() }), What::OutOfPlace);
    assert_eq!(what(Inclusion { path: vec![], ..proof.clone() }), What::Altered);
    assert_eq!(what(Inclusion { path: vec!["x".into()], ..proof.clone() }), What::Incomplete);
    assert_eq!(what(Inclusion { service: "hotspots".into(), ..proof.clone() }), What::OtherLog);
    assert_eq!(
        what(Inclusion { checkpoint: proof.checkpoint[..40].to_owned(), ..proof.clone() }),
        What::CheckpointUnreadable
    );
    assert_eq!(proof.check(&[], schemas).unwrap_err().what, What::UnknownKey);
    logs.drop_all().await;
}

#[tokio::test]
async fn checkpoints_and_keys_are_published_to_everyone_and_cut_by_few() {
    let world = World::mandated(false).await;
    let outsider = world.hub.holding(vocabulary::Role::Teacher).await;
    outsider.post(&world.url("checkpoints"), &serde_json::json!({})).await.expect(403);
    let cut = world.leader.post(&world.url("checkpoints"), &serde_json::json!({})).await;
    let cut = cut.expect(200).json()["items"].as_array().unwrap().clone();
    assert!(cut.iter().any(|cut| cut["service"] == "audit"), "the audit's own log as well: {cut:?}");
    let key: Verifier = world.list(&outsider, "keys").await[0]["verifier"].as_str().unwrap().parse().unwrap();
    let latest = outsider.get(&world.url("checkpoints/audit/latest")).await;
    let note: proofs::Note = latest.expect(200).text().parse().unwrap();
    assert!(note.signed_by(&key).is_ok());
    assert_eq!(world.list(&outsider, "checkpoints").await.len(), cut.len());
    outsider.get(&world.url("checkpoints/nothing/latest")).await.expect(404);
}
