//! Appending one event with an expected version, ordered, gapless, proven.

use super::Bed;
use super::load::{Measured, load};
use decider::{Asked, Clock, CommandKey};
use event_log::{Append, Change, Context, Database, EventLog, NewEvent};
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;
use vocabulary::{Actor, RegionId};

/// A client of one log.
#[derive(Clone)]
struct Client {
    log: EventLog,
    region: RegionId,
    context: Context,
}

/// An event whose text is about as long as the row that `pgbench` inserts.
pub(super) fn event() -> NewEvent {
    NewEvent {
        id: Uuid::now_v7(),
        event_type: "nl.sterktechniekonderwijs.hotspots.session-pupil-withdrawn.v1".into(),
        data: format!(r#"{{"pupil":"{}"}}"#, Uuid::now_v7()),
    }
}

/// A log in a fresh database.
pub(super) async fn log(database: PgConnectOptions, service: &'static str) -> anyhow::Result<(EventLog, Database)> {
    let database = Database::open(database, 20).await?;
    EventLog::migrate(&database).await?;
    Ok((EventLog::new(service, "00000000000000000000", &database, Clock::system()), database))
}

/// Some events for one new stream, under a command id.
pub(super) fn append(events: usize) -> Append {
    let change = Change {
        stream: format!("session/{}", Uuid::now_v7()),
        expected: 0,
        events: (0..events).map(|_| event()).collect(),
    };
    let command = CommandKey { id: Uuid::now_v7(), fingerprint: vec![7; 32] };
    let context = Context::of(&Asked::new(Actor::hub(), Clock::system().now()));
    Append { changes: vec![change], context, command: Some(command) }
}

/// Events a second.
pub(super) async fn events(bed: &Bed, clients: u32) -> anyhow::Result<Measured> {
    let (log, database) = log(bed.database("bench_append").await?, "bench").await?;
    let context = Context::of(&Asked::new(Actor::hub(), Clock::system().now()));
    let client = Client { log, region: "bench".parse()?, context };
    let clients = (0..clients).map(|_| client.clone()).collect();
    let measured = load(clients, bed.time, |client: Client| async move {
        let mut append = append(1);
        append.context.clone_from(&client.context);
        client.log.append(&client.region, append).await?;
        Ok(client)
    })
    .await?;
    database.app.close().await;
    database.owner.close().await;
    Ok(measured)
}
