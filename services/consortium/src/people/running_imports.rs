//! Imports of pupils run a few at a time, each once, whoever goes away; and those that nobody runs any more are ended.

use crate::people::import::{Command::Fail, Import};
use crate::people::pupil_import::PupilImport;
use crate::retention::forgotten::NotYet;
use chassis::Hub;
use chrono::TimeDelta;
use decider::CommandContext;
use event_log::{Error, Receipt, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::import::Event;
use sqlx::PgConnection;
use std::time::Duration;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};
use tracing::Instrument;
use uuid::Uuid;
use vocabulary::{Actor, ImportId, RegionId};
use web::Problem;

/// Why an import failed that its process did not live to end.
const INTERRUPTED: &str = "interrupted";

/// An import tells how far it is every hundred lines. One that has told nothing for this long runs in no process; should
/// it after all, what it writes last is refused.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Folds imports.
#[derive(Clone, Copy, Debug)]
pub struct RunningImports;

impl Projection for RunningImports {
    const NAME: &'static str = "running-imports";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["import"]);
    const TABLES: &'static str = "create table import (
            region text not null, id uuid not null, running boolean not null, told_at timestamptz not null,
            primary key (region, id));
        create index on import (region, told_at) where running";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: ImportId = happened.stream_id().ok_or_else(|| CannotApply::Park("an import has an id".into()))?;
        let running = match happened.event::<Event>()? {
            Event::Started { .. } | Event::Advanced { .. } => true,
            Event::Finished { .. } | Event::Failed { .. } => false,
        };
        sqlx::query(
            "insert into import (region, id, running, told_at) values ($1, $2, $3, $4)
             on conflict (region, id) do update set running = excluded.running, told_at = excluded.told_at",
        )
        .bind(happened.region.as_str())
        .bind(id)
        .bind(running)
        .bind(happened.recorded_at)
        .execute(rows)
        .await?;
        Ok(())
    }
}

/// Runs an import, and waits for its end so long; nothing when it goes on after that. One that runs here already is waited
/// for, and one that came to its end answers as it did.
///
/// # Errors
/// What stood in the way of the import; 503 when others run and none of them ends so long: then nothing has begun.
pub(crate) async fn run_within(import: PupilImport, patience: Duration) -> Result<Option<Receipt>, Problem> {
    let until = Instant::now() + patience;
    let steps = import.hub.steps.clone();
    let under_way = loop {
        if let Some(done) = import.answered().await? {
            return Ok(Some(done));
        }
        match steps.begin(import.id.0) {
            Ok(under_way) => break under_way,
            Err(mut ended) => match timeout_at(until, ended.changed()).await {
                // Closed: it has ended. How it did is asked again, and one that failed may run again.
                Ok(_) => {}
                Err(_) => return Ok(None),
            },
        }
    };
    let place = timeout_at(until, steps.large_place()).await.map_err(|_| Problem::busy())??;
    let (begun, beginning) = oneshot::channel();
    // In a task of its own, its beginning too: a caller who goes away does not stop it halfway.
    let running = async move {
        let _held = (under_way, place);
        import.start().await?;
        // Whoever waited may have gone away.
        let _ = begun.send(());
        import.run().await
    };
    let mut running = tokio::spawn(running.in_current_span());
    let ended = tokio::select! {
        biased;
        ended = &mut running => Ok(ended),
        Ok(()) = beginning => timeout_at(until, running).await,
    };
    match ended {
        Ok(Ok(done)) => done.map(Some),
        Ok(Err(_)) => Err(Problem::internal()),
        Err(_) => Ok(None),
    }
}

/// Ends the imports of a region that nobody runs any more; answers how many.
///
/// # Errors
/// When the database or the log does not answer.
pub(crate) async fn end_cut_off(hub: &Hub, region: &RegionId) -> Result<usize, NotYet> {
    let now = hub.clock.now();
    let mut rows = tenant(&hub.db, region).await?;
    let silent: Vec<Uuid> = sqlx::query_scalar(
        "select id from running_imports.import where region = $1 and running and told_at <= $2 order by told_at limit 100",
    )
    .bind(region.as_str())
    .bind(now - LEASE)
    .fetch_all(&mut *rows)
    .await?;
    drop(rows);
    let mut ended = 0;
    for id in silent.into_iter().filter(|id| !hub.steps.is_under_way(*id)) {
        let fail = Fail { code: INTERRUPTED.to_owned() };
        match hub.log.execute::<Import>(region, &ImportId(id), fail, &CommandContext::new(Actor::hub(), now)).await {
            Ok(_) => {
                ended += 1;
                tracing::warn!(%region, import = %id, "an import was interrupted; nothing of it was written");
            }
            // It ended meanwhile.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ended)
}
