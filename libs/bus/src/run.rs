//! Runs relays and reactions in a process, each log a task of its own.

use crate::alarm::INSTRUMENTS;
use crate::deadline::in_time;
use crate::discovery::{Discovery, LogEnds};
use crate::reaction::reader;
use crate::rows::positions;
use crate::source::one_of_each;
use crate::supervise::{Supervised, supervise};
use crate::{Bus, Error, LogSource, parked};
use opentelemetry::KeyValue;
use std::collections::BTreeMap;
use std::future::Future;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

impl Bus {
    /// Runs everything until the shutdown comes; then finishes the batches in flight.
    ///
    /// # Errors
    /// Only before anything runs: see [`Bus::prepare`]. Later errors are logged, and tried again.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<(), Error> {
        self.run_with(&[], shutdown, |_| std::future::ready(())).await
    }

    /// The same, and `others` beside it, who read the logs of `sources`: they are given where these end, and are done
    /// some time after the shutdown.
    ///
    /// # Errors
    /// As [`Bus::run`].
    pub async fn run_with<F>(
        &self,
        sources: &[LogSource],
        shutdown: CancellationToken,
        others: impl FnOnce(LogEnds) -> F,
    ) -> Result<(), Error>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.prepare().await?;
        let mut tasks = JoinSet::new();
        let mut ends = BTreeMap::new();
        for source in one_of_each(self.sources().into_iter().chain(sources.iter().cloned())) {
            let service = source.service().to_owned();
            let (known, task) =
                Discovery::start(source, self.streams.client(&service), &self.settings, &self.progress, &shutdown);
            ends.insert(service, known);
            tasks.spawn(async move {
                // Supervised: it does not fail.
                let _ = task.await;
            });
        }
        let ends = LogEnds::new(ends, self.settings.alarm_after);
        tasks.spawn(others(ends.clone()));
        for events in self.relays.clone() {
            let (bus, ends, end) = (self.clone(), ends.clone(), shutdown.clone());
            tasks.spawn(async move {
                let service = events.service();
                ends.each_log("relay", service, end, move |log, head, end| {
                    let relay = bus.relay_of(&events, &log);
                    async move { relay?.run(head, end).await }
                })
                .await;
            });
        }
        for one in self.reactions.clone() {
            for source in one.sources.clone() {
                let (bus, ends, one, end) = (self.clone(), ends.clone(), one.clone(), shutdown.clone());
                tasks.spawn(async move {
                    let (name, service) = (reader(one.reaction.name()), source.service().to_owned());
                    ends.each_log(&name, &service, end, move |log, head, end| {
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

    /// How something of this service is supervised that concerns no single log.
    #[must_use]
    pub fn supervised(&self, name: String) -> Supervised {
        let (service, region) = (self.service.to_owned(), "all regions".to_owned());
        Supervised { name, service, region, alarm_after: self.settings.alarm_after }
    }

    async fn count_parked(self, end: CancellationToken) {
        loop {
            tokio::select! {
                () = end.cancelled() => return,
                () = tokio::time::sleep(self.settings.compare_every) => {}
            }
            let counts = async { Ok(parked::counts(&mut *positions(&self.database.app).await?).await?) };
            for (reader, region, count) in in_time(counts).await.unwrap_or_default() {
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
