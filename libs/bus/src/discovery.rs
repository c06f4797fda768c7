//! Which logs a service has, and where they end, as far as this process knows.

use crate::alarm::raise;
use crate::names::{Log, Names};
use crate::supervise::supervise;
use crate::{Error, LogSource, Progress, Settings};
use async_nats::Client;
use event_log::EventLog;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// The ends of some logs: a region's epoch, and its last position as it grows.
pub(crate) type Ends = BTreeMap<RegionId, (i32, watch::Receiver<i64>)>;

/// Watches the logs of one service: told by this process, by ping, and asked slowly.
pub(crate) struct Discovery {
    source: LogSource,
    client: Client,
    names: Names,
    settings: Settings,
    progress: Progress,
    positions: BTreeMap<RegionId, (i32, watch::Sender<i64>)>,
    told: watch::Sender<Ends>,
}

impl Discovery {
    /// Begins to watch; the receiver changes when a log is new or has another epoch.
    pub fn start(
        source: LogSource,
        client: &Client,
        settings: &Settings,
        progress: &Progress,
        end: &CancellationToken,
    ) -> (watch::Receiver<Ends>, tokio::task::JoinHandle<()>) {
        let (told, ends) = watch::channel(Ends::new());
        let (client, settings, progress, end) = (client.clone(), settings.clone(), progress.clone(), end.clone());
        let task = tokio::spawn(supervise(format!("discovery of {}", source.service()), end.clone(), move || {
            let mut discovery = Self {
                source: source.clone(),
                client: client.clone(),
                names: settings.names.clone(),
                settings: settings.clone(),
                progress: progress.clone(),
                positions: BTreeMap::new(),
                told: told.clone(),
            };
            let end = end.clone();
            async move { discovery.run(end).await }
        }));
        (ends, task)
    }

    async fn run(&mut self, end: CancellationToken) -> Result<(), Error> {
        // Without NATS there are no pings; the slow poll remains.
        let mut pings = self.client.subscribe(self.names.ping(self.source.service())).await.ok();
        let mut here = match &self.source {
            LogSource::Here(log) => Some(log.watch()),
            LogSource::There(_) => None,
        };
        let mut poll = tokio::time::interval(self.settings.compare_every);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = end.cancelled() => return Ok(()),
                _ = poll.tick() => self.ask().await?,
                news = told(&mut here) => match news {
                    Some((region, position)) => self.hear(&region, position).await?,
                    None => self.ask().await?,
                },
                ping = next(&mut pings) => {
                    let text = String::from_utf8_lossy(&ping.payload).into_owned();
                    let heard = text.split_once(' ').and_then(|(region, position)| Some((region.parse().ok()?, position.parse().ok()?)));
                    if let Some((region, position)) = heard {
                        self.hear(&region, position).await?;
                    }
                }
            }
        }
    }

    /// Asks the log itself.
    async fn ask(&mut self) -> Result<(), Error> {
        match self.source.heads().await {
            Ok(heads) => {
                for head in heads {
                    let known = self.positions.get(&head.region).filter(|(epoch, _)| *epoch == head.epoch);
                    if let Some(end) = known.map(|(_, end)| *end.borrow())
                        && head.position < end
                    {
                        let (service, region) = (self.source.service(), head.region.as_str());
                        let went_back = format!(
                            "the log ends at {}, and ended at {end} before. If it was restored: regiohub restored {region} --service {service}",
                            head.position
                        );
                        raise("log", service, region, &went_back);
                    }
                    self.know(&head.region, head.epoch, head.position);
                }
            }
            Err(error) => tracing::warn!(service = self.source.service(), %error, "the log does not answer"),
        }
        Ok(())
    }

    /// Takes note of a position someone told; only the log itself knows a new log's epoch.
    async fn hear(&mut self, region: &RegionId, position: i64) -> Result<(), Error> {
        match self.positions.get(region) {
            Some(&(epoch, _)) => self.know(region, epoch, position),
            None => self.ask().await?,
        }
        Ok(())
    }

    fn know(&mut self, region: &RegionId, epoch: i32, position: i64) {
        self.progress.ends(self.source.service(), region, position);
        if let Some((known, end)) = self.positions.get(region)
            && *known == epoch
        {
            end.send_if_modified(|end| {
                let further = position > *end;
                *end = position.max(*end);
                further
            });
            return;
        }
        let (sender, receiver) = watch::channel(position);
        self.positions.insert(region.clone(), (epoch, sender));
        self.told.send_modify(|ends| {
            ends.insert(region.clone(), (epoch, receiver));
        });
    }
}

/// The next commit of this process; `None` when some were missed.
async fn told(here: &mut Option<broadcast::Receiver<(RegionId, i64)>>) -> Option<(RegionId, i64)> {
    match here {
        Some(receiver) => receiver.recv().await.ok(),
        None => std::future::pending().await,
    }
}

async fn next(pings: &mut Option<async_nats::Subscriber>) -> async_nats::Message {
    let ping = match pings {
        Some(subscriber) => subscriber.next().await,
        None => None,
    };
    match ping {
        Some(ping) => ping,
        None => std::future::pending().await,
    }
}

/// The logs of `service` that have an end.
pub(crate) fn logs(service: &str, ends: &Ends) -> Vec<(Log, watch::Receiver<i64>)> {
    ends.iter()
        .map(|(region, (epoch, end))| {
            (Log { service: service.to_owned(), region: region.clone(), epoch: *epoch }, end.clone())
        })
        .collect()
}

/// The logs of a source, asked now.
pub(crate) async fn ask(source: &LogSource) -> Result<Vec<(Log, i64)>, Error> {
    let log = |head: crate::Head| {
        (Log { service: source.service().to_owned(), region: head.region, epoch: head.epoch }, head.position)
    };
    Ok(source.heads().await?.into_iter().map(log).collect())
}

/// Tells others where a log of this service ends.
pub(crate) async fn ping(client: &Client, names: &Names, log: &EventLog, region: &RegionId, position: i64) {
    // Only a hint: the slow poll finds what is missed.
    let _ = client.publish(names.ping(log.service()), format!("{region} {position}").into()).await;
}
