//! What a service has to relay, project and react to, put together.

use crate::direct::Direct;
use crate::follow::{Follow, Follower, Parks, Retried};
use crate::group::{Group, Groups, Members};
use crate::lease::Leases;
use crate::names::Log;
use crate::passed::Passed;
use crate::projection::schema;
use crate::projector::Projector;
use crate::reaction::{AnyReaction, reader};
use crate::reactor::Reactor;
use crate::rebuild::Rebuild;
use crate::relay::Relay;
use crate::stream::Streams;
use crate::turns::Turns;
use crate::{
    Error, LogSource, Nats, Parked, Progress, Projection, Reaction, ReadModel, Reads, Replayed, Settings, Watch,
    parked, tables,
};
use event_log::{Database, EventLog};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// Reactions wait for others more than they work: as many logs of one reaction at the same time, whatever the others
/// wait for.
const REACTIONS_AT_ONCE: usize = 16;
/// As many logs of one projection that catches up alone, perhaps because it waits for something.
const ALONE_AT_ONCE: usize = 1;
/// How long a start waits for a log.
const LOOK: Duration = Duration::from_secs(5);
/// Connections of a projection that reads the log itself.
const OWN_CONNECTIONS: u32 = 2;

/// A reaction, and the logs it reads.
#[derive(Clone)]
pub(crate) struct Reacting {
    pub reaction: Arc<dyn AnyReaction>,
    pub sources: Vec<LogSource>,
    turns: Turns,
}

/// Something else that runs beside: made anew after an error.
pub(crate) type Task = Arc<dyn Fn(CancellationToken) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// What runs over one service's database: the relay of its logs, its projections and its reactions.
#[derive(Clone)]
pub struct Bus {
    pub(crate) service: &'static str,
    pub(crate) database: Database,
    pub(crate) settings: Settings,
    pub(crate) streams: Streams,
    pub(crate) progress: Progress,
    pub(crate) relays: Vec<EventLog>,
    pub(crate) projections: Vec<Rebuild>,
    pub(crate) reactions: Vec<Reacting>,
    pub(crate) leases: Leases,
    pub(crate) groups: Groups,
    pub(crate) tasks: Vec<(&'static str, Task)>,
    applying: Turns,
    /// Of those that are outside a group: what they wait for takes no turn of those inside.
    alone: Turns,
    migrated: Arc<OnceCell<()>>,
}

impl Bus {
    /// Nothing runs yet. `service` is whose database it is: several services may follow the same logs.
    #[must_use]
    pub fn new(service: &'static str, nats: impl Into<Nats>, database: Database, settings: Settings) -> Self {
        Self {
            service,
            streams: Streams::new(nats.into(), &settings),
            progress: Progress::new(database.app.clone()),
            relays: Vec::new(),
            projections: Vec::new(),
            reactions: Vec::new(),
            leases: Leases::new(database.app.clone()),
            groups: Groups::default(),
            tasks: Vec::new(),
            applying: Turns::of(settings.at_once),
            alone: Turns::of(settings.at_once),
            migrated: Arc::default(),
            database,
            settings,
        }
    }

    /// Reports to `progress` how far its read models are, for whoever needs that before there is a bus. Before any of
    /// them is added.
    #[must_use]
    pub fn reporting_to(mut self, progress: &Progress) -> Self {
        self.progress = progress.clone();
        self
    }

    /// Relays the logs of the service that owns this database.
    #[must_use]
    pub fn relay(mut self, log: EventLog) -> Self {
        self.relays.push(log);
        self
    }

    /// Runs a projection. `sources` are the logs of every service it names, and perhaps of others.
    #[must_use]
    pub fn projection(self, projection: impl Projection, sources: &[LogSource]) -> Self {
        self.read_model(ReadModel::new(projection), sources)
    }

    /// Runs a projection of any type. `sources` as for [`Bus::projection`].
    #[must_use]
    pub fn read_model(mut self, ReadModel(projection): ReadModel, sources: &[LogSource]) -> Self {
        self.progress.reads(projection.name(), projection.logs());
        let mut database = self.database.clone();
        if projection.reads() == Reads::Log {
            self.progress.answers_from_memory(projection.name());
            // Connections of its own: it never waits for those that others hold.
            let options = (*database.app.connect_options()).clone();
            database.app = database.app.options().clone().max_connections(OWN_CONNECTIONS).connect_lazy_with(options);
        }
        self.projections.push(Rebuild {
            turns: self.alone.at_most(ALONE_AT_ONCE),
            sources: of(projection.logs(), sources),
            projection,
            database,
            settings: self.settings.clone(),
            progress: self.progress.clone(),
            leases: self.leases.clone(),
            one: Arc::new(Mutex::new(())),
        });
        self
    }

    /// Runs a reaction. `sources` are the logs of every service it names, and perhaps of others.
    #[must_use]
    pub fn reaction(mut self, reaction: impl Reaction, sources: &[LogSource]) -> Self {
        let reaction: Arc<dyn AnyReaction> = Arc::new(reaction);
        let sources = of(reaction.logs(), sources);
        self.reactions.push(Reacting { reaction, sources, turns: Turns::of(REACTIONS_AT_ONCE) });
        self
    }

    /// Runs something of the service's own beside, until the token is cancelled; after an error it is run again.
    #[must_use]
    pub fn beside<F>(
        mut self,
        name: &'static str,
        task: impl Fn(CancellationToken) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.tasks.push((name, Arc::new(move |end| Box::pin(task(end)))));
        self
    }

    /// The streams that have taken nothing for long, though their logs have more. Commands go on without them.
    #[must_use]
    pub fn stuck(&self) -> Vec<String> {
        self.streams.stuck.all()
    }

    /// Whether the database takes what is written to it, as far as the leases of this process tell.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.leases.are_written()
    }

    /// How far the read models are.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Makes the tables that are not there yet. Harmless when done twice; `run` and `settle` do it too.
    ///
    /// # Errors
    /// When the database does not answer, a projection's tables are not closed off per region, or a source or a key of messages lacks.
    pub async fn prepare(&self) -> Result<(), Error> {
        let projections =
            self.projections.iter().map(|one| (one.projection.name().to_owned(), one.projection.logs(), &one.sources));
        let reactions =
            self.reactions.iter().map(|one| (reader(one.reaction.name()), one.reaction.logs(), &one.sources));
        for (reader, wanted, sources) in projections.chain(reactions) {
            for service in wanted {
                if !sources.iter().any(|source| source.service() == *service) {
                    return Err(Error::NoSource { reader, service: (*service).to_owned() });
                }
            }
        }
        for source in self.all_sources() {
            self.settings.keys.check(source.service())?;
        }
        self.migrated.get_or_try_init(|| tables::migrate(&self.database.owner)).await?;
        for one in &self.projections {
            tables::live(&self.database.owner, &*one.projection).await?;
        }
        Ok(())
    }

    /// Has the projections that read logs themselves catch up now, once, where their tables are of this version: before
    /// the first request comes. What does not answer is asked again by [`Bus::run`].
    pub async fn look(&self) {
        let end = CancellationToken::new();
        for one in self.projections.iter().filter(|one| one.reads_the_log()) {
            for source in &one.sources {
                let caught_up = async {
                    if tables::live(&self.database.owner, &*one.projection).await? == one.projection.version() {
                        self.direct(one, source).catch_up(&end).await?;
                    }
                    Ok::<(), Error>(())
                };
                let done = tokio::time::timeout(LOOK, caught_up).await;
                if let Err(error) = done.unwrap_or(Err(Error::Late(LOOK))) {
                    tracing::warn!(reader = one.projection.name(), service = source.service(), %error, "not caught up yet");
                }
            }
        }
    }

    /// What is parked in a region.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn parked(&self, region: &RegionId) -> Result<Vec<Parked>, Error> {
        parked::parked(&self.database.app, region).await
    }

    /// Tries again what a reader parked in a region, in the order of the logs. `reader` as in [`Parked`].
    ///
    /// # Errors
    /// When there is no such reader, or the database or a log does not answer.
    pub async fn retry(&self, region: &RegionId, reader_name: &str) -> Result<Retried, Error> {
        let mut retried = Retried::default();
        let mut found = false;
        for (follower, sources) in
            self.parking().into_iter().filter(|(name, ..)| name == reader_name).map(|(_, a, b)| (a, b))
        {
            found = true;
            for source in sources {
                let epoch =
                    source.heads().await?.into_iter().find(|head| head.region == *region).map(|head| head.epoch);
                let Some(epoch) = epoch else { continue };
                let log = Log { service: source.service().to_owned(), region: region.clone(), epoch };
                let one = follower.retry(&follower.key(&log), &source).await?;
                retried.handled += one.handled;
                retried.left += one.left;
            }
        }
        if found { Ok(retried) } else { Err(Error::NoReader(reader_name.to_owned())) }
    }

    /// Replays a projection of this bus into a schema of its own: see [`crate::rebuild_into`].
    ///
    /// # Errors
    /// When there is no such projection, or the database or a log does not answer.
    pub async fn rebuild_into(
        &self,
        name: &str,
        schema: &str,
        upto: &[(String, RegionId, i64)],
    ) -> Result<Replayed, Error> {
        let one = self.projections.iter().find(|one| one.projection.name() == name);
        let one = one.ok_or_else(|| Error::NoReader(name.to_owned()))?;
        tables::migrate(&self.database.owner).await?;
        ReadModel(one.projection.clone()).replay(&self.database, schema, &one.sources, upto, &Watch::default()).await
    }

    pub(crate) fn relay_of(&self, events: &EventLog, log: &Log) -> Result<Relay, Error> {
        Ok(Relay {
            events: events.clone(),
            stream: self.streams.of(log)?,
            leases: self.leases.clone(),
            settings: self.settings.clone(),
        })
    }

    pub(crate) fn follow_projection(&self, one: &Rebuild, source: &LogSource, log: Log) -> Result<Follow, Error> {
        self.follow(Arc::new(self.projector(one)), source, log, &one.turns)
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
        let group = Group::new(log.clone(), self.progress.clone(), members, over.clone(), write_every);
        self.follow(Arc::new(group), source, log, &self.applying)
    }

    pub(crate) fn follow_reaction(
        &self,
        one: &Reacting,
        source: &LogSource,
        log: Log,
        end: &CancellationToken,
        write_every: Duration,
    ) -> Result<Follow, Error> {
        self.follow(Arc::new(self.reactor(&one.reaction, end, write_every)), source, log, &one.turns)
    }

    fn follow(
        &self,
        follower: Arc<dyn Follower>,
        source: &LogSource,
        log: Log,
        at_once: &Turns,
    ) -> Result<Follow, Error> {
        Ok(Follow {
            by: self.service,
            follower,
            source: source.clone(),
            stream: self.streams.of(&log)?,
            log,
            settings: self.settings.clone(),
            at_once: at_once.clone(),
        })
    }

    pub(crate) fn projector(&self, one: &Rebuild) -> Projector {
        let name = one.projection.name();
        Projector {
            projection: one.projection.clone(),
            app: one.database.app.clone(),
            schema: schema(name),
            reader: name.to_owned(),
            progress: Some(self.progress.clone()),
        }
    }

    pub(crate) fn direct(&self, one: &Rebuild, source: &LogSource) -> Direct {
        Direct {
            by: self.service,
            projector: Projector { progress: None, ..self.projector(one) },
            one: one.clone(),
            source: source.clone(),
            settings: self.settings.clone(),
            progress: self.progress.clone(),
        }
    }

    fn reactor(&self, reaction: &Arc<dyn AnyReaction>, end: &CancellationToken, write_every: Duration) -> Reactor {
        Reactor {
            reaction: reaction.clone(),
            app: self.database.app.clone(),
            settings: self.settings.clone(),
            progress: self.progress.clone(),
            end: end.clone(),
            passed: Arc::new(Passed::new(write_every)),
        }
    }

    /// Everything that parks events, by its name in the checkpoints.
    fn parking(&self) -> Vec<(String, Arc<dyn Parks>, Vec<LogSource>)> {
        let projections = self.projections.iter().map(|one| {
            let follower: Arc<dyn Parks> = Arc::new(self.projector(one));
            (one.projection.name().to_owned(), follower, one.sources.clone())
        });
        let reactions = self.reactions.iter().map(|one| {
            let reactor = self.reactor(&one.reaction, &CancellationToken::new(), Duration::ZERO);
            let follower: Arc<dyn Parks> = Arc::new(reactor);
            (reader(one.reaction.name()), follower, one.sources.clone())
        });
        projections.chain(reactions).collect()
    }

    /// One source for each service whose log projections read together.
    pub(crate) fn projected(&self) -> Vec<LogSource> {
        let together = self.projections.iter().filter(|one| !one.reads_the_log());
        let sources = together.flat_map(|one| &one.sources);
        let by_service: BTreeMap<&str, &LogSource> = sources.map(|source| (source.service(), source)).collect();
        by_service.into_values().cloned().collect()
    }

    /// One source for each service that is relayed or read.
    pub(crate) fn all_sources(&self) -> Vec<LogSource> {
        let relayed = self.relays.iter().cloned().map(LogSource::Here);
        let projected = self.projections.iter().flat_map(|one| one.sources.clone());
        let reacted = self.reactions.iter().flat_map(|one| one.sources.clone());
        let mut all: BTreeMap<String, LogSource> = BTreeMap::new();
        for source in relayed.chain(projected).chain(reacted) {
            all.entry(source.service().to_owned()).or_insert(source);
        }
        all.into_values().collect()
    }
}

/// Of some sources those of some services.
fn of(services: &[&str], sources: &[LogSource]) -> Vec<LogSource> {
    sources.iter().filter(|source| services.contains(&source.service())).cloned().collect()
}
