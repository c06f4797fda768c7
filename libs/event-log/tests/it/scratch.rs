//! A database of its own for each test, dropped at the end.

use decider::Clock;
use event_log::{Database, EventLog};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::future::Future;
use std::str::FromStr;

pub struct Scratch {
    pub database: Database,
    pub log: EventLog,
}

impl Scratch {
    /// Another process at work on the same database.
    pub async fn second_process(&self) -> EventLog {
        self.process(Clock::system()).await
    }

    pub async fn process(&self, clock: Clock) -> EventLog {
        EventLog::new("counters", "00000000000000000000", &self.database, clock)
    }
}

pub async fn scratch<F: Future<Output = ()>>(test: impl FnOnce(Scratch) -> F) {
    let url =
        std::env::var("REGIOHUB_TEST_POSTGRES_URL").expect("REGIOHUB_TEST_POSTGRES_URL is not set: run `make test`");
    let server = PgConnectOptions::from_str(&url).unwrap();
    let name = format!("event_log_{}", uuid::Uuid::now_v7().simple());
    let mut admin = server.connect().await.unwrap();
    admin.execute(AssertSqlSafe(format!("create database {name}"))).await.unwrap();

    let database = Database::open(server.clone().database(&name), 40).await.unwrap();
    EventLog::migrate(&database).await.unwrap();
    let log = EventLog::new("counters", "00000000000000000000", &database, Clock::system());
    test(Scratch { database: database.clone(), log }).await;

    database.app.close().await;
    database.owner.close().await;
    admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
    admin.close().await.unwrap();
}
