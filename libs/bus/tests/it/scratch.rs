//! Databases and streams of its own for each test, removed at the end.

use async_nats::jetstream;
use bus::{Bus, LogSource, MessageKey, MessageKeys, Settings};
use chrono::Utc;
use decider::Clock;
use event_log::{Append, Change, Context, Database, EventLog, NewEvent, Receipt};
use futures_util::{FutureExt, TryStreamExt};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::time::Duration;
use uuid::Uuid;
use vocabulary::{Actor, RegionId};

use crate::counts::Event;

/// Two services: `counters`, whose log is read, and `answers`, which reads it.
#[derive(Clone)]
pub struct Scratch {
    pub database: Database,
    pub counters: EventLog,
    pub answers: EventLog,
    pub answering: Database,
    pub nats: async_nats::Client,
    pub jetstream: jetstream::Context,
    pub root: String,
    server: PgConnectOptions,
}

/// Keys of messages of these generations, the one that is used first.
pub fn keys(numbers: &'static [u8]) -> MessageKeys {
    MessageKeys::new("hub.example", move |service| {
        let key = |number: &u8| {
            let mut secret = [*number; 32];
            secret[..service.len()].copy_from_slice(service.as_bytes());
            MessageKey { number: (*number).into(), secret }
        };
        Ok(numbers.iter().map(key).collect())
    })
}

pub fn region(slug: &str) -> RegionId {
    slug.parse().unwrap()
}

pub async fn scratch<F: Future<Output = ()>>(test: impl FnOnce(Scratch) -> F) {
    let url = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `make test`"));
    let server = PgConnectOptions::from_str(&url("REGIOHUB_TEST_POSTGRES_URL")).unwrap();
    let nats = bus::connect(&url("REGIOHUB_TEST_NATS_URL")).await.unwrap();
    let root = format!("t{}", Uuid::now_v7().simple());
    let mut admin = server.connect().await.unwrap();
    let database = made(&mut admin, &server, &format!("bus_{root}_counters")).await;
    let answering = made(&mut admin, &server, &format!("bus_{root}_answers")).await;
    let ground = Scratch {
        counters: EventLog::new("counters", "00000000000000000000", &database, Clock::system()),
        answers: EventLog::new("answers", "00000000000000000000", &answering, Clock::system()),
        jetstream: jetstream::new(nats.clone()),
        server,
        database,
        answering,
        nats,
        root: root.clone(),
    };
    let outcome = AssertUnwindSafe(test(ground.clone())).catch_unwind().await;
    for name in ground.jetstream.stream_names().try_collect::<Vec<_>>().await.unwrap() {
        if name.starts_with(&root) {
            ground.jetstream.delete_stream(name).await.unwrap();
        }
    }
    for service in ["counters", "answers"] {
        admin.execute(AssertSqlSafe(format!("drop database bus_{root}_{service} with (force)"))).await.unwrap();
    }
    admin.close().await.unwrap();
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

async fn made(admin: &mut PgConnection, server: &PgConnectOptions, name: &str) -> Database {
    admin.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    let database = Database::open(server.clone().database(name), 10).await.unwrap();
    EventLog::migrate(&database).await.unwrap();
    database
}

impl Scratch {
    pub fn settings(&self) -> Settings {
        Settings {
            names: self.root.parse().unwrap(),
            keys: keys(&[1]),
            compare_every: Duration::from_millis(200),
            ..Settings::default()
        }
    }

    /// The service `counters`, with nothing in it.
    pub fn bus(&self) -> Bus {
        Bus::new("counters", self.nats.clone(), self.database.clone(), self.settings())
    }

    /// The service `answers`, with nothing in it.
    pub fn answering_bus(&self) -> Bus {
        Bus::new("answers", self.nats.clone(), self.answering.clone(), self.settings())
    }

    /// Another process of the service `counters`: other connections, nothing in memory.
    pub async fn second_process(&self) -> Self {
        let name = format!("bus_{}_counters", self.root);
        let database = Database::open(self.server.clone().database(&name), 10).await.unwrap();
        let counters = EventLog::new("counters", "00000000000000000000", &database, Clock::system());
        Self { database, counters, ..self.clone() }
    }

    pub fn sources(&self) -> Vec<LogSource> {
        vec![self.counters.clone().into(), self.answers.clone().into()]
    }

    pub fn stream_name(&self, slug: &str) -> String {
        format!("{}_counters_{slug}", self.root)
    }

    pub async fn stream(&self, slug: &str) -> jetstream::stream::Stream {
        self.jetstream.get_stream(self.stream_name(slug)).await.unwrap()
    }

    /// The last sequence of a region's stream.
    pub async fn last(&self, slug: &str) -> u64 {
        self.stream(slug).await.cached_info().state.last_sequence
    }

    /// Raises a counter, in one append for each amount.
    pub async fn raise(&self, slug: &str, counter: &str, amounts: &[i64]) {
        for amount in amounts {
            self.append(slug, counter, &[*amount], None).await;
        }
    }

    /// Raises a counter many times in one append.
    pub async fn append(&self, slug: &str, counter: &str, amounts: &[i64], traceparent: Option<&str>) -> Receipt {
        let events: Vec<NewEvent> =
            amounts.iter().map(|by| NewEvent::of(&Event::Raised { by: *by }).unwrap()).collect();
        self.append_traced(slug, format!("counter/{counter}"), events, traceparent).await
    }

    /// Appends to any stream.
    pub async fn append_to(&self, slug: &str, stream: &str, events: Vec<NewEvent>) -> Receipt {
        self.append_traced(slug, stream.to_owned(), events, None).await
    }

    async fn append_traced(
        &self,
        slug: &str,
        stream: String,
        events: Vec<NewEvent>,
        traceparent: Option<&str>,
    ) -> Receipt {
        let region = region(slug);
        let after = self.counters.page(&region, 0, usize::MAX).await.unwrap();
        let expected = after.iter().filter(|event| event.stream == stream).count();
        let context = Context {
            by: Actor::hub(),
            on_behalf_of: None,
            cause: None,
            correlation: None,
            traceparent: traceparent.map(str::to_owned),
            policy_version: None,
        };
        let change = Change { stream, expected: i32::try_from(expected).unwrap(), events };
        self.counters.append(&region, Append { changes: vec![change], context, command: None }).await.unwrap()
    }

    /// A number from a region's rows.
    pub async fn number(&self, slug: &str, select: &str) -> i64 {
        let mut rows = event_log::tenant(&self.database.app, &region(slug)).await.unwrap();
        sqlx::query_scalar(AssertSqlSafe(select.to_owned())).fetch_one(&mut *rows).await.unwrap()
    }

    /// As the owner of the tables, of one database, with sight of all positions.
    pub async fn owner(database: &Database, sql: &str) {
        let sql = format!("begin; set local regiohub.bus = 'on'; {sql}; commit");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&database.owner).await.unwrap();
    }
}

/// Waits until something holds; a minute is long enough on any machine.
pub async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let late = Utc::now() + chrono::TimeDelta::seconds(60);
    while !holds().await {
        assert!(Utc::now() < late, "it never came to pass: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
