//! Runs relays, projections and reactions in a process, each log a task of its own.

use crate::alarm::INSTRUMENTS;
use crate::discovery::{Discovery, Ends, logs};
use crate::group::Away;
use crate::names::Log;
use crate::reaction::reader;
use crate::rebuild::Rebuild;
use crate::rows::positions;
use crate::supervise::{Backoff, Supervised, supervise};
use crate::{Bus, Error, LogSource, parked};
use opentelemetry::KeyValue;
use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// After so long inside, what sent a projection away before is over.
const STEADY: Duration = Duration::from_secs(60);

impl Bus {
    /// Runs everything until the shutdown comes; then finishes the batches in flight.
    ///
    /// # Errors
    /// Only before anything runs: see [`Bus::prepare`]. Later errors are logged, and tried again.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<(), Error> {
        self.prepare().await?;
        let mut tasks = JoinSet::new();
        let mut ends: BTreeMap<String, watch::Receiver<Ends>> = BTreeMap::new();
        for source in self.all_sources() {
            let service = source.service().to_owned();
            let (known, task) =
                Discovery::start(source, self.streams.client(&service), &self.settings, &self.progress, &shutdown);
            ends.insert(service, known);
            tasks.spawn(async move {
                // Supervised: it does not fail.
                let _ = task.await;
            });
        }
        let ends = Arc::new(ends);
        for events in self.relays.clone() {
            let (bus, known) = (self.clone(), ends.get(events.service()).cloned());
            let alarm_after = self.settings.alarm_after;
            let end = shutdown.clone();
            tasks.spawn(async move {
                let Some(known) = known else { return };
                let service = events.service();
                each_log("relay", service, alarm_after, known, end, move |log, head, end| {
                    let relay = bus.relay_of(&events, &log);
                    async move { relay?.run(head, end).await }
                })
                .await;
            });
        }
        for source in self.projected() {
            let Some(known) = ends.get(source.service()).cloned() else { continue };
            let (bus, end) = (self.clone(), shutdown.clone());
            tasks.spawn(async move {
                let service = source.service().to_owned();
                each_log("projections", &service, bus.settings.alarm_after, known, end, move |log, head, end| {
                    bus.clone().project_together(source.clone(), log, head, end)
                })
                .await;
            });
        }
        for one in self.projections.clone() {
            let (bus, ends, end) = (self.clone(), ends.clone(), shutdown.clone());
            let what = self.supervised(format!("projection {}", one.projection.name()));
            tasks.spawn(supervise(what, shutdown.clone(), move || {
                bus.clone().project(one.clone(), ends.clone(), end.clone())
            }));
        }
        for one in self.reactions.clone() {
            for source in one.sources.clone() {
                let Some(known) = ends.get(source.service()).cloned() else { continue };
                let (bus, one, end) = (self.clone(), one.clone(), shutdown.clone());
                tasks.spawn(async move {
                    let (name, service) = (reader(one.reaction.name()), source.service().to_owned());
                    each_log(&name, &service, bus.settings.alarm_after, known, end, move |log, head, end| {
                        let follow = bus.follow_reaction(&one, &source, log, &end, bus.settings.write_every);
                        async move { follow?.run(head, end).await }
                    })
                    .await;
                });
            }
        }
        for (name, task) in self.tasks.clone() {
            let end = shutdown.clone();
            tasks.spawn(supervise(self.supervised(name.to_owned()), shutdown.clone(), move || task(end.clone())));
        }
        tasks.spawn(self.clone().count_parked(shutdown.clone()));
        while tasks.join_next().await.is_some() {}
        self.leases.release().await;
        Ok(())
    }

    /// Something of this service that concerns no single log.
    fn supervised(&self, name: String) -> Supervised {
        let (service, region) = (self.service.to_owned(), "all regions".to_owned());
        Supervised { name, service, region, alarm_after: self.settings.alarm_after }
    }

    /// Brings a projection up and follows all of its logs.
    async fn project(
        self,
        one: Rebuild,
        ends: Arc<BTreeMap<String, watch::Receiver<Ends>>>,
        end: CancellationToken,
    ) -> Result<(), Error> {
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
            let Some(known) = ends.get(source.service()).cloned() else { continue };
            let (bus, one, end) = (self.clone(), one.clone(), end.clone());
            if one.reads_the_log() {
                tasks.spawn(bus.direct(&one, &source).run(known, end));
                continue;
            }
            tasks.spawn(async move {
                let (name, service) = (one.projection.name(), source.service().to_owned());
                each_log(name, &service, bus.settings.alarm_after, known, end, move |log, head, end| {
                    bus.clone().project_log(one.clone(), source.clone(), log, head, end)
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
        let (mut behind, mut backoff) = (0, Backoff::new());
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
        self.follow_projection(one, source, log.clone())?.catch_up(upto, end).await?;
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
            let follow = self.follow_together(inside, &source, log.clone(), &own, self.settings.write_every)?;
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

    async fn count_parked(self, end: CancellationToken) {
        loop {
            tokio::select! {
                () = end.cancelled() => return,
                () = tokio::time::sleep(self.settings.compare_every) => {}
            }
            let counts = async { parked::counts(&mut *positions(&self.database.app).await?).await };
            for (reader, region, count) in counts.await.unwrap_or_default() {
                let labels = [
                    KeyValue::new("by", self.service),
                    KeyValue::new("reader", reader),
                    KeyValue::new("region", region),
                ];
                INSTRUMENTS.parked.record(count, &labels);
            }
        }
    }
}

/// Runs a task for each log of a service, also for those that come later; another epoch is another log.
pub(crate) async fn each_log<F, T>(
    name: &str,
    service: &str,
    alarm_after: Duration,
    mut ends: watch::Receiver<Ends>,
    end: CancellationToken,
    start: F,
) where
    F: Fn(Log, watch::Receiver<i64>, CancellationToken) -> T + Clone + Send + 'static,
    T: Future<Output = Result<(), Error>> + Send + 'static,
{
    let mut running: HashMap<RegionId, (i32, CancellationToken)> = HashMap::new();
    let mut tasks = JoinSet::new();
    loop {
        let known = logs(service, &ends.borrow_and_update());
        for (log, head) in known {
            match running.get(&log.region) {
                Some((epoch, _)) if *epoch == log.epoch => continue,
                Some((_, earlier)) => earlier.cancel(),
                None => {}
            }
            let own = end.child_token();
            running.insert(log.region.clone(), (log.epoch, own.clone()));
            let (name, service, region) = (name.to_owned(), service.to_owned(), log.region.to_string());
            let (start, what) = (start.clone(), Supervised { name, service, region, alarm_after });
            tasks.spawn(supervise(what, own.clone(), move || start(log.clone(), head.clone(), own.clone())));
        }
        tokio::select! {
            () = end.cancelled() => break,
            changed = ends.changed() => if changed.is_err() { break },
            Some(_) = tasks.join_next() => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}
