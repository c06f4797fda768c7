//! The signer goes by what it remembers, outside the database that it signs.

use crate::logs::Logs;
use chrono::TimeDelta;
use event_log::{Frontier, leaf_hash};
use evidence::checkpoint::NotCut;
use evidence::signer::How;

/// What the owner of the database makes of an event, with everything in its log that vouches for it.
async fn forge(logs: &Logs, service: &str, position: i64) {
    let owner = logs.owner(service);
    sqlx::query("update event_log.event set body = replace(body, '\"datacontenttype\"', ' \"datacontenttype\"') where position = $1")
        .bind(position)
        .execute(owner)
        .await
        .unwrap();
    let mut tree = Frontier::default();
    for (text, position) in logs.texts(service).await.iter().zip(1_i64..) {
        tree.push(leaf_hash(text));
        sqlx::query("update event_log.event set leaf = $2 where position = $1")
            .bind(position)
            .bind(leaf_hash(text).to_vec())
            .execute(owner)
            .await
            .unwrap();
    }
    sqlx::query("update event_log.head set frontier = $1").bind(tree.to_bytes()).execute(owner).await.unwrap();
}

async fn forget_what_was_kept(logs: &Logs, service: &str) {
    for table in ["handed", "checkpoint", "leaves"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("delete from checkpoints.{table} where service = $1")))
            .bind(service)
            .execute(&logs.audit.owner)
            .await
            .unwrap();
    }
}

async fn cut(logs: &Logs, service: &str) -> Result<Option<evidence::checkpoint::Cut>, NotCut> {
    let log = logs.notary.logs.iter().find(|log| log.service() == service).unwrap();
    logs.notary.cut(&logs.region, log).await
}

fn altered<T: std::fmt::Debug>(cut: &Result<T, NotCut>) -> bool {
    matches!(cut, Err(NotCut::Altered { .. }))
}

#[tokio::test]
async fn a_forged_log_is_not_signed_when_everything_kept_of_it_is_gone() {
    let mut logs = Logs::signed().await;
    forge(&logs, "hotspots", 3).await;
    forget_what_was_kept(&logs, "hotspots").await;
    assert!(altered(&cut(&logs, "hotspots").await));
    logs.start_again();
    assert!(altered(&cut(&logs, "hotspots").await));
    assert!(logs.notary.latest(&logs.region, "hotspots").await.unwrap().is_none());
    logs.drop_all().await;
}

#[tokio::test]
async fn a_forged_log_is_not_signed_when_everything_kept_of_it_was_made_to_fit() {
    let logs = Logs::signed().await;
    let before = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
    forge(&logs, "hotspots", 3).await;
    let mut tree = Frontier::default();
    let size = usize::try_from(before.size).unwrap();
    logs.texts("hotspots").await.iter().take(size).for_each(|text| tree.push(leaf_hash(text)));
    sqlx::query("update checkpoints.checkpoint set frontier = $1 where service = 'hotspots' and size = $2")
        .bind(tree.to_bytes())
        .bind(before.size)
        .execute(&logs.audit.owner)
        .await
        .unwrap();
    assert!(altered(&cut(&logs, "hotspots").await));
    logs.drop_all().await;
}

#[tokio::test]
async fn a_log_that_begins_again_is_not_signed() {
    let logs = Logs::signed().await;
    forget_what_was_kept(&logs, "hotspots").await;
    let owner = logs.owner("hotspots");
    sqlx::raw_sql("truncate event_log.event, event_log.head").execute(owner).await.unwrap();
    assert!(altered(&cut(&logs, "hotspots").await), "it is gone");
    logs.fill(7, 5).await;
    assert!(altered(&cut(&logs, "hotspots").await), "it is another one");
    logs.drop_all().await;
}

#[tokio::test]
async fn deleted_messages_of_an_honest_log_are_published_again() {
    let logs = Logs::signed().await;
    let whole = cut(&logs, "hotspots").await.unwrap().unwrap();
    forget_what_was_kept(&logs, "hotspots").await;
    let again = cut(&logs, "hotspots").await.unwrap().unwrap();
    assert_eq!((again.note, again.size), (whole.note, whole.size));
    assert!(logs.verify("hotspots").await.findings.is_empty());
    logs.drop_all().await;
}

#[tokio::test]
async fn an_event_that_was_altered_without_its_tree_is_found_within_a_day() {
    let logs = Logs::signed().await;
    for _ in 0..5 {
        assert!(logs.notary.recheck_due().await.unwrap().is_some());
    }
    assert_eq!(logs.notary.recheck_due().await.unwrap(), None, "each is read once a day");
    sqlx::raw_sql("update event_log.event set body = replace(body, '\"datacontenttype\"', ' \"datacontenttype\"') where position = 3")
        .execute(logs.owner("hotspots"))
        .await
        .unwrap();
    logs.later(TimeDelta::hours(25));
    let mut found = 0;
    for _ in 0..5 {
        found += usize::from(altered(&logs.notary.recheck_due().await));
    }
    assert_eq!(found, 1);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_raised_epoch_is_signed_only_when_the_operator_declared_it() {
    let logs = Logs::signed().await;
    let owner = logs.owner("agreements");
    forge(&logs, "agreements", 3).await;
    sqlx::raw_sql("update event_log.head set epoch = 2").execute(owner).await.unwrap();
    let refused = cut(&logs, "agreements").await;
    assert!(altered(&refused) && refused.unwrap_err().to_string().contains("no restore is declared"));
    // A declaration by another key is none, and so is a true one of what the log does not hold.
    logs.declare("agreements", |said| said.afterwards = true).await;
    let refused = cut(&logs, "agreements").await;
    assert!(altered(&refused), "{refused:?}");
    logs.drop_all().await;
}

#[tokio::test]
async fn a_restore_that_was_declared_is_signed_on_as_a_new_epoch() {
    let logs = Logs::signed().await;
    for (service, kept) in [("agreements", 7_i64), ("hotspots", i64::MAX)] {
        let owner = logs.owner(service);
        sqlx::query("delete from event_log.event where position > $1").bind(kept).execute(owner).await.unwrap();
        logs.cover(service).await;
        logs.declare(service, |_| {}).await;
        let end = logs.head(service).await.position;
        let cut = cut(&logs, service).await.unwrap().unwrap();
        assert_eq!((cut.epoch, cut.size), (2, end), "{service}");
    }
    logs.fill(5, 4).await;
    assert_eq!(cut(&logs, "agreements").await.unwrap().unwrap().size, logs.head("agreements").await.position);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_declared_restore_that_does_not_fit_what_was_signed_is_not_signed() {
    let logs = Logs::signed().await;
    let owner = logs.owner("agreements");
    sqlx::raw_sql("delete from event_log.event where position > 7").execute(owner).await.unwrap();
    forge(&logs, "agreements", 3).await;
    logs.cover("agreements").await;
    logs.declare("agreements", |_| {}).await;
    assert!(altered(&cut(&logs, "agreements").await));
    logs.drop_all().await;
}

#[tokio::test]
async fn without_the_leaves_a_shorter_fork_waits_for_the_operator() {
    let logs = Logs::signed().await;
    let before = logs.notary.latest(&logs.region, "agreements").await.unwrap().unwrap();
    sqlx::raw_sql("delete from event_log.event where position > 7").execute(logs.owner("agreements")).await.unwrap();
    logs.cover("agreements").await;
    logs.declare("agreements", |_| {}).await;
    forget_what_was_kept(&logs, "agreements").await;
    assert!(matches!(cut(&logs, "agreements").await, Err(NotCut::NotRemembered { .. })));
    let adopted = logs.notary.adopt(&before.note).await.unwrap();
    assert_eq!((adopted.epoch, adopted.size, adopted.how), (2, 7, How::Adopted));
    assert_eq!(cut(&logs, "agreements").await.unwrap().unwrap().epoch, 2);
    logs.drop_all().await;
}

#[tokio::test]
async fn a_memory_that_was_lost_signs_nothing_until_the_newest_note_is_given() {
    let mut logs = Logs::signed().await;
    let first = logs.notary.list(&logs.region, ("hotspots", 1, 0), 1).await.unwrap().remove(0);
    let newest = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
    std::fs::remove_dir_all(logs.memory.path().join("signer")).unwrap();
    logs.start_again();
    let refused = cut(&logs, "hotspots").await;
    assert!(matches!(refused, Err(NotCut::NotRemembered { .. })), "{refused:?}");
    assert!(matches!(logs.notary.adopt(&first.note).await, Err(NotCut::NotAdopted(_))), "a newer one was handed out");
    let other = newest.note.replace(&newest.size.to_string(), &(newest.size + 1).to_string());
    assert!(matches!(logs.notary.adopt(&other).await, Err(NotCut::NotAdopted(_))), "nobody signed that");
    logs.notary.adopt(&newest.published()).await.unwrap();
    assert!(cut(&logs, "hotspots").await.unwrap().unwrap().size > newest.size);
    // The others still wait, and a log is not adopted that was altered since.
    assert!(matches!(cut(&logs, "agreements").await, Err(NotCut::NotRemembered { .. })));
    let newest = logs.notary.latest(&logs.region, "agreements").await.unwrap().unwrap();
    forge(&logs, "agreements", 3).await;
    assert!(altered(&logs.notary.adopt(&newest.note).await));
    logs.drop_all().await;
}

#[tokio::test]
async fn a_memory_older_than_a_note_that_left_signs_nothing() {
    let mut logs = Logs::signed().await;
    let memory = logs.memory.path().join("signer/memory.jsonl");
    let old = std::fs::read(&memory).unwrap();
    let newest = cut(&logs, "hotspots").await.unwrap().unwrap();
    logs.fill(6, 3).await;
    std::fs::write(&memory, old).unwrap();
    logs.start_again();
    assert!(matches!(cut(&logs, "hotspots").await, Err(NotCut::NotRemembered { .. })));
    logs.notary.adopt(&newest.note).await.unwrap();
    assert!(cut(&logs, "hotspots").await.is_ok());
    logs.drop_all().await;
}

#[tokio::test]
async fn the_first_start_with_a_memory_takes_over_what_was_kept_and_only_once() {
    let mut logs = Logs::signed().await;
    forge(&logs, "agreements", 3).await;
    logs.forget_what_was_signed();
    assert!(cut(&logs, "hotspots").await.unwrap().is_some());
    assert!(altered(&cut(&logs, "agreements").await), "it did not fit when it was taken over");
    let how: Vec<How> = logs.notary.remembered().await.unwrap().iter().map(|tree| tree.how).collect();
    assert!(how.contains(&How::Upgraded) && how.contains(&How::Signed), "{how:?}");
    logs.drop_all().await;
}

#[tokio::test]
async fn only_one_process_signs_at_a_time() {
    let logs = Logs::signed().await;
    let other = logs.second_signer();
    assert!(matches!(other.cut_all(&logs.region).await, Err(NotCut::Memory(_))));
    assert!(logs.notary.cut_all(&logs.region).await.is_ok());
    logs.drop_all().await;
}

#[tokio::test]
async fn an_inserted_key_is_not_published_and_stops_the_signing() {
    let logs = Logs::signed().await;
    let own = logs.notary.keys(&logs.region).await.unwrap();
    let stranger = proofs::Signer::new("hub.example/voorbeeld", &[3; 32]).unwrap().verifier(proofs::Kind::Log);
    sqlx::query(
        "insert into checkpoints.signing_key (region, number, verifier, valid_from) values ('voorbeeld', 3, $1, now())",
    )
    .bind(stranger.to_string())
    .execute(&logs.audit.owner)
    .await
    .unwrap();
    assert_eq!(logs.notary.keys(&logs.region).await.unwrap(), own);
    assert!(altered(&cut(&logs, "hotspots").await));
    assert!(altered(&logs.notary.rotate(&logs.region).await));
    logs.drop_all().await;
}

#[tokio::test]
async fn a_key_that_has_ended_signs_nothing_after_a_rotation_that_was_cut_off() {
    let mut logs = Logs::signed().await;
    logs.notary.rotate(&logs.region).await.unwrap();
    // The process stopped between the end of the old key and the beginning of the new one.
    let path = logs.memory.path().join("signer/memory.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let (kept, last) = text.trim_end().rsplit_once('\n').unwrap();
    assert!(last.contains("\"line\":\"key\"") && kept.contains("\"line\":\"key\""), "{last}");
    std::fs::write(&path, format!("{kept}\n")).unwrap();
    logs.start_again();
    let signed = cut(&logs, "hotspots").await.unwrap().unwrap();
    let key = logs.notary.keys(&logs.region).await.unwrap().pop().unwrap();
    assert_eq!((key.number, key.valid_until), (3, None));
    let note: proofs::Note = signed.note.parse().unwrap();
    assert!(note.signed_by(&key.verifier.parse().unwrap()).is_ok(), "the new key signs");
    logs.drop_all().await;
}

#[tokio::test]
async fn the_first_start_compares_what_older_epochs_signed_as_far_as_it_was_kept() {
    let mut logs = Logs::signed().await;
    let first = logs.notary.list(&logs.region, ("agreements", 1, 0), 1).await.unwrap().remove(0);
    logs.put_back("agreements", first.size + 1).await;
    forge(&logs, "agreements", 3).await;
    logs.declare("agreements", |_| {}).await;
    // A hub of before signed whatever was there.
    logs.sign_anyway("agreements").await;
    logs.forget_what_was_signed();
    let refused = cut(&logs, "agreements").await;
    assert!(altered(&refused) && refused.unwrap_err().to_string().contains("did not fit the checkpoint"));
    logs.drop_all().await;
}
