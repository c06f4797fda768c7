//! Runs a round by itself, once a day in each region: the first look after midnight in the Netherlands.

use super::round::Round;
use crate::retention::forgotten::NotYet;
use chassis::Hub;
use chrono::NaiveDate;
use decider::Asked;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use vocabulary::{Actor, RegionId, RetentionRunId, amsterdam_date};

/// How often we look whether the day is another one.
const LOOK: Duration = Duration::from_secs(60);

/// The last day on which each region had its round, as far as this process knows.
pub type Days = BTreeMap<RegionId, NaiveDate>;

/// Looks again and again, until the token is cancelled.
pub(crate) async fn run_daily(hub: Hub, end: CancellationToken) -> Result<(), bus::Error> {
    let mut days = Days::new();
    loop {
        tokio::select! {
            () = end.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
        if let Err(error) = run_due(&hub, &mut days).await {
            // It is tried again: what stands in one region's way keeps no other waiting.
            tracing::warn!(%error, "a round of the retention schedule did not end");
        }
    }
}

/// Runs the day's round in every region that has not had it; answers in how many somebody was forgotten.
///
/// # Errors
/// The last that was in the way, after all others had their turn.
pub async fn run_due(hub: &Hub, days: &mut Days) -> Result<usize, NotYet> {
    let (mut told, mut failed) = (0, None);
    let now = hub.clock.now();
    let today = amsterdam_date(now);
    for head in hub.log.heads().await? {
        let region = head.region;
        if days.get(&region) == Some(&today) {
            continue;
        }
        // One a day, in whatever process: who was forgotten in it is told in one run.
        let run = RetentionRunId::derived(&[region.as_str(), &today.to_string()]);
        let asked = Asked::new(Actor::hub(), now);
        let round = Round { hub: hub.clone(), region: region.clone(), run, asked };
        match round.run().await {
            Ok(done) => {
                told += usize::from(done.is_some());
                days.insert(region, today);
            }
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(told), Err)
}
