//! Whoever owns the database alters a log, in every way and anywhere: it is found, and the first bad position named.

pub mod ways;

use crate::logs::{Logs, SERVICES};
use ways::{Dice, WAYS, Way};

/// Each way is tried so often, each time in another place.
const TIMES: u64 = 4;

#[tokio::test]
async fn every_alteration_is_found_and_the_first_bad_position_is_right() {
    let logs = Logs::signed().await;
    for service in SERVICES {
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
                SERVICES[usize::try_from(dice.below(5)).unwrap()]
            };
            let (first, what) = logs.owned(service).alter(way, &mut dice).await.unwrap();
            let verdict = logs.verify(service).await;
            tried += 1;
            let said = verdict.findings.iter().any(|finding| finding.what == what);
            if verdict.intact() || verdict.first_bad() != first || !said {
                wrong.push(format!("{way:?} in {service}: expected {first:?} {what:?}, found {:?}", verdict.findings));
            }
            logs.owned(service).restore().await;
        }
    }
    assert!(tried >= 60, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    for service in SERVICES {
        assert!(logs.verify(service).await.intact(), "{service} is as it was");
    }
    logs.drop_all().await;
}
