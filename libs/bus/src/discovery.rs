//! Which logs a service has, and where they end, as far as this process knows.

use crate::alarm::raise;
use crate::names::{Log, Names};
use crate::retrying::Retrying;
use crate::stream::in_time;
use crate::supervise::{Supervised, supervise};
use crate::{Error, LogSource, Progress, Settings};
use async_nats::{Client, Subscriber};
use futures_util::StreamExt;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// The ends of some logs: a region's epoch, and its last position as it grows.
pub(crate) type Ends = BTreeMap<RegionId, (i32, watch::Receiver<i64>)>;

/// Where the logs of some services end, as these grow and others are founded. Copies share it.
#[derive(Clone)]
pub struct LogEnds {
    services: Arc<BTreeMap<String, watch::Receiver<Ends>>>,
    alarm_after: Duration,
}

impl LogEnds {
    pub(crate) fn new(services: BTreeMap<String, watch::Receiver<Ends>>, alarm_after: Duration) -> Self {
        Self { services: Arc::new(services), alarm_after }
    }

    /// Runs a task for each log of a service until the end comes, also for those that are founded later; another epoch is
    /// another log. `start` is given where its log ends as that grows, and an end of its own.
    pub async fn each_log<F, T>(&self, name: &str, service: &str, end: CancellationToken, start: F)
    where
        F: Fn(Log, watch::Receiver<i64>, CancellationToken) -> T + Clone + Send + 'static,
        T: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let Some(mut ends) = self.services.get(service).cloned() else { return };
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
                let (start, what) =
                    (start.clone(), Supervised { name, service, region, alarm_after: self.alarm_after });
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
}

/// Watches the logs of one service: told by this process, asked slowly, and sooner when somebody pings.
pub(crate) struct Discovery {
    source: LogSource,
    client: Client,
    names: Names,
    settings: Settings,
    progress: Progress,
    positions: BTreeMap<RegionId, (i32, watch::Sender<i64>)>,
    told: watch::Sender<Ends>,
    asking: Retrying,
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
        let what = Supervised {
            name: "discovery".to_owned(),
            service: source.service().to_owned(),
            region: "all regions".to_owned(),
            alarm_after: settings.alarm_after,
        };
        let task = tokio::spawn(supervise(what, end.clone(), move || {
            let mut discovery = Self {
                source: source.clone(),
                client: client.clone(),
                names: settings.names.clone(),
                settings: settings.clone(),
                progress: progress.clone(),
                positions: BTreeMap::new(),
                told: told.clone(),
                asking: Retrying::new(settings.alarm_after),
            };
            let end = end.clone();
            async move { discovery.run(end).await }
        }));
        (ends, task)
    }

    async fn run(&mut self, end: CancellationToken) -> Result<(), Error> {
        let (mut listening, hint) = (JoinSet::new(), Arc::new(Notify::new()));
        // Without NATS there are no pings; the slow poll remains.
        if let Ok(Ok(pings)) = in_time(self.client.subscribe(self.names.ping(self.source.service()))).await {
            listening.spawn(hints(pings, self.told.subscribe(), hint.clone()));
        }
        let mut here = match &self.source {
            LogSource::Here(log) => Some(log.watch()),
            LogSource::There(_) => None,
        };
        let mut poll = tokio::time::interval(self.settings.compare_every);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut hinted, mut next_look, mut pause) = (false, Instant::now(), self.settings.look_every);
        loop {
            tokio::select! {
                () = end.cancelled() => return Ok(()),
                _ = poll.tick() => {
                    self.ask().await?;
                    hinted = false;
                }
                news = told(&mut here) => match news {
                    Some((region, position)) => self.hear(&region, position).await?,
                    None => drop(self.ask().await?),
                },
                () = hint.notified(), if !hinted => hinted = true,
                () = tokio::time::sleep_until(next_look), if hinted => {
                    hinted = false;
                    // After false pings the log is asked less often, but never less often than by the slow poll.
                    pause = if self.ask().await? { self.settings.look_every } else { (pause * 2).min(self.settings.compare_every) };
                    next_look = Instant::now() + pause;
                }
            }
        }
    }

    /// Asks the log itself; whether anything had grown.
    async fn ask(&mut self) -> Result<bool, Error> {
        let mut grown = false;
        match self.source.heads().await {
            Ok(heads) => {
                self.asking.worked();
                for head in heads {
                    let known = self.positions.get(&head.region).filter(|(epoch, _)| *epoch == head.epoch);
                    if let Some(end) = known.map(|(_, end)| *end.borrow())
                        && head.position < end
                    {
                        let (service, region) = (self.source.service(), head.region.as_str());
                        let went_back = format!(
                            "the log ends at {}, and ended at {end} before. If it was restored: regiohub restored {region} --service {service} --reason TEXT",
                            head.position
                        );
                        raise("log", service, region, &went_back);
                    }
                    grown |= self.know(&head.region, head.epoch, head.position);
                }
            }
            Err(error) => {
                tracing::warn!(service = self.source.service(), %error, "the log does not answer");
                self.asking.failed("who asks where logs end", self.source.service(), "all regions", &error);
            }
        }
        Ok(grown)
    }

    /// Takes note of what this process itself appended; only the log itself knows a new log's epoch.
    async fn hear(&mut self, region: &RegionId, position: i64) -> Result<(), Error> {
        match self.positions.get(region) {
            Some(&(epoch, _)) => drop(self.know(region, epoch, position)),
            None => drop(self.ask().await?),
        }
        Ok(())
    }

    /// Whether that is further than was known.
    fn know(&mut self, region: &RegionId, epoch: i32, position: i64) -> bool {
        self.progress.ends(self.source.service(), region, position);
        if let Some((known, end)) = self.positions.get(region)
            && *known == epoch
        {
            return end.send_if_modified(|end| {
                let further = position > *end;
                *end = position.max(*end);
                further
            });
        }
        if self.positions.contains_key(region) {
            self.progress.begins(self.source.service(), region);
        }
        let (sender, receiver) = watch::channel(position);
        self.positions.insert(region.clone(), (epoch, sender));
        self.told.send_modify(|ends| {
            ends.insert(region.clone(), (epoch, receiver));
        });
        true
    }
}

/// Takes pings as they come, however many: all that is left of them is one hint that the log may have grown.
///
/// **Invariant:** anyone may ping. A ping moves no position and makes no log known.
async fn hints(mut pings: Subscriber, ends: watch::Receiver<Ends>, hint: Arc<Notify>) {
    while let Some(ping) = pings.next().await {
        if is_news(&ping.payload, &ends.borrow()) {
            hint.notify_one();
        }
    }
}

/// Whether a ping, `<region> <position>`, says more than is known.
fn is_news(ping: &[u8], ends: &Ends) -> bool {
    let told = std::str::from_utf8(ping).ok().and_then(|ping| ping.split_once(' '));
    let Some((region, position)) =
        told.and_then(|(region, position)| Some((region.parse::<RegionId>().ok()?, position.parse::<i64>().ok()?)))
    else {
        return false;
    };
    ends.get(&region).is_none_or(|(_, end)| *end.borrow() < position)
}

/// The next commit of this process; `None` when some were missed.
async fn told(here: &mut Option<broadcast::Receiver<(RegionId, i64)>>) -> Option<(RegionId, i64)> {
    match here {
        Some(receiver) => receiver.recv().await.ok(),
        None => std::future::pending().await,
    }
}

/// The logs of `service` that have an end.
fn logs(service: &str, ends: &Ends) -> Vec<(Log, watch::Receiver<i64>)> {
    ends.iter()
        .map(|(region, (epoch, end))| {
            (Log { service: service.to_owned(), region: region.clone(), epoch: *epoch }, end.clone())
        })
        .collect()
}
