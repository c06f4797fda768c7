//! Appending one event with an expected version, ordered, gapless, proven.

use super::Bed;
use super::load::{Measured, load};
use decider::{Clock, CommandContext, CommandKey};
use event_log::{Append, Change, Context, Database, Error, EventLog, NewEvent};
use proto_schemas::hotspots::session;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;
use vocabulary::{Actor, PersonId, RegionId};

/// A client of one log.
#[derive(Clone)]
struct Client {
    log: EventLog,
    region: RegionId,
    context: Context,
    event: NewEvent,
}

/// An event whose text is about as long as the row that `pgbench` inserts.
fn event() -> Result<NewEvent, Error> {
    NewEvent::of(&session::Event::PupilWithdrawn { pupil: PersonId(Uuid::now_v7()) })
}

/// A log in a fresh database.
pub(super) async fn log(database: PgConnectOptions, service: &'static str) -> anyhow::Result<(EventLog, Database)> {
    let database = Database::open(database, 20).await?;
    EventLog::migrate(&database).await?;
    Ok((EventLog::new(service, "00000000000000000000", &database, Clock::system()), database))
}

/// Some events for one new stream, under a command id.
pub(super) fn append(events: usize) -> Result<Append, Error> {
    let events = (0..events).map(|_| event()).collect::<Result<_, _>>()?;
    Ok(of(events, Context::of(&CommandContext::new(Actor::hub(), Clock::system().now()))))
}

fn of(events: Vec<NewEvent>, context: Context) -> Append {
    let change = Change { stream: format!("session/{}", Uuid::now_v7()), expected: 0, events };
    let command = CommandKey { id: Uuid::now_v7(), fingerprint: vec![7; 32] };
    Append { changes: vec![change], context, command: Some(command) }
}

/// Events a second.
pub(super) async fn events(bed: &Bed, clients: u32) -> anyhow::Result<Measured> {
    let (log, database) = log(bed.database("bench_append").await?, "bench").await?;
    let context = Context::of(&CommandContext::new(Actor::hub(), Clock::system().now()));
    let client = Client { log, region: "bench".parse()?, context, event: event()? };
    let clients = (0..clients).map(|_| client.clone()).collect();
    let measured = load(clients, bed.time, |client: Client| async move {
        let append = of(vec![client.event.clone()], client.context.clone());
        client.log.append(&client.region, append).await?;
        Ok(client)
    })
    .await?;
    database.app.close().await;
    database.owner.close().await;
    Ok(measured)
}
