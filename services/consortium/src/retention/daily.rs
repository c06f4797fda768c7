//! Runs a round by itself, once a day in each region: the first look after midnight in the Netherlands.

use super::round::Round;
use crate::retention::forgotten::NotYet;
use bus::{ALARM_AFTER, RetryingEach};
use chassis::Hub;
use chrono::NaiveDate;
use decider::CommandContext;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use vocabulary::{Actor, RegionId, RetentionRunId, amsterdam_date};

/// How often we look whether the day is another one, and try again what did not end.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// What stands for the region where the log cannot be read.
const EVERYWHERE: &str = "all regions";

/// The last day on which each region had its round, as far as this process knows.
pub type Days = BTreeMap<RegionId, NaiveDate>;

/// Looks again and again, until the token is cancelled.
pub(crate) async fn run_daily(hub: Hub, end: CancellationToken) -> Result<(), bus::Error> {
    let mut days = Days::new();
    let mut failing = RetryingEach::new("the round of the retention schedule", ALARM_AFTER);
    loop {
        tokio::select! {
            () = end.cancelled() => return Ok(()),
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
        for (region, done) in run_each_due(&hub, &mut days).await {
            if let Err(error) = &done {
                // It is tried again: what stands in one region's way keeps no other waiting.
                tracing::warn!(%region, %error, "a round of the retention schedule did not end");
            }
            failing.tried("consortium", &region, &done);
        }
    }
}

/// Runs the day's round in every region that has not had it; answers in how many somebody was forgotten.
///
/// # Errors
/// The last that was in the way, after all others had their turn.
pub async fn run_due(hub: &Hub, days: &mut Days) -> Result<usize, NotYet> {
    let mut told = Ok(0);
    for (_, done) in run_each_due(hub, days).await {
        told = match (told, done) {
            (_, Err(error)) => Err(error),
            (told, Ok(somebody)) => told.map(|count: usize| count + usize::from(somebody)),
        };
    }
    told
}

/// The same, by region: whether somebody was forgotten.
async fn run_each_due(hub: &Hub, days: &mut Days) -> Vec<(String, Result<bool, NotYet>)> {
    let now = hub.clock.now();
    let today = amsterdam_date(now);
    let heads = match hub.log.heads().await {
        Ok(heads) => heads,
        Err(error) => return vec![(EVERYWHERE.to_owned(), Err(error.into()))],
    };
    let mut rounds = vec![(EVERYWHERE.to_owned(), Ok(false))];
    for head in heads {
        let region = head.region;
        if days.get(&region) == Some(&today) {
            continue;
        }
        // One a day, in whatever process: who was forgotten in it is told in one run.
        let run = RetentionRunId::derived(&[region.as_str(), &today.to_string()]);
        let asked = CommandContext::new(Actor::hub(), now);
        let round = Round { hub: hub.clone(), region: region.clone(), run, asked };
        let done = round.run().await.map(|done| done.is_some());
        let name = region.to_string();
        if done.is_ok() {
            days.insert(region, today);
        }
        rounds.push((name, done));
    }
    rounds
}
