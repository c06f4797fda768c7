//! Whoever owns the database alters a log, in every way and anywhere: it is found, and the first bad position named.

pub mod ways;

use crate::logs::{Logs, services};
use evidence::verify::Standing;
use sqlx::AssertSqlSafe;
use std::hash::{DefaultHasher, Hash, Hasher};
use ways::{Dice, Owned, WAYS, Way};

/// Each way is tried so often, each time in another place.
const TIMES: u64 = 4;

#[tokio::test]
async fn every_alteration_is_found_and_the_first_bad_position_is_right() {
    let logs = Logs::signed().await;
    for service in services() {
        let verdict = logs.verify(service).await;
        assert!(verdict.intact(), "{service} before anything was done: {:?}", verdict.findings);
        assert_eq!(verdict.checkpoints.len(), 3, "{service}");
        logs.owned(service).keep().await;
    }
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (number, way) in WAYS.into_iter().enumerate() {
        for time in 0..TIMES {
            let mut dice = Dice(number as u64 * 1_000 + time);
            // Ciphertexts stand where people and free text about them do.
            let service = if way == Way::SwapCiphertextsCovered {
                "consortium"
            } else {
                services()[usize::try_from(dice.below(5)).unwrap()]
            };
            let (first, what) = logs.owned(service).alter(way, &mut dice).await.expect("a way that can be taken");
            let verdict = logs.verify(service).await;
            tried += 1;
            let said = verdict.findings.iter().any(|finding| finding.what == what);
            if verdict.intact() || verdict.first_bad() != first || !said {
                wrong.push(format!("{way:?} in {service}: expected {first:?} {what:?}, found {:?}", verdict.findings));
            }
            logs.owned(service).restore().await;
        }
    }
    assert!(tried >= 100, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    for service in services() {
        assert!(logs.verify(service).await.intact(), "{service} is as it was");
    }
    logs.drop_all().await;
}

/// So many combinations are tried over a database; over exports there are more.
const COMBINATIONS: u64 = 250;

#[tokio::test]
async fn no_combination_of_ways_makes_a_small_log_look_intact() {
    let logs = Logs::small().await;
    let owned = logs.owned("agreements");
    owned.keep().await;
    let (before, mut tried) = (digest(&owned).await, 0);
    for seed in 0..COMBINATIONS {
        let mut dice = Dice(seed);
        let mut ways = Vec::new();
        for _ in 0..dice.from(1, 4) {
            let way = WAYS[usize::try_from(dice.below(i64::try_from(WAYS.len()).unwrap())).unwrap()];
            if owned.alter(way, &mut dice).await.is_some() {
                ways.push(way);
            }
        }
        // What cancels out is no alteration.
        if digest(&owned).await != before {
            let verdict = logs.verify("agreements").await;
            let wrong = matches!(verdict.verdict, Standing::Altered | Standing::Forked);
            assert!(wrong, "seed {seed}, {ways:?}: {:?}", verdict.verdict);
            tried += 1;
        }
        owned.restore().await;
    }
    assert!(tried > COMBINATIONS * 9 / 10, "{tried}");
    assert!(logs.verify("agreements").await.intact());
    logs.drop_all().await;
}

/// Everything that a way alters, as one number.
async fn digest(owned: &Owned<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (pool, table, _) in owned.tables() {
        let rows = format!("select coalesce(string_agg(it::text, E'\\n' order by it::text), '') from {table} it");
        let rows: String = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_one(pool).await.unwrap();
        rows.hash(&mut hasher);
    }
    hasher.finish()
}
