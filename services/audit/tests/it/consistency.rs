//! That a checkpoint is an earlier one, grown, is proven to whoever has the key, and of nothing else.

use crate::logs::{Logs, services};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use evidence::checkpoint::Notary;
use evidence::consistency::{Consistency, NotConsistent, prove};
use evidence::keyring::Keyring;
use evidence::signer::Signer;
use evidence::verify::{Finding, Log, What};
use proofs::Verifier;

async fn sizes(logs: &Logs, service: &str) -> Vec<(i32, u64)> {
    let all = logs.notary.list(&logs.region, (service, 0, 0), 100).await.unwrap();
    let own = all.into_iter().filter(|cut| cut.service == service);
    own.map(|cut| (cut.epoch, cut.size.unsigned_abs())).collect()
}

async fn proven(logs: &Logs, service: &str, from: u64, to: u64) -> Result<Consistency, NotConsistent> {
    let log = logs.notary.logs.iter().find(|log| log.service() == service).unwrap();
    logs.notary.prove_consistency(&logs.region, log, (from, to)).await
}

async fn without_leaves(logs: &Logs) {
    sqlx::raw_sql("delete from checkpoints.leaves").execute(&logs.audit.owner).await.unwrap();
}

/// An event before the first checkpoint, and everything in its log that vouches for it.
async fn alter(logs: &Logs, service: &str) {
    let edit = "update event_log.event set body = replace(body, '\"datacontenttype\"', ' \"datacontenttype\"') where position = 2";
    sqlx::raw_sql(edit).execute(logs.owner(service)).await.unwrap();
    logs.cover(service).await;
}

#[tokio::test]
async fn each_pair_of_checkpoints_is_proven_to_whoever_has_the_key() {
    let logs = Logs::signed().await;
    for kept in [true, false] {
        for service in services() {
            let sizes = sizes(&logs, service).await;
            assert_eq!(sizes.len(), 3);
            for (at, (_, from)) in sizes.iter().enumerate() {
                for (_, to) in &sizes[at..] {
                    let proof = proven(&logs, service, *from, *to).await.unwrap();
                    let said = proof.check(&logs.keys).unwrap();
                    assert_eq!((said.size, said.origin), (*to, format!("hub.example/voorbeeld/{service}")));
                    let text = serde_json::to_string(&proof).unwrap();
                    assert_eq!(serde_json::from_str::<Consistency>(&text).unwrap(), proof);
                }
            }
        }
        // Once more out of the logs themselves.
        if kept {
            without_leaves(&logs).await;
        }
    }
    logs.drop_all().await;
}

#[tokio::test]
async fn a_size_without_checkpoint_and_a_pair_of_two_epochs_are_refused() {
    let logs = Logs::signed().await;
    let before = sizes(&logs, "agreements").await;
    let (first, last) = (before[0].1, before[2].1);
    let missing = proven(&logs, "agreements", first, last + 1).await.unwrap_err();
    assert!(matches!(missing, NotConsistent::NoCheckpoint { size } if size == last + 1), "{missing}");
    assert!(matches!(proven(&logs, "agreements", last, first).await, Err(NotConsistent::Backwards { .. })));
    logs.put_back("agreements", 3).await;
    logs.declare("agreements", |_| {}).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    let other = proven(&logs, "agreements", 4, last).await.unwrap_err();
    assert!(matches!(other, NotConsistent::OtherEpoch { from: 4, .. }), "{other}");
    // What older epochs signed is still proven, out of what was kept of them.
    assert!(proven(&logs, "agreements", first, last).await.unwrap().check(&logs.keys).is_ok());
    logs.drop_all().await;
}

#[tokio::test]
async fn of_an_altered_log_nothing_is_proven() {
    let logs = Logs::signed().await;
    let sizes = sizes(&logs, "hotspots").await;
    let pair = (sizes[0].1, sizes[2].1);
    alter(&logs, "hotspots").await;
    // The leaves of before still lead to what was signed.
    assert!(proven(&logs, "hotspots", pair.0, pair.1).await.is_ok());
    without_leaves(&logs).await;
    let refused = proven(&logs, "hotspots", pair.0, pair.1).await;
    assert!(matches!(refused, Err(NotConsistent::Altered)), "{refused:?}");
    logs.drop_all().await;
}

#[tokio::test]
async fn a_checkpoint_that_the_database_made_up_is_in_no_proof() {
    let logs = Logs::signed().await;
    let sizes = sizes(&logs, "hotspots").await;
    let (first, last) = (sizes[0].1, sizes[2].1);
    let other = "update checkpoints.checkpoint set note = (select note from checkpoints.checkpoint other
                 where other.service = 'agreements' order by size limit 1) where service = 'hotspots' and size = $1";
    sqlx::query(other).bind(i64::try_from(first).unwrap()).execute(&logs.audit.owner).await.unwrap();
    let refused = proven(&logs, "hotspots", first, last).await;
    assert!(matches!(refused, Err(NotConsistent::Altered)), "{refused:?}");
    let mut proof = proven(&logs, "hotspots", sizes[1].1, last).await.unwrap();
    // One that says the right things and that nobody signed.
    let unsigned = "update checkpoints.checkpoint set note = replace(note, '— ', '— x') where service = 'hotspots'";
    sqlx::raw_sql(unsigned).execute(&logs.audit.owner).await.unwrap();
    let refused = proven(&logs, "hotspots", sizes[1].1, last).await;
    assert!(matches!(refused, Err(NotConsistent::Altered)), "{refused:?}");
    // Where no key is known, any row would count as signed: nothing is proven.
    let log = logs.notary.logs.iter().find(|log| log.service() == "hotspots").unwrap();
    let named = Log { region: logs.region.clone(), service: "hotspots".to_owned() };
    let refused = prove(&logs.audit.app, log, &named, (sizes[1].1, last), &[]).await;
    assert!(matches!(refused, Err(NotConsistent::NoKeys(_))), "{refused:?}");
    // Whoever checks finds what was made up elsewhere.
    for note in [&mut proof.from_checkpoint, &mut proof.to_checkpoint] {
        *note = note.replace("— ", "— x");
    }
    assert_eq!(proof.check(&logs.keys).unwrap_err().what, What::UnknownKey);
    assert!(proof.check_unsigned().is_ok(), "in itself it holds, and nobody vouches for it");
    logs.drop_all().await;
}

#[tokio::test]
async fn a_proof_that_was_tampered_with_is_refused() {
    let logs = Logs::signed().await;
    let before = sizes(&logs, "agreements").await;
    let (first, middle, last) = (before[0].1, before[1].1, before[2].1);
    let proof = proven(&logs, "agreements", first, last).await.unwrap();
    let inner = proven(&logs, "agreements", middle, last).await.unwrap();
    let foreign = proven(&logs, "hotspots", sizes(&logs, "hotspots").await[0].1, sizes(&logs, "hotspots").await[2].1);
    let foreign = foreign.await.unwrap();
    let with = |change: &dyn Fn(&mut Consistency)| {
        let mut changed = proof.clone();
        change(&mut changed);
        let (keyed, unkeyed) = (changed.check(&logs.keys), changed.check_unsigned());
        (keyed.map_err(|Finding { what, .. }| what), unkeyed.is_ok())
    };
    let swap = |it: &mut Consistency| std::mem::swap(&mut it.from_checkpoint, &mut it.to_checkpoint);
    let flip = |it: &mut Consistency| {
        let mut hash = BASE64_STANDARD.decode(&it.path[0]).unwrap();
        hash[0] ^= 1;
        it.path[0] = BASE64_STANDARD.encode(hash);
    };
    assert_eq!(with(&|_| ()).0.unwrap().size, last);
    assert_eq!(with(&flip), (Err(What::Altered), false));
    assert_eq!(with(&|it| drop(it.path.pop())), (Err(What::Altered), false));
    assert_eq!(with(&|it| it.path.push(it.path[0].clone())), (Err(What::Altered), false));
    assert_eq!(with(&|it| it.path.push("no hash".to_owned())), (Err(What::Incomplete), false));
    assert_eq!(with(&|it| it.path.clone_from(&inner.path)), (Err(What::Altered), false));
    assert_eq!(with(&swap), (Err(What::OutOfPlace), false));
    assert_eq!(
        with(&|it| {
            swap(it);
            std::mem::swap(&mut it.from, &mut it.to);
        }),
        (Err(What::Altered), false)
    );
    assert_eq!(with(&|it| it.from += 1), (Err(What::OutOfPlace), false));
    assert_eq!(with(&|it| it.from_checkpoint.clone_from(&inner.from_checkpoint)), (Err(What::OutOfPlace), false));
    assert_eq!(with(&|it| it.to_checkpoint.clone_from(&foreign.to_checkpoint)), (Err(What::OtherLog), false));
    assert_eq!(with(&|it| it.service = "hotspots".to_owned()), (Err(What::OtherLog), false));
    assert_eq!(with(&|it| it.to_checkpoint = "nothing".to_owned()), (Err(What::CheckpointUnreadable), false));
    // The note of another epoch, at the size that the proof says.
    logs.put_back("agreements", 3).await;
    logs.declare("agreements", |_| {}).await;
    logs.notary.cut_all(&logs.region).await.unwrap();
    let epoch = logs.notary.latest(&logs.region, "agreements").await.unwrap().unwrap();
    assert_eq!((epoch.epoch, epoch.size), (2, 4));
    let mixed = Consistency { from: 4, from_checkpoint: epoch.published(), ..proof.clone() };
    assert_eq!(mixed.check(&logs.keys).unwrap_err().what, What::Fork);
    // A note that somebody else signed in the region's name, and nobody's key.
    let stranger = proofs::Signer::new("hub.example/voorbeeld", &[6; 32]).unwrap().verifier(proofs::Kind::Log);
    assert_eq!(proof.check(&[stranger]).unwrap_err().what, What::UnknownKey);
    assert_eq!(proof.check(&[] as &[Verifier]).unwrap_err().what, What::UnknownKey);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_process_without_the_keys_takes_no_row_for_signed() {
    let logs = Logs::signed().await;
    let sizes = sizes(&logs, "hotspots").await;
    let log = logs.notary.logs.iter().find(|log| log.service() == "hotspots").unwrap();
    // It has no key on its disk, and nobody to ask: whoever owns the database could have written any row.
    let keyless = Notary {
        keyring: Keyring::new(|_| Ok(None), |_| Ok(()), |_| false),
        signer: Signer::nowhere(),
        ..logs.notary.clone()
    };
    let refused = keyless.prove_consistency(&logs.region, log, (sizes[0].1, sizes[2].1)).await;
    assert!(matches!(refused, Err(NotConsistent::NoKeys(_))), "{refused:?}");
    assert!(proven(&logs, "hotspots", sizes[0].1, sizes[2].1).await.is_ok());
    logs.drop_all().await;
}
