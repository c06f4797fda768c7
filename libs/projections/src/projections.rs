//! The projections of a service, beside what its bus relays and reacts to.

use crate::direct::Direct;
use crate::group::{Group, Groups, Members};
use crate::projection::{Projection, Reads, schema};
use crate::projector::Projector;
use crate::read_model::{ReadModel, Replayed, Watch};
use crate::rebuild::Rebuild;
use crate::tables;
use bus::{
    Bus, Error, Follow, Log, LogSource, Parked, Progress, Retried, Turns, check_sources, one_of_each, retry_parked,
    sources_of,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// As many logs of one projection that catches up alone, perhaps because it waits for something.
const CONCURRENCY_ALONE: usize = 1;
/// How long a start waits for a log.
const LOG_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections of a projection that reads the log itself.
const OWN_CONNECTIONS: u32 = 2;

/// What runs over one service's database: its projections, and its bus.
#[derive(Clone)]
pub struct Projections {
    pub(crate) bus: Bus,
    pub(crate) all: Vec<Rebuild>,
    pub(crate) groups: Groups,
    applying: Turns,
    /// Of those that are outside a group: what they wait for takes no turn of those inside.
    alone: Turns,
}

impl Projections {
    /// None yet, over the database of a bus. Nothing runs yet.
    #[must_use]
    pub fn over(bus: Bus) -> Self {
        let at_once = bus.settings().at_once;
        Self {
            bus,
            all: Vec::new(),
            groups: Groups::default(),
            applying: Turns::of(at_once),
            alone: Turns::of(at_once),
        }
    }

    /// Runs a projection. `sources` are the logs of every service it names, and perhaps of others.
    #[must_use]
    pub fn projection(self, projection: impl Projection, sources: &[LogSource]) -> Self {
        self.read_model(ReadModel::new(projection), sources)
    }

    /// Runs a projection of any type. `sources` as for [`Projections::projection`].
    #[must_use]
    pub fn read_model(mut self, ReadModel(projection): ReadModel, sources: &[LogSource]) -> Self {
        let progress = self.bus.progress();
        progress.reads(projection.name(), projection.logs());
        let mut database = self.bus.database().clone();
        if projection.reads() == Reads::Log {
            progress.answers_from_memory(projection.name());
            // Connections of its own: it never waits for those that others hold.
            database.app = database.app.apart(OWN_CONNECTIONS);
        }
        self.all.push(Rebuild {
            turns: self.alone.at_most(CONCURRENCY_ALONE),
            sources: sources_of(projection.logs(), sources),
            projection,
            database,
            settings: self.bus.settings().clone(),
            progress,
            leases: self.bus.leases().clone(),
            one: Arc::new(Mutex::new(())),
        });
        self
    }

    /// What relays and reacts beside them.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// How far the read models are.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.bus.progress()
    }

    /// Makes the tables that are not there yet. Harmless when done twice; `run` and `settle` do it too.
    ///
    /// # Errors
    /// When the database does not answer, a projection's tables are not closed off per region, or a source or a key of
    /// messages lacks.
    pub async fn prepare(&self) -> Result<(), Error> {
        for one in &self.all {
            check_sources(one.projection.name(), one.projection.logs(), &one.sources)?;
        }
        self.bus.check_keys(&self.sources())?;
        self.bus.prepare().await?;
        for one in &self.all {
            tables::live(&one.database.owner, &*one.projection).await?;
        }
        Ok(())
    }

    /// Has the projections that read logs themselves catch up now, once, where their tables are of this version: before
    /// the first request comes. What does not answer is asked again by [`Projections::run`].
    pub async fn look(&self) {
        let end = CancellationToken::new();
        for one in self.all.iter().filter(|one| one.reads_the_log()) {
            for source in &one.sources {
                let caught_up = async {
                    if tables::live(&one.database.owner, &*one.projection).await? == one.projection.version() {
                        self.direct(one, source).catch_up(&end).await?;
                    }
                    Ok::<(), Error>(())
                };
                let done = tokio::time::timeout(LOG_TIMEOUT, caught_up).await;
                if let Err(error) = done.unwrap_or(Err(Error::Late(LOG_TIMEOUT))) {
                    tracing::warn!(reader = one.projection.name(), service = source.service(), %error, "not caught up yet");
                }
            }
        }
    }

    /// What is parked in a region, by projections and by reactions.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn parked(&self, region: &RegionId) -> Result<Vec<Parked>, Error> {
        self.bus.parked(region).await
    }

    /// Tries again what a projection or a reaction parked in a region, in the order of the logs. `reader` as in [`Parked`].
    ///
    /// # Errors
    /// When there is no such reader, or the database or a log does not answer.
    pub async fn retry(&self, region: &RegionId, reader: &str) -> Result<Retried, Error> {
        match self.all.iter().find(|one| one.projection.name() == reader) {
            Some(one) => retry_parked(&self.projector(one), &one.sources, region).await,
            None => self.bus.retry(region, reader).await,
        }
    }

    /// Replays one of these projections into a schema of its own: see [`crate::rebuild_into`].
    ///
    /// # Errors
    /// When there is no such projection, or the database or a log does not answer.
    pub async fn rebuild_into(
        &self,
        name: &str,
        schema: &str,
        upto: &[(String, RegionId, i64)],
    ) -> Result<Replayed, Error> {
        let one = self.all.iter().find(|one| one.projection.name() == name);
        let one = one.ok_or_else(|| Error::NoReader(name.to_owned()))?;
        let database = self.bus.database();
        bus::migrate(&database.owner).await?;
        ReadModel(one.projection.clone()).replay(database, schema, &one.sources, upto, &Watch::default()).await
    }

    pub(crate) fn follow_alone(&self, one: &Rebuild, source: &LogSource, log: Log) -> Result<Follow, Error> {
        self.bus.follow(Arc::new(self.projector(one)), source, log, &one.turns)
    }

    /// One reader for some projections; `over` is cancelled when there is none of them left.
    pub(crate) fn follow_together(
        &self,
        members: Members,
        source: &LogSource,
        log: Log,
        over: &CancellationToken,
        write_every: Duration,
    ) -> Result<Follow, Error> {
        let group = Group::new(log.clone(), self.progress(), members, over.clone(), write_every);
        self.bus.follow(Arc::new(group), source, log, &self.applying)
    }

    pub(crate) fn projector(&self, one: &Rebuild) -> Projector {
        let name = one.projection.name();
        Projector {
            projection: one.projection.clone(),
            app: one.database.app.clone(),
            schema: schema(name),
            reader: name.to_owned(),
            progress: Some(self.progress()),
        }
    }

    pub(crate) fn direct(&self, one: &Rebuild, source: &LogSource) -> Direct {
        Direct {
            by: self.bus.service(),
            projector: Projector { progress: None, ..self.projector(one) },
            one: one.clone(),
            source: source.clone(),
            settings: self.bus.settings().clone(),
            progress: self.progress(),
        }
    }

    /// One source for each service whose log projections read together.
    pub(crate) fn read_together(&self) -> Vec<LogSource> {
        let together = self.all.iter().filter(|one| !one.reads_the_log());
        one_of_each(together.flat_map(|one| one.sources.clone()))
    }

    /// One source for each service that is read.
    pub(crate) fn sources(&self) -> Vec<LogSource> {
        one_of_each(self.all.iter().flat_map(|one| one.sources.clone()))
    }
}
