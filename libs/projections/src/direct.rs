//! Reads logs themselves, for a projection that believes nothing else and shares nobody's fate.
//!
//! **Invariant:** no stream, no consumer and no position that a message tells reaches it. They only wake it.

use crate::projector::Projector;
use crate::rebuild::Rebuild;
use bus::checkpoint::Key;
use bus::{
    Error, Follower, Head, Log, LogEnds, LogSource, Passed, Progress, Retrying, Settings, at_last, gap, measure_lag,
};
use event_log::{Recorded, Skimmed};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, timeout};
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// How long one question may take: a connection that hangs is given up.
const ATTEMPT: Duration = Duration::from_secs(10);

/// One projection and the logs of one service.
#[derive(Clone)]
pub(crate) struct Direct {
    /// The service whose reader it is.
    pub by: &'static str,
    pub one: Rebuild,
    /// Over connections of its own; tells nobody by itself.
    pub projector: Projector,
    pub source: LogSource,
    pub settings: Settings,
    pub progress: Progress,
}

/// What the log said when it was asked, by region.
type LogHeads = BTreeMap<RegionId, LogHead>;

/// Where a log ended, and how many of its events are parked.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct LogHead {
    position: i64,
    parked: i64,
}

impl Direct {
    /// Follows all logs of the service until the end comes. `ends` wakes it.
    pub async fn run(self, ends: LogEnds, end: CancellationToken) {
        let (told, asked) = watch::channel(LogHeads::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(self.clone().keep_asking(told, end.clone()));
        let (name, service) = (self.projector.projection.name(), self.source.service().to_owned());
        ends.each_log(name, &service, end, move |log, hint, end| {
            let (direct, asked) = (self.clone(), asked.clone());
            async move { direct.follow_log(log, hint, asked, end).await }
        })
        .await;
        while tasks.join_next().await.is_some() {}
    }

    /// Everything up to now, once; whether anything moved.
    pub async fn catch_up(&self, end: &CancellationToken) -> Result<bool, Error> {
        let mut moved = false;
        for head in self.ask().await? {
            let log = Log { service: self.source.service().to_owned(), region: head.region, epoch: head.epoch };
            let key = self.projector.key_in(&log);
            let passed = Passed::new(Duration::ZERO);
            let caught_up = async {
                let began = self.begin(&key).await?;
                Ok(self.read_on(&key, (began, head.position), &passed, end).await? > began)
            };
            moved |= match caught_up.await {
                Err(Error::Forked { .. }) => {
                    self.one.heal(&log, end).await?;
                    true
                }
                done => done?,
            };
        }
        Ok(moved)
    }

    /// Asks where the logs end, and has the projection know what came of it.
    async fn ask(&self) -> Result<Vec<Head>, Error> {
        // Before the question: what the answer says was so then, or later.
        let at = self.settings.ages.now();
        let heads = in_time(self.source.heads()).await;
        self.projector.projection.asked(at, heads.as_deref().ok());
        for head in heads.as_deref().unwrap_or_default() {
            // Also of a log that cannot be read on.
            self.measure(head);
        }
        heads
    }

    async fn keep_asking(self, told: watch::Sender<LogHeads>, end: CancellationToken) {
        let mut poll = tokio::time::interval(self.settings.compare_every);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut retrying = Retrying::new(self.settings.alarm_after);
        loop {
            tokio::select! {
                () = end.cancelled() => return,
                _ = poll.tick() => {}
            }
            let asked = async {
                let heads = self.ask().await?;
                let parked = in_time(self.projector.count_parked()).await?;
                let standing = |head: Head| {
                    let parked = parked.get(&head.region).copied().unwrap_or_default();
                    (head.region, LogHead { position: head.position, parked })
                };
                Ok::<LogHeads, Error>(heads.into_iter().map(standing).collect())
            };
            match asked.await {
                Ok(asked) => {
                    retrying.worked();
                    told.send_replace(asked);
                }
                Err(error) => {
                    tracing::warn!(reader = self.projector.reader, service = self.source.service(), %error, "the log does not answer");
                    retrying.failed(&self.projector.reader, self.source.service(), "all regions", &error);
                }
            }
        }
    }

    /// Follows one log, and heals the tables when they were read under another epoch.
    async fn follow_log(
        self,
        log: Log,
        hint: watch::Receiver<i64>,
        asked: watch::Receiver<LogHeads>,
        end: CancellationToken,
    ) -> Result<(), Error> {
        while !end.is_cancelled() {
            match self.follow_once(&log, hint.clone(), asked.clone(), &end).await {
                Err(error @ Error::Forked { .. }) => {
                    tracing::warn!(%error, "the read model is made again");
                    self.one.heal(&log, &end).await?;
                }
                Err(error @ Error::Superseded { .. }) => {
                    tracing::warn!(%error, "this process is of an older version");
                    return Ok(());
                }
                done => return done,
            }
        }
        Ok(())
    }

    async fn follow_once(
        &self,
        log: &Log,
        mut hint: watch::Receiver<i64>,
        mut asked: watch::Receiver<LogHeads>,
        end: &CancellationToken,
    ) -> Result<(), Error> {
        let (key, passed) = (self.projector.key_in(log), Passed::new(self.settings.write_every));
        let mut at = self.begin(&key).await?;
        let (mut hinted, mut parked) = (true, None);
        loop {
            let standing = asked.borrow_and_update().get(&log.region).copied();
            let end_of_log = standing.map_or(0, |standing| standing.position).max(*hint.borrow_and_update());
            if end_of_log > at {
                at = self.read_on(&key, (at, end_of_log), &passed, end).await?;
            }
            // Another process may have handled what was parked: no position tells.
            if let Some(standing) = standing
                && parked.replace(standing.parked).is_some_and(|before| before != standing.parked)
            {
                self.reached(&key, at, true).await?;
            }
            tokio::select! {
                () = end.cancelled() => return Ok(()),
                changed = hint.changed(), if hinted => hinted = changed.is_ok(),
                () = at_last(passed.due()) => self.write_down(&key, &passed).await,
                // Its sender ends with us.
                changed = asked.changed() => if changed.is_err() { return Ok(()) },
            }
        }
    }

    /// Nothing came for a while: the checkpoint is to say how far all of it was read.
    async fn write_down(&self, key: &Key, passed: &Passed) {
        let written = in_time(self.projector.pass(key, passed.span())).await;
        if let Err(error) = passed.settle(written) {
            tracing::warn!(reader = key.reader, %error, "the checkpoint is written later");
        }
    }

    /// Where it stands; what is in memory is read afresh.
    async fn begin(&self, key: &Key) -> Result<i64, Error> {
        let at = in_time(self.projector.at(key)).await?;
        self.reached(key, at, true).await?;
        Ok(at)
    }

    /// Applies what the log has behind `at`, at least up to where it is said to end.
    async fn read_on(
        &self,
        key: &Key,
        (mut at, upto): (i64, i64),
        passed: &Passed,
        end: &CancellationToken,
    ) -> Result<i64, Error> {
        while at < upto && !end.is_cancelled() {
            if let Some(reached) = self.skim(key, at, passed).await? {
                at = reached;
                continue;
            }
            let page = in_time(self.source.page(&key.log.region, at, self.settings.batch)).await?;
            let (Some(first), Some(last)) = (page.first(), page.last()) else { break };
            if first.position != at + 1 {
                return Err(gap(key, at + 1));
            }
            let end_of_page = last.position;
            let (reached, folded) = self.take(key, &page, passed).await?;
            // Further than the page: another process applied more, and this one has not seen what.
            self.reached(key, reached, folded || reached > end_of_page).await?;
            at = reached;
        }
        Ok(at)
    }

    /// Goes by a page that concerns it in nothing: where that leads, `None` when the page must be read.
    async fn skim(&self, key: &Key, at: i64, passed: &Passed) -> Result<Option<i64>, Error> {
        let Some(categories) = self.projector.projection.categories() else { return Ok(None) };
        let skim = self.source.skim(&key.log.region, at, self.settings.batch, categories);
        let Some(Skimmed { first, last, concerns: false }) = in_time(skim).await? else { return Ok(None) };
        if first != at + 1 {
            return Err(gap(key, at + 1));
        }
        let Some(reached) = passed.by_between(first, last) else { return Ok(None) };
        self.reached(key, reached, false).await?;
        Ok(Some(reached))
    }

    /// Applies a page: where that leads, and whether anything of it was folded.
    async fn take(&self, key: &Key, page: &[Recorded], passed: &Passed) -> Result<(i64, bool), Error> {
        let folded = page.iter().any(|event| self.projector.projection.folds(event));
        if !folded && let Some(at) = passed.by(page) {
            return Ok((at, false));
        }
        let at = in_time(self.projector.batch(key, page, passed)).await?;
        passed.written();
        Ok((at, folded))
    }

    async fn reached(&self, key: &Key, position: i64, changed: bool) -> Result<(), Error> {
        let log = &key.log;
        let here = Head { region: log.region.clone(), position, epoch: log.epoch, frontier: vec![] };
        in_time(async { Ok(self.projector.projection.reached(&here, changed).await?) }).await?;
        self.progress.reached(&key.reader, &log.service, &log.region, position);
        Ok(())
    }

    fn measure(&self, head: &Head) {
        let (reader, service) = (&self.projector.reader, self.source.service());
        let lag = head.position - self.progress.position(reader, service, &head.region);
        measure_lag(self.by, reader, service, &head.region, lag);
    }
}

async fn in_time<T>(attempt: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(ATTEMPT, attempt).await.unwrap_or(Err(Error::Late(ATTEMPT)))
}
