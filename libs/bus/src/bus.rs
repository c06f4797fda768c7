//! What a service has to relay and react to, put together.

use crate::follow::{Follow, Follower, Retried, retry_parked};
use crate::lease::Leases;
use crate::names::Log;
use crate::passed::Passed;
use crate::reaction::{AnyReaction, reader};
use crate::reactor::Reactor;
use crate::relay::Relay;
use crate::source::{check_sources, one_of_each, sources_of};
use crate::stream::Streams;
use crate::turns::Turns;
use crate::{Error, LogSource, Nats, Parked, Progress, Reaction, Settings, parked, tables};
use event_log::{Database, EventLog};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// Reactions wait for others more than they work: as many logs of one reaction at the same time, whatever the others
/// wait for.
const REACTIONS_AT_ONCE: usize = 16;
/// A reaction, and the logs it reads.
#[derive(Clone)]
pub(crate) struct Reacting {
    pub reaction: Arc<dyn AnyReaction>,
    pub sources: Vec<LogSource>,
    turns: Turns,
}

/// Another task that runs beside: it is created again after an error.
pub(crate) type Task = Arc<dyn Fn(CancellationToken) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// What runs over one service's database: the relay of its logs and its reactions.
#[derive(Clone)]
pub struct Bus {
    pub(crate) service: &'static str,
    pub(crate) database: Database,
    pub(crate) settings: Settings,
    pub(crate) streams: Streams,
    pub(crate) progress: Progress,
    pub(crate) relays: Vec<EventLog>,
    pub(crate) reactions: Vec<Reacting>,
    pub(crate) leases: Leases,
    pub(crate) tasks: Vec<(&'static str, Task)>,
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
            reactions: Vec::new(),
            leases: Leases::new(database.app.clone()),
            tasks: Vec::new(),
            migrated: Arc::default(),
            database,
            settings,
        }
    }

    /// Reports to `progress` how far its readers are, for whoever needs that before there is a bus.
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

    /// Runs a reaction. `sources` are the logs of every service it names, and perhaps of others.
    #[must_use]
    pub fn reaction(mut self, reaction: impl Reaction, sources: &[LogSource]) -> Self {
        let reaction: Arc<dyn AnyReaction> = Arc::new(reaction);
        let sources = sources_of(reaction.logs(), sources);
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

    /// How far its readers are.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The database that all of it is over.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// What the operator set.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The service whose database it is.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// The leases of this process.
    #[must_use]
    pub fn leases(&self) -> &Leases {
        &self.leases
    }

    /// Makes the tables of the bus where they are not there yet. Harmless when done twice; `run` and `settle` do it too.
    ///
    /// # Errors
    /// When the database does not answer, or a source or a key of messages lacks.
    pub async fn prepare(&self) -> Result<(), Error> {
        for one in &self.reactions {
            check_sources(&reader(one.reaction.name()), one.reaction.logs(), &one.sources)?;
        }
        self.check_keys(&self.sources())?;
        self.migrated.get_or_try_init(|| tables::migrate(&self.database.owner)).await?;
        Ok(())
    }

    /// Whether this process can tell true messages of these logs from forged ones.
    ///
    /// # Errors
    /// When a key lacks.
    pub fn check_keys(&self, sources: &[LogSource]) -> Result<(), Error> {
        sources.iter().try_for_each(|source| self.settings.keys.check(source.service()))
    }

    /// What is parked in a region.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn parked(&self, region: &RegionId) -> Result<Vec<Parked>, Error> {
        parked::parked(&self.database.app, region).await
    }

    /// Tries again what a reaction parked in a region, in the order of the logs. `reader` as in [`Parked`].
    ///
    /// # Errors
    /// When there is no such reaction, or the database or a log does not answer.
    pub async fn retry(&self, region: &RegionId, reader_name: &str) -> Result<Retried, Error> {
        let one = self.reactions.iter().find(|one| reader(one.reaction.name()) == reader_name);
        let one = one.ok_or_else(|| Error::NoReader(reader_name.to_owned()))?;
        let reactor = self.reactor(&one.reaction, &CancellationToken::new(), Duration::ZERO);
        retry_parked(&reactor, &one.sources, region).await
    }

    pub(crate) fn relay_of(&self, events: &EventLog, log: &Log) -> Result<Relay, Error> {
        Ok(Relay {
            events: events.clone(),
            stream: self.streams.of(log)?,
            leases: self.leases.clone(),
            settings: self.settings.clone(),
        })
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

    /// How `follower` is to follow a log: by the stream, and by the log itself where the stream does not do. `at_once` are
    /// the turns that it takes.
    ///
    /// # Errors
    /// When there is no key for the messages of that log.
    pub fn follow(
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

    /// One source for each service that is relayed or reacted to.
    pub(crate) fn sources(&self) -> Vec<LogSource> {
        let relayed = self.relays.iter().cloned().map(LogSource::Here);
        one_of_each(relayed.chain(self.reactions.iter().flat_map(|one| one.sources.clone())))
    }
}
