//! The whole hub in the test's own process: every service behind the gateway, as `regiohub up` puts them together.
//!
//! One hub serves all tests, each in regions of its own; the databases and streams go when the servers of `make test` do.
//! What no other test should meet is played on a hub of its own.

use crate::bad_days::hub::program;
use access::{DevIssuer, Freshness, Issuers};
use axum::Router;
use axum::body::Body;
use bus::Settings;
use chassis::{Hub, Platform, Purpose, Secrets};
use decider::{Clock, CommandContext};
use event_log::{Append, Change, Context, Limits, NewEvent};
use futures_util::FutureExt;
use http::{Request, StatusCode, header};
use processing::{Logbook, Target};
use proto_schemas::consortium::grant;
use regiohub::up::together::{self, Together};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::LazyLock;
use testkit::{Client, Databases};
use tokio::process::Command;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, OnceCell};
use tower::ServiceExt;
use vault::{MasterKey, Vault};
use vocabulary::{Actor, ActorId, BranchCode, CompanyId, GrantId, PersonId, RegionId, Role, Service};

/// When every test plays: after the session of the examples, on its day.
pub const NOW: &str = "2026-10-06T13:00:00Z";

/// The services whose databases there are; the vault's comes besides.
pub fn services() -> impl Iterator<Item = &'static str> {
    Service::names().into_iter().chain(["gateway"])
}

/// What is shared lives on one runtime, which outlives each test.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(runtime);

static WHOLE: OnceCell<Whole> = OnceCell::const_new();

/// Whose turn it is: what one test writes while another one settles would be seen half.
static TURN: Mutex<()> = Mutex::const_new(());

/// The whole hub at work.
pub struct Whole {
    pub api: Together,
    pub vault: Vault,
    pub databases: Databases,
    pub clock: Clock,
    router: Router,
    issuer: DevIssuer,
}

/// What someone holds in a region.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    pub school: Option<BranchCode>,
    pub company: Option<CompanyId>,
    pub person: Option<PersonId>,
}

/// Runs a test on the hub.
pub fn on_the_hub<T>(test: impl AsyncFnOnce(&'static Whole) -> T) -> T {
    RUNTIME.block_on(async {
        let _turn = TURN.lock().await;
        test(WHOLE.get_or_init(Whole::start).await).await
    })
}

/// Runs a test on a hub of its own, whose databases, streams and files go when the test ends, also when it fails.
pub fn on_a_hub_of_its_own(test: impl AsyncFnOnce(&Whole)) {
    let runtime = runtime();
    let tested = runtime.block_on(async {
        let hub = Whole::start().await;
        let tested = AssertUnwindSafe(test(&hub)).catch_unwind().await;
        hub.end().await;
        tested
    });
    if let Err(failed) = tested {
        resume_unwind(failed);
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

impl Whole {
    async fn start() -> Self {
        let url = std::env::var("REGIOHUB_TEST_POSTGRES_URL").expect("not set: run `make test`");
        let nats = std::env::var("REGIOHUB_TEST_NATS_URL").expect("not set: run `make test`");
        let mut databases = Databases::new();
        let key = std::env::temp_dir().join(format!("{}-vault.key", databases.prefix()));
        let master = MasterKey::open_or_create(&key).unwrap();
        std::fs::remove_file(&key).unwrap();
        let vault = Vault::connect(databases.make("vault").await, 4, master);
        vault.migrate().await.unwrap();
        for service in services() {
            databases.make(service).await;
        }
        let (clock, _) = Clock::settable(NOW.parse().unwrap());
        let issuer = DevIssuer::ephemeral().unwrap().at(clock.clone());
        let secrets = Secrets::of([7; 32]);
        let processed = std::env::temp_dir().join(format!("{}-processing.jsonl", databases.prefix()));
        let target = Target::File(processed.clone());
        let oin = "00000000000000000000";
        let keys = secrets.ring(Purpose::Processing).unwrap().keys();
        let processing = Logbook::new(&target, keys, oin, clock.clone()).unwrap();
        let keys = chassis::message_keys(&secrets, "hub.example");
        let ages = Clock::fixed(clock.now());
        let mut platform = Platform {
            nats: bus::connect(&nats).await.unwrap().into(),
            vault: vault.clone(),
            issuers: Issuers::development(&issuer, clock.clone()),
            clock: clock.clone(),
            secrets,
            oin: oin.into(),
            processing,
            domain: "hub.example".into(),
            operator: vec![],
            operator_key: None,
            signing: chassis::Signing::in_data(&std::env::temp_dir().join(format!("{}-signed", databases.prefix()))),
            settings: Settings {
                names: databases.prefix().parse().unwrap(),
                keys,
                clock: clock.clone(),
                ages: ages.clone(),
                ..Settings::default()
            },
            // Grants do not age while a test plays.
            freshness: Freshness::by(ages),
            connections: 8,
            bounds: web::Bounds::default(),
            limits: Limits::default(),
        };
        platform.operator = vec![platform.identities().unwrap().actor(DevIssuer::ISSUER, "operator")];
        let key = chassis::operator_key(&platform.secrets, &platform.domain).unwrap();
        platform.operator_key = Some(key.verifier(proofs::Kind::Log));
        let api = together::start(&platform, &url, &format!("{}_", databases.prefix())).await.unwrap();
        let router = web::shell(api.router.clone(), web::Shell::default());
        Self { api, vault, databases, clock, router, issuer }
    }

    /// Takes everything away that it made.
    async fn end(self) {
        for projections in &self.api.projections {
            projections.bus().remove_streams().await.unwrap();
        }
        let mut databases = self.databases.clone();
        drop(self);
        databases.drop_all().await;
        let prefix = databases.prefix();
        for entry in std::fs::read_dir(std::env::temp_dir()).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with(prefix)) {
                if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.unwrap();
            }
        }
    }

    pub fn hub(&self, service: &str) -> &Hub {
        &self.api.hubs.iter().find(|(name, _)| *name == service).unwrap_or_else(|| panic!("no {service}")).1
    }

    /// The pseudonym of an identity of the development issuer.
    pub fn actor(&self, subject: &str) -> ActorId {
        self.hub("consortium").identities.actor(DevIssuer::ISSUER, subject)
    }

    pub fn client(&self, subject: &str) -> Client {
        Client::new(self.router.clone(), self.issuer.clone(), self.actor(subject), subject)
    }

    /// Someone whose token ended an hour ago.
    pub fn expired(&self, subject: &str) -> Client {
        let then = self.clock.now() - chrono::TimeDelta::hours(3);
        let issuer = self.issuer.clone().at(Clock::settable(then).0);
        Client::new(self.router.clone(), issuer, self.actor(subject), subject)
    }

    /// What a POST without an `Idempotency-Key` is answered.
    pub async fn without_key(&self, subject: &str, path: &str) -> (StatusCode, String) {
        let token = self.issuer.mint(subject, chrono::TimeDelta::hours(1));
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// What a request without a token is answered.
    pub async fn bare(&self, method: &str, path: &str, text: &'static str, kind: Option<&str>) -> StatusCode {
        let mut request = Request::builder().method(method).uri(path).header("Idempotency-Key", path);
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(Body::from(text)).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status()
    }

    /// Writes an event into a log, past all rules.
    pub async fn happened(&self, service: &str, region: &RegionId, stream: &str, event_type: &str, data: &Value) {
        let log = &self.hub(service).log;
        let expected = log.history(region, stream).await.unwrap().last().map_or(0, |event| event.version);
        let event = testkit::written_before(event_type, data);
        let change = Change { stream: stream.to_owned(), expected, events: vec![event] };
        let by = Actor { role: Role::Operator, ..Actor::hub() };
        let context = Context::of(&CommandContext::new(by, self.clock.now()));
        log.append(region, Append { changes: vec![change], context, command: None }).await.unwrap();
    }

    /// Grants a role; it counts once the hub is settled.
    pub async fn grant(&self, region: &RegionId, subject: &str, role: Role, bound: Bound) {
        let Bound { school, company, person } = bound;
        let granted = grant::Event::Granted {
            actor: self.actor(subject),
            role,
            school,
            company,
            person,
            from: None,
            until: None,
        };
        let event = NewEvent::of(&granted).unwrap();
        let data: Value = serde_json::from_str(event.data()).unwrap();
        let stream = format!("grant/{}", GrantId::fresh());
        self.happened("consortium", region, &stream, event.event_type(), &data).await;
    }

    /// Relays, folds and reacts until nothing moves in any service.
    pub async fn settle(&self) {
        loop {
            let before = self.all_heads().await;
            for projections in &self.api.projections {
                projections.settle().await.unwrap();
            }
            if self.all_heads().await == before {
                break;
            }
        }
        for (_, hub) in &self.api.hubs {
            hub.known.settled().await;
        }
    }

    /// How many events each log of a region has.
    pub async fn heads(&self, region: &RegionId) -> BTreeMap<String, i64> {
        let all = self.all_heads().await.into_iter();
        all.filter(|((_, of), _)| of == region).map(|((service, _), position)| (service, position)).collect()
    }

    async fn all_heads(&self) -> BTreeMap<(String, RegionId), i64> {
        let mut heads = BTreeMap::new();
        for (service, hub) in &self.api.hubs {
            for head in hub.log.heads().await.unwrap() {
                heads.insert(((*service).to_owned(), head.region), head.position);
            }
        }
        heads
    }

    /// Runs `regiohub audit` on the databases: how it ended, and what it said.
    pub async fn audit(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(program());
        command.arg("audit").args(arguments);
        command.env("REGIOHUB_POSTGRES_URL", std::env::var("REGIOHUB_TEST_POSTGRES_URL").unwrap());
        command.env("REGIOHUB_DATABASE_PREFIX", format!("{}_", self.databases.prefix()));
        let ended = command.output().await.unwrap();
        let told = [ended.stdout, ended.stderr].concat();
        (ended.status.code().unwrap(), String::from_utf8_lossy(&told).into_owned())
    }

    /// Which readers of a region's logs are not at their ends, in words.
    pub async fn behind(&self, region: &RegionId) -> Vec<String> {
        let ends = self.heads(region).await;
        let mut behind = Vec::new();
        for (service, hub) in &self.api.hubs {
            for one in hub.progress.lag().into_iter().filter(|one| one.region == *region) {
                if ends.get(&one.service) != Some(&one.position) {
                    behind.push(format!("{service}: {} is at {} of {}", one.reader, one.position, one.service));
                }
            }
        }
        behind
    }

    /// What no reader could handle, in words.
    pub async fn parked(&self, region: &RegionId) -> Vec<String> {
        let mut parked = Vec::new();
        for ((service, _), projections) in self.api.hubs.iter().zip(&self.api.projections) {
            for one in projections.parked(region).await.unwrap() {
                parked.push(format!("{service}: {}", serde_json::to_string(&one).unwrap()));
            }
        }
        parked
    }
}
