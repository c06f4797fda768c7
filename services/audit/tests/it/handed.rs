//! Whoever owns the database keeps checkpoints from a witness, or has it given others: rows alone decide neither.

use crate::logs::{Logs, services};
use chrono::TimeDelta;
use evidence::witnesses::Post;
use sqlx::AssertSqlSafe;

/// As if every witness had everything.
const SAID: &str = "insert into checkpoints.handed
        (region, witness, service, epoch, size, tries, tried_at, handed_at, trouble, cosignature, next_try)
    select region, 'folder', service, epoch, size, 1, now(), now(), null, null, null from checkpoints.checkpoint
    on conflict (region, witness, service, epoch, size) do update
    set handed_at = now(), trouble = null, next_try = null";

/// What is done before the witness has anything.
const WAYS: [&str; 2] = [
    SAID,
    "insert into checkpoints.handed
        (region, witness, service, epoch, size, tries, tried_at, handed_at, trouble, cosignature, next_try)
    select region, 'folder', service, epoch, size, 1, now(), null, 'later', null, '2200-01-01'
    from checkpoints.checkpoint",
];

async fn witnessed() -> (Logs, tempfile::TempDir) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (logs, folder) = (Logs::small().await, tempfile::tempdir().unwrap());
    let address = format!("file:{}", folder.path().display());
    logs.notary.add_witness(&logs.region, "folder", &address, None).await.unwrap();
    (logs, folder)
}

async fn owner(logs: &Logs, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&logs.audit.owner).await.unwrap();
}

/// Whether the folder holds the newest checkpoint of each log.
async fn has_newest(logs: &Logs, folder: &tempfile::TempDir) -> bool {
    for service in services() {
        let newest = logs.notary.latest(&logs.region, service).await.unwrap().unwrap();
        let kept = std::fs::read_to_string(folder.path().join(format!("voorbeeld-{service}.checkpoints")));
        if !kept.unwrap_or_default().contains(&newest.note) {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn no_row_keeps_the_newest_checkpoint_from_a_witness() {
    for way in WAYS {
        let (logs, folder) = witnessed().await;
        owner(&logs, way).await;
        let post = Post::default();
        logs.notary.hand_over_due(&logs.region, &post).await.unwrap();
        assert!(has_newest(&logs, &folder).await, "{way}");
        // Nor one that is cut later, in the same process; and none is written twice.
        logs.fill(7, 2).await;
        logs.later(TimeDelta::hours(1));
        logs.notary.cut_all(&logs.region).await.unwrap();
        owner(&logs, SAID).await;
        for post in [post, Post::default()] {
            logs.notary.hand_over_due(&logs.region, &post).await.unwrap();
        }
        assert!(has_newest(&logs, &folder).await, "{way}");
        let newest = logs.notary.latest(&logs.region, "hotspots").await.unwrap().unwrap();
        let kept = std::fs::read_to_string(folder.path().join("voorbeeld-hotspots.checkpoints")).unwrap();
        assert_eq!(kept.matches(&newest.note).count(), 1);
        logs.drop_all().await;
    }
}

#[tokio::test]
async fn a_witness_is_given_no_note_that_was_not_signed_here() {
    for way in [
        "update checkpoints.checkpoint set note = replace(note, '— ', '— x')",
        "update checkpoints.checkpoint set note = (select note from checkpoints.checkpoint other
             where other.service <> checkpoint.service limit 1)",
        "update checkpoints.checkpoint set size = size + 1",
    ] {
        let (logs, folder) = witnessed().await;
        owner(&logs, way).await;
        assert_eq!(logs.notary.hand_over(&logs.region, &Post::default()).await.unwrap(), 0, "{way}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{way}");
        let standing = logs.notary.witnesses(&logs.region).await.unwrap();
        assert!(
            standing.iter().all(|it| it.trouble.as_ref().is_some_and(|it| it.contains("not signed here"))),
            "{standing:?}"
        );
        logs.drop_all().await;
    }
}
