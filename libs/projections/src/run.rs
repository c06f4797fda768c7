//! Runs projections in a process, each log a task of its own, beside the bus.

use crate::Projections;
use crate::group::Away;
use crate::rebuild::Rebuild;
use bus::{Backoff, Error, Log, LogEnds, LogSource, supervise};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// After so long inside, what sent a projection away before is over.
const STEADY: Duration = Duration::from_secs(60);

impl Projections {
    /// Runs everything, the bus as well, until the shutdown comes; then finishes the batches in flight.
    ///
    /// # Errors
    /// Only before anything runs: see [`Projections::prepare`]. Later errors are logged, and tried again.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<(), Error> {
        self.prepare().await?;
        let (own, end) = (self.clone(), shutdown.clone());
        self.bus.run_with(&self.sources(), shutdown, |ends| own.project_all(ends, end)).await
    }

    async fn project_all(self, ends: LogEnds, end: CancellationToken) {
        let mut tasks = JoinSet::new();
        for source in self.read_together() {
            let (own, ends, end) = (self.clone(), ends.clone(), end.clone());
            tasks.spawn(async move {
                let service = source.service().to_owned();
                ends.each_log("projections", &service, end, move |log, head, end| {
                    own.clone().project_together(source.clone(), log, head, end)
                })
                .await;
            });
        }
        for one in self.all.clone() {
            let (own, ends, end) = (self.clone(), ends.clone(), end.clone());
            let what = self.bus.supervised(format!("projection {}", one.projection.name()));
            tasks.spawn(supervise(what, end.clone(), move || {
                own.clone().project(one.clone(), ends.clone(), end.clone())
            }));
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Brings a projection up and follows all of its logs.
    async fn project(self, one: Rebuild, ends: LogEnds, end: CancellationToken) -> Result<(), Error> {
        match one.bring_up(&end).await {
            Ok(()) => {}
            Err(error @ Error::Superseded { .. }) => {
                tracing::warn!(%error, "this process is of an older version");
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        let mut tasks = JoinSet::new();
        for source in one.sources.clone() {
            let (own, ends, one, end) = (self.clone(), ends.clone(), one.clone(), end.clone());
            if one.reads_the_log() {
                tasks.spawn(own.direct(&one, &source).run(ends, end));
                continue;
            }
            tasks.spawn(async move {
                let (name, service) = (one.projection.name(), source.service().to_owned());
                ends.each_log(name, &service, end, move |log, head, end| {
                    own.clone().project_log(one.clone(), source.clone(), log, head, end)
                })
                .await;
            });
        }
        while tasks.join_next().await.is_some() {}
        Ok(())
    }

    /// Keeps one projection in the group that reads a log. It is healed when it was sent away for good, and comes back
    /// by itself when it was sent away for a moment.
    async fn project_log(
        self,
        one: Rebuild,
        source: LogSource,
        log: Log,
        head: watch::Receiver<i64>,
        end: CancellationToken,
    ) -> Result<(), Error> {
        let (mut behind, mut backoff) = (0, Backoff::default());
        while !end.is_cancelled() {
            let began = Instant::now();
            let away = self.project_once(&one, &source, &log, (&head, behind), &end).await;
            match away.unwrap_or_else(|error| Some(Away { error, upto: 0 })) {
                None => return Ok(()),
                Some(Away { error: error @ Error::Forked { .. }, .. }) => {
                    tracing::warn!(%error, "the read model is made again");
                    one.heal(&log, &end).await?;
                }
                Some(Away { error: error @ Error::Superseded { .. }, .. }) => {
                    tracing::warn!(%error, "this process is of an older version");
                    return Ok(());
                }
                Some(Away { error, upto }) if error.passes() => {
                    let (projection, service, region) = (one.projection.name(), &log.service, &log.region);
                    tracing::warn!(projection, service, %region, %error, "out of the group, and tried again alone");
                    // What it stumbled over is tried alone: it comes back when it is past that.
                    behind = behind.max(upto);
                    if began.elapsed() > STEADY {
                        backoff.reset();
                    }
                    if !backoff.wait(&end).await {
                        return Ok(());
                    }
                }
                Some(Away { error, .. }) => return Err(error),
            }
        }
        Ok(())
    }

    /// Catches up alone, at least up to where it was `behind`, so that nobody waits for it; then goes on together until
    /// the end, or until it is sent away.
    async fn project_once(
        &self,
        one: &Rebuild,
        source: &LogSource,
        log: &Log,
        (head, behind): (&watch::Receiver<i64>, i64),
        end: &CancellationToken,
    ) -> Result<Option<Away>, Error> {
        let upto = behind.max(*head.borrow());
        self.follow_alone(one, source, log.clone())?.catch_up(upto, end).await?;
        let mut place = self.groups.join(log, self.projector(one));
        tokio::select! {
            () = end.cancelled() => Ok(None),
            away = place.sent_away() => Ok(away),
        }
    }

    /// Follows a log for all who are in its group; anew when someone comes or goes.
    async fn project_together(
        self,
        source: LogSource,
        log: Log,
        head: watch::Receiver<i64>,
        end: CancellationToken,
    ) -> Result<(), Error> {
        let mut members = self.groups.watch(&log);
        while !end.is_cancelled() {
            let inside = members.borrow_and_update().clone();
            let own = end.child_token();
            if inside.is_empty() {
                own.cancel();
            }
            let follow = self.follow_together(inside, &source, log.clone(), &own, self.bus.settings().write_every)?;
            let mut following = pin!(follow.run(head.clone(), own.clone()));
            tokio::select! {
                done = &mut following => done?,
                _ = members.changed() => {
                    own.cancel();
                    following.await?;
                    continue;
                }
            }
            // Nobody is inside: until someone comes there is nothing to do.
            tokio::select! {
                () = end.cancelled() => {}
                _ = members.changed() => {}
            }
        }
        Ok(())
    }
}
