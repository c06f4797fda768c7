//! Whoever owns the databases tries to silence the signer: what grew is signed all the same, or somebody hears of it.

use crate::logs::Logs;
use bus::{LogSource, There};
use chrono::TimeDelta;
use evidence::checkpoint::{NotCut, Notary};
use sqlx::AssertSqlSafe;

/// What must come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The log is signed up to where it is.
    Signed,
    /// Cutting and rechecking both say that it is not the log that was signed.
    Alarm,
}

use Outcome::{Alarm, Signed};

const LATER: &str = "update checkpoints.checkpoint set cut_at = '2200-01-01'";
const EPOCH: &str = "update event_log.head set epoch = epoch + 1";
const HEAD: &str = "delete from event_log.head";

/// What is done in the database of the audit, what in that of the log of hotspots, and what must come of it.
const WAYS: [(&str, &str, Outcome); 10] = [
    ("", "", Signed),
    (LATER, "", Signed),
    ("update checkpoints.checkpoint set cut_at = 'infinity'", "", Signed),
    ("delete from checkpoints.checkpoint", "", Signed),
    ("delete from checkpoints.checkpoint; delete from checkpoints.leaves", "", Signed),
    ("", EPOCH, Alarm),
    (LATER, EPOCH, Alarm),
    ("", HEAD, Alarm),
    (LATER, HEAD, Alarm),
    ("delete from checkpoints.checkpoint", "delete from event_log.head; delete from event_log.event", Alarm),
];

fn is_altered<T>(done: &Result<T, NotCut>) -> bool {
    matches!(done, Err(NotCut::Altered { .. }))
}

/// Up to where hotspots was signed, as the signer remembers it.
async fn signed(logs: &Logs) -> u64 {
    let remembered = logs.notary.remembered().await.unwrap();
    remembered.iter().find(|tree| tree.origin.ends_with("/hotspots")).unwrap().size
}

#[tokio::test]
async fn no_row_keeps_a_log_from_being_signed_without_an_alarm() {
    for (audit, hotspots, outcome) in WAYS {
        let logs = Logs::small().await;
        logs.later(TimeDelta::hours(1));
        let (before, end) = (signed(&logs).await, logs.head("hotspots").await.position.unsigned_abs());
        assert!(before < end);
        sqlx::raw_sql(AssertSqlSafe(audit)).execute(&logs.audit.owner).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(hotspots)).execute(logs.owner("hotspots")).await.unwrap();
        let cut = logs.notary.cut_due().await;
        let mut rechecked = false;
        for _ in 0..6 {
            rechecked |= is_altered(&logs.notary.recheck_due().await);
        }
        let found = (is_altered(&cut), rechecked, signed(&logs).await);
        let expected = match outcome {
            Signed => (false, false, end),
            Alarm => (true, true, before),
        };
        assert_eq!(found, expected, "{audit:?} {hotspots:?}: {cut:?}");
        logs.drop_all().await;
    }
}

#[tokio::test]
async fn a_service_that_is_away_is_an_outage_and_hides_no_other_log() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let logs = Logs::small().await;
    logs.later(TimeDelta::hours(1));
    let away = LogSource::There(There::new("agreements", "http://127.0.0.1:9", "", reqwest::Client::new()));
    let others = logs.notary.logs.iter().filter(|log| log.service() != "agreements").cloned();
    // It comes first.
    let notary = Notary { logs: std::iter::once(away).chain(others).collect(), ..logs.notary.clone() };
    let cut = notary.cut_due().await;
    assert!(matches!(cut, Err(NotCut::Log(ref service, _)) if service == "agreements"), "{cut:?}");
    assert_eq!(signed(&logs).await, logs.head("hotspots").await.position.unsigned_abs());
    let edit = "update event_log.event set body = replace(body, '\"datacontenttype\"', ' \"datacontenttype\"') where position = 2";
    sqlx::raw_sql(edit).execute(logs.owner("hotspots")).await.unwrap();
    let (mut altered, mut outages) = (0, 0);
    for _ in 0..5 {
        match notary.recheck_due().await {
            Err(NotCut::Altered { .. }) => altered += 1,
            Err(NotCut::Log(..)) => outages += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((altered, outages), (1, 4), "what is away is no sign of tampering, and hides none");
    logs.drop_all().await;
}
