//! One service at work in a test.

use crate::{Client, Databases, Held, Holding, Way};
use access::{DevIssuer, Freshness, Identity, Issuers};
use axum::Router;
use bus::{Bus, LogSource, Settings};
use chassis::{Hub, Platform, Purpose, Secrets, Service, Signing, message_keys, operator_key};
use chrono::{DateTime, Utc};
use decider::{Clock, CommandContext, Event, Hand};
use event_log::{Append, Change, Context, Database, EventLog, Limits, NewEvent, Receipt, Recorded};
use futures_util::TryStreamExt;
use processing::{Logbook, Target};
use projections::Projections;
use proofs::Kind;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;
use utoipa::openapi::OpenApi;
use vault::{MasterKey, Vault};
use vocabulary::{Actor, RegionId, Role};

/// When every test begins: noon in the Netherlands on a Tuesday in September.
const BEGINNING: &str = "2026-09-01T10:00:00Z";

/// One service on fresh databases and its own streams.
pub struct TestHub {
    /// The region that tests play in.
    pub region: RegionId,
    /// What the service works with.
    pub hub: Hub,
    /// What it relays, projects and reacts to.
    pub projections: Projections,
    /// Its guarded routes in their shell.
    pub router: Router,
    /// What only the installation itself asks, such as `/log`.
    pub internal: Router,
    /// What they promise.
    pub openapi: OpenApi,
    /// Moves the clock of service and tokens.
    pub hand: Hand,
    /// Makes grants older: by the clock that stands still otherwise.
    pub age: Hand,
    /// What makes tokens.
    pub issuer: DevIssuer,
    service: &'static str,
    others: HashMap<&'static str, (EventLog, Bus)>,
    databases: Databases,
    clock: Clock,
    processed: PathBuf,
    /// What the signer remembers.
    signed: PathBuf,
}

/// Opens and starts a service. The logs of the other services are there, and empty.
///
/// # Panics
/// When the servers of `make test` are not there, or the service does not start.
pub async fn hub(service: Service) -> TestHub {
    opened(service, Databases::new(), None, Limits::default()).await
}

/// The same with other bounds, where the service reaches its database on a way on which packets can vanish.
///
/// # Panics
/// As [`hub`].
pub async fn hub_behind_a_way(service: Service, limits: Limits) -> (TestHub, Way) {
    let databases = Databases::new();
    let way = databases.way().await;
    (opened(service, databases, Some(&way), limits).await, way)
}

async fn opened(service: Service, mut databases: Databases, way: Option<&Way>, limits: Limits) -> TestHub {
    let (clock, hand) = Clock::settable(BEGINNING.parse().expect("a moment"));
    let issuer = DevIssuer::ephemeral().expect("a key").at(clock.clone());
    let nats = std::env::var("REGIOHUB_TEST_NATS_URL").expect("REGIOHUB_TEST_NATS_URL is not set: run `make test`");
    let key = std::env::temp_dir().join(format!("{}-vault.key", databases.prefix()));
    let master = MasterKey::open_or_create(&key).expect("a master key");
    std::fs::remove_file(&key).expect("removed");
    let vault = Vault::connect(databases.make("vault").await, 5, master);
    vault.migrate().await.expect("the vault's tables");
    let secrets = Secrets::of([7; 32]);
    let (ages, age) = Clock::settable(clock.now());
    let settings = Settings {
        names: databases.prefix().parse().expect("what streams begin with"),
        keys: message_keys(&secrets, "hub.example"),
        clock: clock.clone(),
        ages: ages.clone(),
        ..Settings::default()
    };
    let processed = std::env::temp_dir().join(format!("{}-processing.jsonl", databases.prefix()));
    let signed = std::env::temp_dir().join(format!("{}-signed", databases.prefix()));
    let target = Target::File(processed.clone());
    let processing = Logbook::new(
        &target,
        secrets.ring(Purpose::Processing).expect("a secret").keys(),
        "00000000000000000000",
        clock.clone(),
    )
    .expect("a logbook");
    let client = bus::connect(&nats).await.expect("the nats-server of `make test`");
    let mut platform = Platform {
        nats: client.clone().into(),
        vault,
        issuers: Issuers::development(&issuer, clock.clone()),
        clock: clock.clone(),
        secrets,
        oin: "00000000000000000000".into(),
        domain: "hub.example".into(),
        operator: vec![],
        operator_key: None,
        signing: Signing::in_data(&signed),
        settings,
        freshness: Freshness::by(ages),
        processing,
        connections: 20,
        bounds: web::Bounds::default(),
        limits,
    };
    let operator = Identity::person(DevIssuer::ISSUER, "operator");
    platform.operator = platform.identities().expect("a secret").of(&operator).all().copied().collect();
    let key = operator_key(&platform.secrets, &platform.domain).expect("the operator's key");
    platform.operator_key = Some(key.verifier(Kind::Log));

    let name = service.name();
    let mut others = HashMap::new();
    let read = vocabulary::Service::ALL.into_iter().filter(|it| it.is_read_by_others());
    for other in read.map(vocabulary::Service::as_str).filter(|other| *other != name) {
        let database = Database::open(databases.make(other).await, 3).await.expect("a database");
        EventLog::migrate(&database).await.expect("its tables");
        let log = EventLog::new(other, "00000000000000000000", &database, clock.clone());
        let bus = Bus::new(other, client.clone(), database, platform.settings.clone()).relay(log.clone());
        others.insert(other, (log, bus));
    }
    let mut options = databases.make(name).await;
    if let Some(way) = way {
        options = options.host("127.0.0.1").port(way.address.port());
    }
    let opened = service.open(&platform, options).await.expect("the service opens");
    let sources: Vec<LogSource> =
        others.values().map(|(log, _)| LogSource::Here(log.clone())).chain([opened.source()]).collect();
    let keep = opened.keeps();
    let started = opened.start(&platform, &sources, keep).await.expect("the service starts");
    TestHub {
        region: "voorbeeld".parse().expect("a region"),
        hub: started.hub,
        projections: started.projections,
        router: web::shell(started.router, web::Shell::default()),
        internal: started.internal,
        openapi: started.openapi,
        hand,
        age,
        issuer,
        service: name,
        others,
        databases,
        clock,
        processed,
        signed,
    }
}

impl TestHub {
    /// A fact in the log of a service, this one's or another's; `stream` is `category/id`.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn happened<E: Event>(&self, service: &str, region: &RegionId, stream: &str, event: &E) -> Receipt {
        let log = self.log(service);
        let expected = log.history(region, stream).await.expect("a history").last().map_or(0, |event| event.version);
        let change = Change { stream: stream.into(), expected, events: vec![NewEvent::of(event).expect("an event")] };
        let context =
            Context::of(&CommandContext::new(Actor { role: Role::Operator, ..Actor::hub() }, self.clock.now()));
        log.append(region, Append { changes: vec![change], context, command: None }).await.expect("written")
    }

    /// A message in the stream of a service's log that its log knows nothing of: published by someone who has the
    /// password of NATS, at the next position, with all else as a true event has it.
    ///
    /// # Panics
    /// When the log is empty, or NATS does not take it.
    pub async fn forged<E: Event>(&self, service: &str, stream: &str, event: &E) {
        for (_, bus) in self.others.values() {
            bus.settle().await.expect("relayed");
        }
        let last = self.events(service).await.pop().expect("an event to copy");
        let mut text: Value = serde_json::from_str(&last.text).expect("an event");
        let forged = NewEvent::of(event).expect("an event");
        let data: Value = serde_json::from_str(forged.data()).expect("its data");
        let members =
            [("id", json!(uuid::Uuid::now_v7())), ("position", json!(last.position + 1)), ("version", json!(1))];
        let told = [("subject", json!(stream)), ("type", json!(forged.event_type())), ("data", data)];
        for (member, value) in members.into_iter().chain(told) {
            assert!(text.get(member).is_some(), "an event has no {member}");
            text[member] = value;
        }
        let (category, _) = stream.split_once('/').expect("category and id");
        let short = forged.event_type().rsplit('.').nth(1).unwrap_or_default().to_owned();
        let subject = format!("{}.{service}.{}.{category}.{short}", self.databases.prefix(), self.region);
        let nats = std::env::var("REGIOHUB_TEST_NATS_URL").expect("the nats-server of `make test`");
        let forger = async_nats::jetstream::new(bus::connect(&nats).await.expect("the nats-server of `make test`"));
        let taken = forger.publish(subject, text.to_string().into()).await.expect("published").await.expect("taken");
        assert_eq!(taken.sequence, (last.position + 1).unsigned_abs(), "the stream is where its log is");
    }

    /// Everything that a service wrote in the region of the test.
    ///
    /// # Panics
    /// When it cannot be read.
    pub async fn events(&self, service: &str) -> Vec<Recorded> {
        self.log(service).page(&self.region, 0, 100_000).await.expect("a log")
    }

    /// The spans of every processing of personal data until now.
    ///
    /// # Panics
    /// When they cannot be read.
    #[must_use]
    pub fn processed(&self) -> Vec<Value> {
        // Nobody's data were processed yet: there is no file.
        let lines = std::fs::read_to_string(&self.processed).unwrap_or_default();
        lines.lines().map(|line| serde_json::from_str(line).expect("a span")).collect()
    }

    /// From now on no processing can be recorded.
    ///
    /// # Panics
    /// When the file cannot be taken away.
    pub fn lose_the_processing_log(&self) {
        let _ = std::fs::remove_file(&self.processed);
        std::fs::create_dir(&self.processed).expect("a folder where the file should be");
    }

    /// From now on the vault does not answer; keys that are in memory are.
    ///
    /// # Panics
    /// When PostgreSQL does not do it.
    pub async fn lose_the_vault(&self) {
        self.databases.lose("vault").await;
    }

    /// Takes a lock in the database of this service or the vault (`lock table vault.key in exclusive mode`): whoever
    /// works there waits until it is released.
    ///
    /// # Panics
    /// When PostgreSQL does not give it.
    pub async fn hold(&self, database: &str, statement: &str) -> Held {
        self.databases.hold(database, statement).await
    }

    /// The log of a service, this one's or another's.
    ///
    /// # Panics
    /// When there is no service of that name.
    #[must_use]
    pub fn log(&self, service: &str) -> &EventLog {
        if service == self.service {
            return &self.hub.log;
        }
        &self.others.get(service).unwrap_or_else(|| panic!("there is no service called {service}")).0
    }

    /// Relays, folds and reacts until nothing moves.
    ///
    /// # Panics
    /// When that fails.
    pub async fn settle(&self) {
        for (_, bus) in self.others.values() {
            bus.settle().await.expect("relayed");
        }
        self.projections.settle().await.expect("settled");
        self.hub.known.settled().await;
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Sets the clock.
    ///
    /// # Panics
    /// When the text is not a moment.
    pub fn at(&self, moment: &str) {
        self.hand.set(moment.parse().expect("a moment such as 2026-09-01T10:00:00Z"));
    }

    /// Someone without any grant.
    #[must_use]
    pub fn stranger(&self) -> Client {
        self.client("stranger")
    }

    /// The operator, whom the configuration names.
    #[must_use]
    pub fn operator(&self) -> Client {
        self.client("operator")
    }

    /// The identity `subject` of the development issuer.
    #[must_use]
    pub fn client(&self, subject: &str) -> Client {
        Client::new(
            self.router.clone(),
            self.issuer.clone(),
            self.hub.identities.actor(DevIssuer::ISSUER, subject),
            subject,
        )
    }

    /// Someone new who holds a region-wide role.
    pub async fn holding(&self, role: Role) -> Client {
        self.granted(Holding::of(role)).await
    }

    /// Someone new who holds a role, bound as it says, in the region of the test.
    pub async fn granted(&self, holding: Holding) -> Client {
        let client = self.client(&format!("someone-{}", uuid::Uuid::now_v7()));
        self.grant(&client, holding).await;
        client
    }

    /// Grants a role to someone, and waits until it counts.
    pub async fn grant(&self, client: &Client, holding: Holding) {
        let (id, event) = holding.event(client.actor);
        self.happened("consortium", &self.region, &format!("grant/{id}"), &event).await;
        self.settle().await;
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.processed).or_else(|_| std::fs::remove_dir(&self.processed));
        let _ = std::fs::remove_dir_all(&self.signed);
        let mut databases = self.databases.clone();
        // Dropping is not async, and the test's own runtime stands still meanwhile: connections of its own.
        let cleaning = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                remove_streams(databases.prefix()).await;
                databases.drop_all().await;
            });
        });
        let cleaned = cleaning.join();
        if !std::thread::panicking() {
            cleaned.expect("cleaned up");
        }
    }
}

async fn remove_streams(prefix: &str) {
    let nats = std::env::var("REGIOHUB_TEST_NATS_URL").expect("REGIOHUB_TEST_NATS_URL is not set: run `make test`");
    let context = async_nats::jetstream::new(bus::connect(&nats).await.expect("the nats-server of `make test`"));
    let mut names = context.stream_names();
    let mut own = Vec::new();
    while let Some(name) = names.try_next().await.expect("names of streams") {
        own.extend(name.starts_with(&format!("{prefix}_")).then_some(name));
    }
    for name in own {
        context.delete_stream(name).await.expect("removed");
    }
}
