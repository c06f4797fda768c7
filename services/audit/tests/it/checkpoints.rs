//! Checkpoints are cut of what goes on from the one before, and of nothing else; they are checked with the key alone.

use crate::logs::Logs;
use crate::world::World;
use chrono::TimeDelta;
use evidence::checkpoint::NotCut;
use evidence::inclusion::Inclusion;
use evidence::prove::Proving;
use evidence::verify::{Given, Log, Standing, What};
use proofs::Verifier;

fn log(service: &str) -> Log {
    Log { region: "voorbeeld".parse().unwrap(), service: service.to_owned() }
}

async fn proof(logs: &Logs, service: &str, position: i64) -> Inclusion {
    let latest = logs.notary.latest(&logs.region, service).await.unwrap().unwrap();
    let mut proving = Proving::new(log(service), position, &latest.note).unwrap();
    logs.texts(service).await.iter().take(usize::try_from(latest.size).unwrap()).for_each(|text| proving.push(text));
    proving.end().unwrap()
}

#[tokio::test]
async fn only_a_log_that_grew_gets_another_checkpoint() {
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
    let old = logs.keys.clone();
    logs.notary.rotate(&logs.region).await.unwrap();
    logs.later(TimeDelta::hours(1));
    logs.fill(4, 10).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    let both = logs.published().await.split_off(1);
    assert_eq!((old.len(), both.len()), (1, 2));
    assert!(before.check(&old, &logs.schemas).is_ok() && before.check(&both, &logs.schemas).is_ok());
    let after = proof(&logs, "co-financing", 4).await;
    assert_eq!(after.check(&old, &logs.schemas).unwrap_err().what, What::UnknownKey);
    assert!(after.check(&both, &logs.schemas).is_ok());
    let given = |keys: &[Verifier]| Given { keys: keys.to_vec(), ..Given::default() };
    let verdict = logs.verify_with("co-financing", &given(&both)).await;
    assert!(verdict.intact() && verdict.not_considered == 0, "{:?}", verdict.findings);
    // The new key alone vouches for all before it; what only the old one signed is not considered.
    let verdict = logs.verify_with("co-financing", &given(&both[1..])).await;
    assert!(verdict.intact() && verdict.not_considered == 3, "{:?}", verdict.findings);
    // The old one alone does not know the newest checkpoint.
    let verdict = logs.verify_with("co-financing", &given(&old)).await;
    assert!(verdict.has(What::UnknownKey) && !verdict.intact(), "{:?}", verdict.findings);
    // Without a key: a key that ended, as the database says, signs no more.
    sqlx::raw_sql("update checkpoints.signing_key set valid_until = valid_from where number = 2")
        .execute(&logs.audit.owner)
        .await
        .unwrap();
    let verdict = logs.verify_with("co-financing", &Given::default()).await;
    assert!(verdict.has(What::KeyNotValid), "{:?}", verdict.findings);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_declared_restore_is_signed_with_its_epoch() {
    let logs = Logs::signed().await;
    logs.put_back("agreements", 7).await;
    assert!(!logs.verify("agreements").await.intact());
    logs.declare("agreements", |_| {}).await;
    let cut = logs.notary.cut_all(&logs.region).await.unwrap();
    let cut = cut.iter().find(|cut| cut.service == "agreements").unwrap();
    assert_eq!((cut.epoch, cut.size), (2, 8));
    assert!(cut.note.contains("\nepoch 2\n"));
    logs.drop_all().await;
}

#[tokio::test]
async fn a_raised_epoch_is_a_fork_that_only_the_auditor_accepts() {
    let logs = Logs::signed().await;
    let owner = logs.owner("agreements");
    logs.put_back("agreements", 7).await;
    assert!(logs.verify("agreements").await.has(What::CutOff));
    sqlx::raw_sql("update event_log.head set epoch = 2").execute(owner).await.unwrap();
    let verdict = logs.verify("agreements").await;
    assert_eq!((verdict.verdict, verdict.first_bad()), (Standing::Forked, Some(8)), "{:?}", verdict.findings);
    assert!(logs.notary.cut_all(&logs.region).await.is_err(), "the signer asks for a declaration");
    logs.sign_anyway("agreements").await;
    let verdict = logs.verify("agreements").await;
    assert_eq!((verdict.verdict, verdict.first_bad()), (Standing::Forked, Some(8)), "{:?}", verdict.findings);
    assert!(verdict.findings[0].says.contains("an undeclared restore"), "{:?}", verdict.findings);
    let accepting = |epoch| Given { accepted_forks: [epoch].into(), ..logs.given() };
    assert_eq!(logs.verify_with("agreements", &accepting(3)).await.verdict, Standing::Forked);
    let verdict = logs.verify_with("agreements", &accepting(2)).await;
    assert_eq!(verdict.verdict, Standing::Intact { up_to: 7, unsigned: 0 }, "{:?}", verdict.findings);
    assert_eq!((verdict.forks[0].epoch, verdict.forks[0].diverges_at, verdict.forks[0].or_up_to), (2, Some(8), None));
    logs.drop_all().await;
}

#[tokio::test]
async fn an_epoch_raised_in_the_database_does_not_excuse_an_altered_event() {
    let logs = Logs::signed().await;
    let owner = logs.owner("agreements");
    let edit = "update event_log.event set body = replace(body, '\"datacontenttype\"', ' \"datacontenttype\"') where position = 5;
                update event_log.head set epoch = epoch + 1";
    sqlx::raw_sql(edit).execute(owner).await.unwrap();
    logs.cover("agreements").await;
    assert!(logs.notary.cut_all(&logs.region).await.is_err(), "the signer asks for a declaration");
    logs.sign_anyway("agreements").await;
    let verdict = logs.verify("agreements").await;
    assert_eq!((verdict.verdict, verdict.first_bad()), (Standing::Forked, Some(5)), "{:?}", verdict.findings);
    // Without the leaves that were kept aside the position lies in a range.
    sqlx::raw_sql("delete from checkpoints.leaves where epoch = 1").execute(&logs.audit.owner).await.unwrap();
    let verdict = logs.verify("agreements").await;
    let fork = &verdict.forks[0];
    assert!(fork.diverges_at == Some(1) && fork.or_up_to.is_some() && !fork.accepted, "{fork:?}");
    logs.drop_all().await;
}

#[tokio::test]
async fn without_a_key_of_the_auditors_nothing_is_called_intact() {
    let logs = Logs::signed().await;
    let verdict = logs.verify_with("hotspots", &Given::default()).await;
    assert_eq!(verdict.verdict, Standing::ConsistentInItself, "{:?}", verdict.findings);
    assert!(!serde_json::to_string(&verdict).unwrap().to_lowercase().contains("intact"));
    let verdict = logs.verify("hotspots").await;
    let Standing::Intact { up_to, unsigned } = verdict.verdict else { panic!("{verdict:?}") };
    assert_eq!((up_to + unsigned, unsigned), (verdict.size, 10), "the tail behind the newest checkpoint is named");
    sqlx::raw_sql("delete from checkpoints.checkpoint where service = 'hotspots'")
        .execute(&logs.audit.owner)
        .await
        .unwrap();
    let verdict = logs.verify("hotspots").await;
    assert_eq!(verdict.verdict, Standing::ConsistentInItself, "nothing is signed any more: {:?}", verdict.findings);
    logs.drop_all().await;
}

#[tokio::test]
async fn an_empty_log_is_nothing_to_verify_until_a_checkpoint_says_otherwise() {
    let logs = Logs::signed().await;
    let newest = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
    let given = Given { checkpoints: vec![newest.note], ..logs.given() };
    assert!(logs.verify_with("hotspots", &given).await.intact());
    // Signed less far than a checkpoint that was handed out: some were taken away.
    let gone = "delete from checkpoints.checkpoint where service = 'hotspots' and size = $1";
    sqlx::query(gone).bind(newest.size).execute(&logs.audit.owner).await.unwrap();
    assert!(logs.verify("hotspots").await.intact(), "who brings none cannot tell");
    assert!(logs.verify_with("hotspots", &given).await.has(What::SignedLess));
    sqlx::raw_sql("delete from checkpoints.checkpoint where service = 'hotspots'")
        .execute(&logs.audit.owner)
        .await
        .unwrap();
    let emptied = "delete from event_log.event; delete from event_log.head";
    sqlx::raw_sql(emptied).execute(logs.owner("hotspots")).await.unwrap();
    assert_eq!(logs.verify("hotspots").await.verdict, Standing::NothingToVerify);
    let verdict = logs.verify_with("hotspots", &given).await;
    assert!(verdict.has(What::CutOff) && verdict.first_bad() == Some(1), "{:?}", verdict.findings);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_head_that_was_taken_away_is_missed() {
    let logs = Logs::signed().await;
    sqlx::raw_sql("delete from event_log.head").execute(logs.owner("hotspots")).await.unwrap();
    let verdict = logs.verify("hotspots").await;
    assert!(verdict.has(What::Head) && !verdict.intact(), "{:?}", verdict.findings);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_checkpoint_and_a_key_from_elsewhere_are_compared_with_the_log() {
    let logs = Logs::signed().await;
    let other = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
    let with =
        |note: String, keys: &[Verifier]| Given { checkpoints: vec![note], keys: keys.to_vec(), ..Given::default() };
    let found = async |given: Given| {
        let verdict = logs.verify_with("consortium", &given).await;
        verdict.findings.first().map(|finding| finding.what)
    };
    let keys = &logs.keys;
    let own = logs.notary.latest(&logs.region, "consortium").await.unwrap().unwrap();
    assert_eq!(found(with(own.note.clone(), keys)).await, None);
    assert_eq!(found(with(other.note, keys)).await, Some(What::OtherLog));
    assert_eq!(found(with(own.note[..own.note.len() - 9].to_owned(), keys)).await, Some(What::CheckpointUnreadable));
    assert_eq!(found(with(String::new(), keys)).await, Some(What::CheckpointUnreadable));
    let stranger = proofs::Signer::new("hub.example/voorbeeld", &[3; 32]).unwrap().verifier(proofs::Kind::Log);
    assert_eq!(found(with(own.note, &[stranger])).await, Some(What::UnknownKey));
    // A given key speaks for the logs that it is named after, and for no others.
    let text = proofs::Checkpoint {
        origin: "elsewhere.example/voorbeeld/consortium".into(),
        size: 1,
        root: [0; 32],
        epoch: 1,
    }
    .to_string();
    let signer = proofs::Signer::new("hub.example/voorbeeld", &[3; 32]).unwrap();
    let note = proofs::Note { signatures: vec![signer.sign(&text)], text };
    let keys = [keys.clone(), vec![signer.verifier(proofs::Kind::Log)]].concat();
    assert_eq!(found(with(note.to_string(), &keys)).await, Some(What::UnknownKey));
    logs.drop_all().await;
}

#[tokio::test]
async fn each_position_has_the_first_signed_checkpoint_that_covers_it() {
    let logs = Logs::new().await;
    let covering = async |positions: &[i64]| {
        let found =
            evidence::checkpoint::covering(&logs.audit.app, &logs.region, "consortium", positions).await.unwrap();
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
    let keys = logs.published().await;
    let proof = proof(&logs, "assessments", 9).await;
    let (read, schemas) = (serde_json::to_string(&proof).unwrap(), &logs.schemas);
    assert_eq!(
        serde_json::from_str::<Inclusion>(&read).unwrap().check(&keys, schemas).unwrap().origin,
        "hub.example/voorbeeld/assessments"
    );
    let texts = logs.texts("assessments").await;
    let what = |altered: Inclusion| altered.check(&keys, schemas).unwrap_err().what;
    assert_eq!(what(Inclusion { event: Some(texts[9].clone()), ..proof.clone() }), What::OutOfPlace);
    assert_eq!(what(Inclusion { event: Some(texts[9].clone()), position: 10, ..proof.clone() }), What::Altered);
    assert_eq!(
        what(Inclusion {
            event: proof.event.as_ref().map(|text| text.replace(":oin:000", ":oin:001")),
            ..proof.clone()
        }),
        What::Altered
    );
    assert_eq!(what(Inclusion { event: Some(String::new()), ..proof.clone() }), What::Unreadable);
    assert_eq!(what(Inclusion { position: i64::MIN, ..proof.clone() }), What::OutOfPlace);
    assert_eq!(what(Inclusion { path: vec![], ..proof.clone() }), What::Altered);
    assert_eq!(what(Inclusion { path: vec!["x".into()], ..proof.clone() }), What::Incomplete);
    assert_eq!(what(Inclusion { service: "hotspots".into(), ..proof.clone() }), What::OtherLog);
    assert_eq!(
        what(Inclusion { checkpoint: proof.checkpoint.as_ref().map(|note| note[..40].to_owned()), ..proof.clone() }),
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

#[tokio::test]
async fn the_hub_says_of_a_raised_epoch_whether_its_operator_declared_it() {
    let logs = Logs::signed().await;
    logs.put_back("agreements", 3).await;
    logs.declare("agreements", |_| {}).await;
    let log = logs.notary.logs.iter().find(|log| log.service() == "agreements").unwrap();
    let cut = logs.notary.cut(&logs.region, log).await.unwrap().unwrap();
    assert_eq!((cut.epoch, cut.size), (2, 4));
    let fork = logs.notary.fork(&logs.region, "agreements", 2).await.unwrap();
    assert!(fork.declared, "{fork:?}");
    assert_eq!((fork.declared_at, fork.position, fork.afterwards), (Some(4), Some(3), Some(false)));
    assert_eq!(fork.reason.as_deref(), Some("The disk was lost"));
    assert_eq!(fork.diverges_at, Some(4), "as the command and the page report");
    // A number alone declares nothing.
    let fork = logs.notary.fork(&logs.region, "hotspots", 2).await.unwrap();
    assert!(!fork.declared && fork.position.is_none() && fork.reason.is_none(), "{fork:?}");
    logs.drop_all().await;
}
