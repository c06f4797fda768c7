//! Proofs out of what checkpoints kept are those that the whole log gives, and nothing that is kept is believed.

use crate::logs::Logs;
use audit::trace::reading::Reader;
use audit::trace::timeline::{Part, timeline};
use evidence::inclusion::Inclusion;
use evidence::prove::{Proving, out_of_kept};
use evidence::verify::Log;
use std::collections::BTreeMap;

const SERVICE: &str = "co-financing";

/// Every event of the log, proven: out of what is kept, or out of the whole log.
async fn proven(logs: &Logs, kept: bool, until: Option<i64>) -> Vec<Inclusion> {
    first(logs, usize::MAX, kept, until).await
}

/// The first events only.
async fn first(logs: &Logs, limit: usize, kept: bool, until: Option<i64>) -> Vec<Inclusion> {
    let mut reader = Reader::new(logs.region.clone(), logs.notary.logs.clone());
    if kept {
        reader = reader.kept_in(logs.audit.app.clone());
    }
    if let Some(until) = until {
        reader.until(BTreeMap::from([(SERVICE.to_owned(), until)]));
    }
    let part = Part { after: None, limit, proofs: true };
    timeline(&mut reader, Logs::LONG, &part).await.unwrap().unwrap().proofs
}

async fn cut(logs: &Logs) -> String {
    let source = logs.notary.logs.iter().find(|log| log.service() == SERVICE).unwrap();
    logs.notary.cut(&logs.region, source).await.unwrap().unwrap().note
}

#[tokio::test]
async fn every_proof_out_of_what_is_kept_is_the_one_of_the_whole_log() {
    let logs = Logs::new().await;
    let mut size = 0;
    // Where checkpoints are cut, and how far the log goes on behind: around the ends of blocks of 256.
    for (signed, head) in [(1, 1), (2, 255), (256, 256), (256, 257), (300, 511), (512, 513), (769, 1_100)] {
        for (upto, sign) in [(signed, true), (head, false)] {
            logs.grow(SERVICE, upto - size).await;
            size = upto.max(size);
            if sign {
                cut(&logs).await;
            }
        }
        let all = proven(&logs, true, None).await;
        assert_eq!(i64::try_from(all.len()), Ok(size));
        assert_eq!(all, proven(&logs, false, None).await, "signed {signed}, at {size}");
    }
    for until in [1, 255, 256, 257, 500, 768, 769, 770, 1_024, 1_099] {
        let all = proven(&logs, true, Some(until)).await;
        assert_eq!(i64::try_from(all.len()), Ok(until));
        assert_eq!(all, proven(&logs, false, Some(until)).await, "until {until}");
    }
    logs.drop_all().await;
}

#[tokio::test]
async fn nothing_that_was_altered_can_be_proven() {
    let logs = Logs::new().await;
    logs.grow(SERVICE, 600).await;
    cut(&logs).await;
    logs.grow(SERVICE, 30).await;
    let before = proven(&logs, true, None).await;
    let aside = async |set: &'static str| {
        sqlx::raw_sql(set).execute(&logs.audit.owner).await.unwrap();
    };
    // A root, a leaf, a row, a checkpoint: whatever is wrong, the log itself is read.
    aside("create table kept_leaves as table checkpoints.leaves").await;
    for altered in [
        "update checkpoints.leaves set root = sha256(root) where number = 0",
        "update checkpoints.leaves set leaves = set_byte(leaves, 40, (get_byte(leaves, 40) + 1) % 256) where number = 1",
        "update checkpoints.leaves set leaves = set_byte(leaves, 40, (get_byte(leaves, 40) + 1) % 256) where number = 2",
        "update checkpoints.leaves set root = null",
        "delete from checkpoints.leaves where number = 1",
        "delete from checkpoints.leaves",
    ] {
        aside(altered).await;
        assert_eq!(proven(&logs, true, None).await, before, "{altered}");
        aside("truncate checkpoints.leaves; insert into checkpoints.leaves table kept_leaves").await;
    }
    // An event that is not shown: the proof of another one still leads to what was signed.
    let log = Log { region: logs.region.clone(), service: SERVICE.to_owned() };
    let source = logs.notary.logs.iter().find(|log| log.service() == SERVICE).unwrap();
    let note = logs.notary.latest(&logs.region, SERVICE).await.unwrap().unwrap().note;
    let kept = async |position| out_of_kept(&logs.audit.app, source, &log, position, &note).await.unwrap();
    let mut whole = Proving::new(log.clone(), 300, &note).unwrap();
    logs.texts(SERVICE).await.iter().take(600).for_each(|text| whole.push(text));
    assert_eq!(kept(300).await, whole.end());
    assert_eq!((kept(0).await, kept(i64::MIN).await, kept(601).await), (None, None, None));
    sqlx::raw_sql("update event_log.event set body = replace(body, '\"datacontenttype\"', ' \"datacontenttype\"') where position = 5")
        .execute(logs.owner(SERVICE))
        .await
        .unwrap();
    assert!(kept(300).await.is_some());
    assert_eq!(first(&logs, 4, true, None).await, before[..4], "the whole log is not read for it");
    assert_ne!(first(&logs, 4, false, None).await, before[..4]);
    assert_eq!(kept(5).await, None, "it is not the one that was signed");
    logs.drop_all().await;
}
