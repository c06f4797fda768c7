//! A service as a value: its tables, routes, projections and reactions.

use crate::restored::{self, Restores};
use crate::{Hub, Platform, Purpose, Registered, Steps, inside};
use access::{Freshness, Grants};
use axum::Router;
use bus::{Bus, LogSource, Progress, Reaction};
use decider::Aggregate;
use event_log::{Database, EventLog};
use known::{Known, KnownGrants};
use projections::{Projection, Projections, ReadModel};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use web::{Check, Guard, Keep, Lag, Looks, Wait};

/// How long a reader waits for a position before it is told how far behind we are.
const POSITION_TIMEOUT: Duration = Duration::from_secs(2);

type Fold = Box<dyn FnOnce(Option<&Hub>) -> ReadModel + Send>;
type React = Box<dyn FnOnce(Bus, &Hub, &[LogSource]) -> Bus + Send>;
type Routes = Box<dyn FnOnce(&Hub, &[LogSource]) -> OpenApiRouter + Send>;
type Inside = Box<dyn FnOnce(&Hub, &[LogSource]) -> Router + Send>;
type Keeps = Box<dyn FnOnce(&Hub) -> Keep + Send>;
type Document = Box<dyn FnOnce() -> OpenApi + Send>;

/// A service as a value; nothing happens before it is opened.
pub struct Service {
    name: &'static str,
    aggregates: Vec<Registered>,
    migrator: Option<&'static Migrator>,
    routes: Routes,
    document: Document,
    folds: Vec<Fold>,
    reactions: Vec<React>,
    beside: Vec<fn(&Hub)>,
    keeps: Option<Keeps>,
    inside: Option<Inside>,
    signs: bool,
}

/// A service whose tables are there and whose log can be read.
pub struct Opened {
    service: Service,
    database: Database,
    hub: Hub,
    keeps: Option<Keep>,
}

/// A service at work, once its bus runs.
pub struct Started {
    /// Which one.
    pub name: &'static str,
    /// What it works with.
    pub hub: Hub,
    /// Its guarded routes, without the shell.
    pub router: Router,
    /// `/log` and `/parked`, for those who share the installation's secret: never on a public listener.
    pub internal: Router,
    /// What its routes promise.
    pub openapi: OpenApi,
    /// Its read models, over the bus that relays and reacts.
    pub projections: Projections,
}

impl Service {
    /// A service of that name, with a database of that name.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            aggregates: vec![],
            migrator: None,
            routes: Box::new(|_, _| OpenApiRouter::new()),
            document: Box::new(OpenApi::default),
            folds: vec![],
            reactions: vec![],
            beside: vec![],
            keeps: None,
            inside: None,
            signs: false,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// An aggregate that decides here. Its events are a line in `proto_schemas`, which a test compares.
    #[must_use]
    pub fn aggregate<A: Aggregate>(mut self) -> Self {
        self.aggregates.push(Registered::of::<A>());
        self
    }

    /// What decides here.
    #[must_use]
    pub fn aggregates(&self) -> &[Registered] {
        &self.aggregates
    }

    /// It signs checkpoints or asks who does: a process of it alone starts only when it knows where they are signed.
    #[must_use]
    pub fn signs(mut self) -> Self {
        self.signs = true;
        self
    }

    /// Whether it must know where checkpoints are signed.
    pub(crate) fn must_know_signer(&self) -> bool {
        self.signs
    }

    /// Tables of its own, besides its log and its projections.
    #[must_use]
    pub fn migrations(mut self, migrator: &'static Migrator) -> Self {
        self.migrator = Some(migrator);
        self
    }

    /// Its routes.
    #[must_use]
    pub fn routes(self, routes: fn() -> OpenApiRouter<Hub>) -> Self {
        self.routes_of(routes, |hub, _| hub.clone())
    }

    /// Its routes, where they work with a state made of the hub and of the logs of the services it reads.
    #[must_use]
    pub fn routes_of<S: Clone + Send + Sync + 'static>(
        mut self,
        routes: fn() -> OpenApiRouter<S>,
        state: impl FnOnce(&Hub, &[LogSource]) -> S + Send + 'static,
    ) -> Self {
        self.routes = Box::new(move |hub, sources| routes().with_state(state(hub, sources)));
        self.document = Box::new(move || web::promised(routes()));
        self
    }

    /// A lookup or read model.
    #[must_use]
    pub fn projection(self, projection: impl Projection) -> Self {
        self.opening(|_| projection)
    }

    /// A lookup or read model that opens personal fields; without a hub, as in a replay, it leaves them shut.
    #[must_use]
    pub fn opening<P: Projection>(mut self, make: impl FnOnce(Option<&Hub>) -> P + Send + 'static) -> Self {
        self.folds.push(Box::new(move |hub| ReadModel::new(make(hub))));
        self
    }

    /// Something it does once, beside its work, when it starts.
    #[must_use]
    pub fn beside(mut self, begin: fn(&Hub)) -> Self {
        self.beside.push(begin);
        self
    }

    /// What it does when something happened elsewhere.
    #[must_use]
    pub fn reaction<R: Reaction>(mut self, make: impl FnOnce(&Hub) -> R + Send + 'static) -> Self {
        self.reactions.push(Box::new(move |bus, hub, sources| bus.reaction(make(hub), sources)));
        self
    }

    /// Routes of its own for those who share the installation's secret.
    #[must_use]
    pub fn inside(mut self, routes: impl FnOnce(&Hub, &[LogSource]) -> Router + Send + 'static) -> Self {
        self.inside = Some(Box::new(routes));
        self
    }

    /// It keeps what auditors of every service are shown, and what anyone is shown by itself.
    #[must_use]
    pub fn keeps_looks(mut self, keep: impl FnOnce(&Hub) -> Keep + Send + 'static) -> Self {
        self.keeps = Some(Box::new(keep));
        self
    }

    /// Its lookups and read models, the grants that every service has among them, to be replayed: nothing is started, and
    /// what is sealed stays shut.
    #[must_use]
    pub fn read_models(self, database: &Database) -> Vec<ReadModel> {
        folded(self.folds, Known::new(database, Grants::new(None, Freshness::default())).grants(), None)
    }

    /// What it does by itself beside requests and events, until the token is cancelled; after an error it is run again.
    #[must_use]
    pub fn runs<S, F>(
        mut self,
        name: &'static str,
        state: impl FnOnce(&Hub, &[LogSource]) -> S + Send + 'static,
        task: fn(S, CancellationToken) -> F,
    ) -> Self
    where
        S: Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), bus::Error>> + Send + 'static,
    {
        self.reactions.push(Box::new(move |bus, hub, sources| {
            let state = state(hub, sources);
            bus.beside(name, move |end| task(state.clone(), end))
        }));
        self
    }

    /// What its routes promise: for the contracts, without any server.
    #[must_use]
    pub fn openapi(self) -> OpenApi {
        (self.document)()
    }

    /// Connects and brings the tables up to date.
    ///
    /// # Errors
    /// When the database does not answer, or a migration fails.
    pub async fn open(mut self, platform: &Platform, database: PgConnectOptions) -> anyhow::Result<Opened> {
        let database = Database::open_within(database, platform.connections, platform.limits).await?;
        EventLog::migrate(&database).await?;
        if let Some(migrator) = self.migrator {
            migrator.run(&database.owner).await?;
        }
        let hub = Hub {
            log: EventLog::new(self.name, &platform.oin, &database, platform.clock.clone()),
            db: database.app.clone(),
            progress: Progress::new(database.app.clone()),
            vault: platform.vault.clone(),
            known: Known::new(&database, platform.grants()),
            clock: platform.clock.clone(),
            processing: platform.processing.of(self.name),
            domain: platform.domain.clone(),
            identities: platform.identities()?,
            signing: platform.signing.clone(),
            operator_key: platform.operator_key.clone(),
            secrets: platform.secrets.clone(),
            steps: Steps::default(),
        };
        let keeps = self.keeps.take().map(|keeps| keeps(&hub));
        Ok(Opened { service: self, database, hub, keeps })
    }
}

impl Opened {
    /// Which one.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.service.name
    }

    /// Its logs, for the other services.
    #[must_use]
    pub fn source(&self) -> LogSource {
        LogSource::Here(self.hub.log.clone())
    }

    /// Where it keeps looks, when it is the service that does.
    #[must_use]
    pub fn keeps(&self) -> Option<Keep> {
        self.keeps.clone()
    }

    /// Puts it together. `sources` are the logs of all services it reads; `keep` is where looks of auditors are kept.
    ///
    /// # Errors
    /// When the database does not answer, or what it reads has no source.
    pub async fn start(
        self,
        platform: &Platform,
        sources: &[LogSource],
        keep: Option<Keep>,
    ) -> anyhow::Result<Started> {
        let Self { service, database, hub, keeps } = self;
        let nats = platform.nats.of(service.name, sources.iter().map(LogSource::service)).await?;
        let mut bus = Bus::new(service.name, nats, database, platform.settings.clone());
        bus = bus.reporting_to(&hub.progress).relay(hub.log.clone());
        for react in service.reactions {
            bus = react(bus, &hub, sources);
        }
        let mut projections = Projections::over(bus);
        for model in folded(service.folds, hub.known.grants(), Some(&hub)) {
            projections = projections.read_model(model, sources);
        }
        projections.prepare().await?;
        projections.look().await;
        for begin in service.beside {
            begin(&hub);
        }
        let guard = Guard {
            service: service.name,
            issuers: platform.issuers.clone(),
            identities: platform.identities()?,
            grants: hub.known.book(),
            clock: platform.clock.clone(),
            fingerprint_keys: platform.secrets.ring(Purpose::Fingerprint)?.keys(),
            kept: web::kept_in(&hub.log),
            wait: Some(wait(&hub)),
            looks: Looks { of_everyone: keeps.is_some(), keep },
            bounds: platform.bounds,
        };
        let (router, openapi) = web::guard((service.routes)(&hub, sources), guard);
        let restores = Restores {
            log: hub.log.clone(),
            domain: hub.domain.clone(),
            key: platform.operator_key.clone(),
            operator: platform.operator.first().copied(),
        };
        let own = service.inside.map(|routes| routes(&hub, sources)).unwrap_or_default();
        let own = own.merge(restored::routes(restores));
        let internal =
            inside::routes(hub.log.clone(), projections.clone(), own, keeps, platform.secrets.log_secrets()?);
        Ok(Started { name: service.name, hub, router, internal, openapi, projections })
    }
}

impl Started {
    /// What must be there for the service to do its work: its log, asked on the way that commands go, a database that takes
    /// what is written to it, and an answer of the log of grants. What it goes on without: its streams.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        let (log, book, bus) = (self.hub.log.clone(), self.hub.known.book(), self.projections.bus().clone());
        let there = Check::new(self.name, move || {
            let (log, book, writing) = (log.clone(), book.clone(), bus.is_writing());
            async move { writing && book.answered().is_ok() && log.answers().await.is_ok() }
        });
        let bus = self.projections.bus().clone();
        let streams = Check::not_needed(format!("streams of {}", self.name), move || {
            let stuck = bus.stuck();
            async move { stuck.is_empty() }
        });
        vec![there, streams]
    }
}

fn folded(own: Vec<Fold>, grants: KnownGrants, hub: Option<&Hub>) -> Vec<ReadModel> {
    std::iter::once(ReadModel::new(grants)).chain(own.into_iter().map(|make| make(hub))).collect()
}

/// Waits for the lookups of this service, and until changed grants are in the book.
fn wait(hub: &Hub) -> Wait {
    let (progress, known) = (hub.progress.clone(), hub.known.clone());
    Arc::new(move |region, positions| {
        let (progress, known) = (progress.clone(), known.clone());
        Box::pin(async move {
            progress
                .wait(&region, &positions, POSITION_TIMEOUT)
                .await
                .map_err(|lag| Lag { behind: vec![(lag.service, lag.wanted - lag.have)] })?;
            known.settled().await;
            Ok(())
        })
    })
}
