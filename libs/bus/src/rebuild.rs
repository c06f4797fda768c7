//! Makes a read model again from the logs, beside the live one, and switches.
//!
//! ```text
//! live ─version raised→ filling `<schema>_next` ─caught up→ switched: one transaction, no failed reads
//! ```

use crate::checkpoint::{self, Key};
use crate::discovery::ask;
use crate::follow::{Follower, patiently};
use crate::lease::{Leases, Taken};
use crate::names::Log;
use crate::projection::{AnyProjection, schema};
use crate::projector::{Projector, gap};
use crate::retrying::Retrying;
use crate::rows::{positions, quoted};
use crate::settings::ALARM_AFTER;
use crate::turns::Turns;
use crate::{Error, LogSource, Progress, Reads, Settings, tables};
use event_log::{Database, tenant};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// Events per transaction when filling in bulk.
const PAGE: usize = 2_000;
/// How long the live tables may stand still for a switch.
const STANDSTILL: Duration = Duration::from_secs(2);
/// Logs that are read at the same time.
const LOGS_AT_ONCE: usize = 4;

/// Rebuilds one projection.
#[derive(Clone)]
pub(crate) struct Rebuild {
    pub projection: Arc<dyn AnyProjection>,
    pub sources: Vec<LogSource>,
    pub database: Database,
    pub settings: Settings,
    pub progress: Progress,
    pub leases: Leases,
    /// One at a time in this process; the lease sees to the others.
    pub one: Arc<Mutex<()>>,
    /// While it catches up alone.
    pub turns: Turns,
}

impl Rebuild {
    /// Whether it reads logs themselves, apart from the others.
    pub fn reads_the_log(&self) -> bool {
        self.projection.reads() == Reads::Log
    }

    /// Makes sure that this version is live: makes the tables, or rebuilds them when another version is.
    ///
    /// # Errors
    /// `Superseded` when a newer version is live.
    pub async fn bring_up(&self, end: &CancellationToken) -> Result<(), Error> {
        while !end.is_cancelled() {
            let (live, wanted) =
                (tables::live(&self.database.owner, &*self.projection).await?, self.projection.version());
            if live > wanted {
                return Err(Error::Superseded { reader: self.projection.name().to_owned(), live });
            }
            if live == wanted {
                return Ok(());
            }
            let _one = self.one.lock().await;
            let Some(fence) = self.elected(end).await? else { continue };
            let rebuilt = async {
                // Somebody may have been faster.
                if tables::live(&self.database.owner, &*self.projection).await? < wanted {
                    self.run(Some(live), fence, end).await?;
                }
                Ok(())
            };
            self.done(rebuilt.await).await?;
        }
        Ok(())
    }

    /// The tables hold what may not have happened in a log: makes them again. The live ones serve meanwhile.
    pub async fn heal(&self, log: &Log, end: &CancellationToken) -> Result<(), Error> {
        let _one = self.one.lock().await;
        let Some(fence) = self.elected(end).await? else { return Ok(()) };
        let healed = async {
            // After a restore every log has another epoch, and one rebuild does for all.
            if self.forked(log).await? {
                self.run(None, fence, end).await?;
            }
            Ok(())
        };
        self.done(healed.await).await
    }

    async fn forked(&self, log: &Log) -> Result<bool, Error> {
        let mut rows = tenant(&self.database.app, &log.region).await?;
        Ok(sqlx::query_scalar(
            "select exists (select from bus.checkpoints
                            where region = $1 and reader = $2 and service = $3 and epoch <> $4)",
        )
        .bind(log.region.as_str())
        .bind(self.projection.name())
        .bind(&log.service)
        .bind(log.epoch)
        .fetch_one(&mut *rows)
        .await?)
    }

    fn lease(&self) -> String {
        format!("rebuild/{}", self.projection.name())
    }

    /// The number under which this process is to do it; `None` when another one is at it, after waiting a while.
    async fn elected(&self, end: &CancellationToken) -> Result<Option<i64>, Error> {
        match self.leases.take(&self.lease()).await? {
            Taken::Here(fence) => Ok(Some(fence)),
            Taken::Elsewhere(left) => {
                tokio::select! {
                    () = end.cancelled() => {}
                    () = tokio::time::sleep(left.min(self.settings.compare_every)) => {}
                }
                Ok(None)
            }
        }
    }

    /// Others may be elected now.
    async fn done(&self, outcome: Result<(), Error>) -> Result<(), Error> {
        self.leases.give_back(&self.lease()).await;
        outcome
    }

    /// Fills the next tables in bulk and switches. Whether it came to that before the end.
    async fn run(&self, from: Option<i32>, fence: i64, end: &CancellationToken) -> Result<bool, Error> {
        let name = self.projection.name();
        tracing::info!(projection = name, from, to = self.projection.version(), "rebuilding beside the live tables");
        let next = self.next();
        let mut owner = positions(&self.database.owner).await?;
        checkpoint::forget(&mut owner, &next.reader).await?;
        tables::make(&mut owner, &*self.projection, &next.schema).await?;
        owner.commit().await?;
        let (service, mut retrying) =
            (self.sources.first().map_or("", LogSource::service), Retrying::new(self.settings.alarm_after));
        loop {
            self.fill_all(&next, end).await?;
            if end.is_cancelled() {
                return Ok(false);
            }
            // Whoever reads the same checkpoints stands still meanwhile: what it waits for is waited for outside.
            let switched = tokio::time::timeout(STANDSTILL, self.switch(&next, fence, end)).await;
            match switched.unwrap_or(Err(Error::Late(STANDSTILL))) {
                Ok(()) => break,
                Err(error @ Error::Late(_)) => {
                    tracing::warn!(projection = name, %error, "the switch is tried again");
                    retrying.failed(&format!("the switch of {name}"), service, "all regions", &error);
                }
                // Someone reads: they finish first, the switch waits. No reader ever waits long for the switch.
                Err(Error::Database(sqlx::Error::Database(error)))
                    if matches!(error.code().as_deref(), Some("55P03" | "40P01")) =>
                {
                    retrying.failed(&format!("the switch of {name}"), service, "all regions", &error);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => return Err(error),
            }
        }
        self.tell().await?;
        tracing::info!(projection = name, version = self.projection.version(), "rebuilt and live");
        Ok(true)
    }

    fn next(&self) -> Projector {
        Projector {
            projection: self.projection.clone(),
            app: self.database.app.clone(),
            schema: format!("{}_next", schema(self.projection.name())),
            reader: format!("{}/next", self.projection.name()),
            progress: None,
        }
    }

    async fn fill_all(&self, next: &Projector, end: &CancellationToken) -> Result<(), Error> {
        for source in &self.sources {
            let fills =
                ask(source).await?.into_iter().map(|(log, upto)| fill(next, source, log, upto, end, &|_| {})).collect();
            at_once(fills).await?;
        }
        Ok(())
    }

    /// Puts the next tables in place of the live ones.
    async fn switch(&self, next: &Projector, fence: i64, end: &CancellationToken) -> Result<(), Error> {
        let name = self.projection.name();
        let mut owner = positions(&self.database.owner).await?;
        // Whoever was frozen meanwhile switches nothing: it stays so until the end of the transaction.
        let elected = "select from bus.leases where name = $1 and holder = $2 and fence = $3 for update";
        let elected = sqlx::query(elected).bind(self.lease()).bind(self.leases.holder()).bind(fence);
        if elected.fetch_optional(&mut *owner).await?.is_none() {
            return Err(Error::Deposed(self.lease()));
        }
        // Shorter than a deadlock takes to be noticed: it is the switch that gives way, never a reader.
        sqlx::query("set local lock_timeout = '100ms'").execute(&mut *owner).await?;
        // The live tables stand still from here; who waited for a position there must find it afterwards too.
        let live: Vec<(String, String, i32, i64)> = sqlx::query_as(
            "select service, region, epoch, position from bus.checkpoints where reader = $1 order by region, service for update",
        )
        .bind(name)
        .fetch_all(&mut *owner)
        .await?;
        for (service, region, epoch, position) in live {
            let source = self.sources.iter().find(|source| source.service() == service);
            if let (Some(source), Ok(region)) = (source, region.parse()) {
                let log = Log { service, region, epoch };
                match fill(next, source, log, position, end, &|_| {}).await {
                    // What was live there is of an earlier epoch: it is not to be found again.
                    Ok(_) | Err(Error::Forked { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        sqlx::query("update bus.projections set live_version = $2 where name = $1")
            .bind(name)
            .bind(self.projection.version())
            .execute(&mut *owner)
            .await?;
        let (live, filled) = (quoted(&schema(name)), quoted(&next.schema));
        sqlx::raw_sql(AssertSqlSafe(format!(
            "drop schema if exists {live} cascade; alter schema {filled} rename to {live}"
        )))
        .execute(&mut *owner)
        .await?;
        checkpoint::forget(&mut owner, name).await?;
        for table in ["bus.checkpoints", "bus.parked"] {
            sqlx::query(AssertSqlSafe(format!("update {table} set reader = $1 where reader = $2")))
                .bind(name)
                .bind(&next.reader)
                .execute(&mut *owner)
                .await?;
        }
        owner.commit().await?;
        Ok(())
    }

    /// Tells those who wait where the new tables are, and caches that all is new.
    async fn tell(&self) -> Result<(), Error> {
        let mut rows = positions(&self.database.app).await?;
        let reached: Vec<(String, String, i64)> =
            sqlx::query_as("select service, region, position from bus.checkpoints where reader = $1")
                .bind(self.projection.name())
                .fetch_all(&mut *rows)
                .await?;
        for (service, region, position) in reached {
            if let Ok(region) = region.parse() {
                self.progress.reached(self.projection.name(), &service, &region, position);
                self.projection.committed(&region);
            }
        }
        Ok(())
    }
}

/// Some fills at a time; answers how many events they came to.
pub(crate) async fn at_once(fills: Vec<BoxFuture<'_, Result<u64, Error>>>) -> Result<u64, Error> {
    stream::iter(fills).buffer_unordered(LOGS_AT_ONCE).try_fold(0, |sum, one| futures_util::future::ok(sum + one)).await
}

/// Applies a log up to `upto`, in pages from the log itself; the next page is read while one is applied. `told` hears
/// how many events came in each.
pub(crate) fn fill<'a>(
    projector: &'a Projector,
    source: &'a LogSource,
    log: Log,
    upto: i64,
    end: &'a CancellationToken,
    told: &'a (dyn Fn(u64) + Send + Sync),
) -> BoxFuture<'a, Result<u64, Error>> {
    Box::pin(async move {
        let key: Key = projector.key(&log);
        let Some(mut at) = patiently(&key, end, ALARM_AFTER, || projector.at(&key)).await? else { return Ok(0) };
        let began = at;
        let page = |after: i64| {
            let (region, key) = (&log.region, &key);
            async move {
                let limit = PAGE.min(usize::try_from(upto - after).unwrap_or(0));
                let page = if limit == 0 { Vec::new() } else { source.page(region, after, limit).await? };
                // Nobody else has looked whether the log is whole.
                let hole = page.iter().zip(after + 1..).find(|(event, position)| event.position != *position);
                hole.map_or(Ok(()), |(_, position)| Err(gap(key, position)))?;
                Ok::<_, Error>(page)
            }
        };
        let mut events = page(at).await?;
        while let Some(last) = events.last().map(|event| event.position)
            && !end.is_cancelled()
        {
            let (taken, next) =
                futures_util::join!(patiently(&key, end, ALARM_AFTER, || projector.take(&key, &events)), page(last));
            let Some(reached) = taken? else { break };
            told((reached - at).unsigned_abs());
            (at, events) = (reached, next?);
        }
        if at < upto && !end.is_cancelled() {
            return Err(gap(&key, at + 1));
        }
        Ok((at - began).unsigned_abs())
    })
}
