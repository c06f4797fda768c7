//! Cuts checkpoints by itself, of each log that has grown, no sooner than a while after the one before; reads each log
//! again as a whole once a day.
//!
//! **Invariant:** no row decides whether a log has its turn: the signer remembers when it was signed and that there was one.

use crate::checkpoint::{NotCut, Notary};
use bus::{ALARM_AFTER, LogSource, RetryingEach};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// How long after a checkpoint the next one is due.
const EVERY: TimeDelta = TimeDelta::minutes(10);

/// How long after a log was read as a whole it is read again.
const RECHECK: TimeDelta = TimeDelta::hours(24);

/// How long after a log could not be read as a whole that is tried again.
const RECHECK_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// How often we look whether one is due.
const POLL_INTERVAL: Duration = Duration::from_secs(60);

/// The same, while something fails.
const RETRY_INTERVAL: Duration = Duration::from_secs(15);

/// The service that signs.
const AUDIT: &str = "audit";

/// What stands for the region where no log of a service can be read.
const EVERYWHERE: &str = "all regions";

/// What came of one log.
struct Tried<T> {
    service: String,
    region: String,
    done: Result<T, NotCut>,
}

/// Signs what has grown, at once and then again and again, until the token is cancelled.
///
/// # Errors
/// None: what fails is tried again, and raises an alarm when that lasts.
pub async fn cut_when_due(notary: Notary, end: CancellationToken) -> Result<(), bus::Error> {
    let mut failing = RetryingEach::new("the signing of a log", ALARM_AFTER);
    while !end.is_cancelled() {
        for tried in notary.cut_each_due().await {
            tried.report(&mut failing);
        }
        rest(&end, &failing).await;
    }
    Ok(())
}

/// Reads logs again as a whole, one after another, until the token is cancelled: what was altered behind its tree is
/// found, and what cannot be signed for another reason as well.
///
/// # Errors
/// None: what fails is tried again, and raises an alarm when that lasts.
pub async fn recheck_when_due(notary: Notary, end: CancellationToken) -> Result<(), bus::Error> {
    let mut failing = RetryingEach::new("the daily check of a log", ALARM_AFTER);
    while !end.is_cancelled() {
        for tried in notary.recheck_each_due().await {
            if let Err(error @ (NotCut::Altered { .. } | NotCut::NotRemembered { .. })) = &tried.done {
                bus::raise("a log is not the one that was signed", &tried.service, &tried.region, error);
            }
            tried.report(&mut failing);
        }
        rest(&end, &failing).await;
    }
    Ok(())
}

async fn rest(end: &CancellationToken, failing: &RetryingEach) {
    let pause = if failing.is_failing() { RETRY_INTERVAL } else { POLL_INTERVAL };
    tokio::select! {
        () = end.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
    }
}

impl<T> Tried<T> {
    /// An outage raises an alarm when it lasts. A log that is not the one that was signed has had its alarm at once.
    fn report(&self, failing: &mut RetryingEach) {
        match &self.done {
            Err(NotCut::Altered { .. } | NotCut::NotRemembered { .. }) => {
                failing.tried(&self.service, &self.region, &Ok::<(), NotCut>(()));
            }
            done => {
                if let Err(error) = done {
                    tracing::warn!(service = self.service, region = self.region, %error, "a log was not looked at");
                }
                failing.tried(&self.service, &self.region, done);
            }
        }
    }
}

impl Notary {
    /// Cuts what is due in every region; answers how many.
    ///
    /// # Errors
    /// The last that was in the way, after all others had their turn.
    pub async fn cut_due(&self) -> Result<usize, NotCut> {
        let mut cut = Ok(0);
        for tried in self.cut_each_due().await {
            cut = match (cut, tried.done) {
                (_, Err(error)) => Err(error),
                (cut, Ok(done)) => cut.map(|count: usize| count + usize::from(done)),
            };
        }
        cut
    }

    async fn cut_each_due(&self) -> Vec<Tried<bool>> {
        let mut all = Vec::new();
        if self.signer.is_nowhere() {
            let (service, region) = (AUDIT.to_owned(), EVERYWHERE.to_owned());
            all.push(Tried { service, region, done: Err(NotCut::NotHere) });
        }
        if !self.signer.is_here() {
            return all; // Whoever signs cuts by itself.
        }
        for log in self.logs.iter() {
            let service = log.service().to_owned();
            match self.regions(log).await {
                Ok(regions) => {
                    for region in regions {
                        let done = self.cut_one_due(&region, log).await;
                        all.push(Tried { service: service.clone(), region: region.to_string(), done });
                    }
                    all.push(Tried { service, region: EVERYWHERE.to_owned(), done: Ok(false) });
                }
                Err(error) => all.push(Tried { service, region: EVERYWHERE.to_owned(), done: Err(error) }),
            }
        }
        all
    }

    /// Reads one log again as a whole, the one for which that is longest ago, when it is due; says of which region.
    ///
    /// # Errors
    /// See [`NotCut`]: when it is not the one that was signed; else when another log could not be looked at, after this
    /// one had its turn.
    pub async fn recheck_due(&self) -> Result<Option<RegionId>, NotCut> {
        let mut read = Ok(None);
        for tried in self.recheck_each_due().await {
            read = match (read, tried.done) {
                (_, Err(error)) => Err(error),
                (read, Ok(region)) => read.map(|before: Option<RegionId>| region.or(before)),
            };
        }
        read
    }

    /// The one that is due, behind the services whose logs cannot be looked at.
    async fn recheck_each_due(&self) -> Vec<Tried<Option<RegionId>>> {
        let mut all = Vec::new();
        if !self.signer.is_here() {
            return all;
        }
        let now = self.clock.now();
        let mut due: Option<(Option<DateTime<Utc>>, RegionId, &LogSource)> = None;
        for log in self.logs.iter() {
            let regions = self.regions(log).await;
            for region in regions.as_ref().into_iter().flatten() {
                let before = self.signer.rechecked(&self.origin(region, log.service()));
                let is_due = before.is_none_or(|before| before + RECHECK <= now || before > now);
                if is_due && due.as_ref().is_none_or(|(first, ..)| before < *first) {
                    due = Some((before, region.clone(), log));
                }
            }
            let (service, region) = (log.service().to_owned(), EVERYWHERE.to_owned());
            all.push(Tried { service, region, done: regions.map(|_| None) });
        }
        let Some((_, region, log)) = due else { return all };
        let done = self.recheck(&region, log).await;
        // Also when it fails: the others have their turn. What does not answer is asked again before the day is over.
        let looked = match &done {
            Ok(()) | Err(NotCut::Altered { .. } | NotCut::NotRemembered { .. }) => now,
            Err(_) => now - RECHECK + RECHECK_AGAIN,
        };
        self.signer.set_rechecked(self.origin(&region, log.service()), looked);
        let service = log.service().to_owned();
        all.push(Tried { service, region: region.to_string(), done: done.map(|()| Some(region)) });
        all
    }

    /// The regions in which a service has a log, or had one when something of it was signed: a head that was deleted
    /// hides no log.
    async fn regions(&self, log: &LogSource) -> Result<BTreeSet<RegionId>, NotCut> {
        let service = log.service();
        let heads = log.heads().await.map_err(|error| NotCut::Log(service.to_owned(), error))?;
        let remembered = self.remembered().await?;
        let known = remembered.iter().filter(|tree| tree.size > 0);
        let known = known.filter_map(|tree| self.region_of(&tree.origin, service));
        Ok(heads.into_iter().map(|head| head.region).chain(known).collect())
    }

    async fn cut_one_due(&self, region: &RegionId, log: &LogSource) -> Result<bool, NotCut> {
        let (origin, now) = (self.origin(region, log.service()), self.clock.now());
        let before = self.signer.signed(&origin);
        // A clock that was put back makes nothing wait.
        if before.is_some_and(|before| before <= now && now < before + EVERY) {
            return Ok(false);
        }
        self.cut(region, log).await?;
        Ok(self.signer.signed(&origin) != before)
    }
}
