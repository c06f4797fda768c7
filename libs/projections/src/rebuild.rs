//! Makes a read model again from the logs, beside the live one, and switches.
//!
//! ```text
//! live ─version raised→ filling `<schema>_next` ─caught up→ switched: one transaction, no failed reads
//! ```

use crate::fill::{at_once, fill};
use crate::projection::{AnyProjection, schema};
use crate::projector::Projector;
use crate::rows::quoted;
use crate::{Reads, tables};
use bus::in_time;
use bus::rows::{positions, positions_as_owner};
use bus::{Error, Leases, Log, LogSource, Progress, Retrying, Settings, Taken, Turns, checkpoint, live};
use event_log::{Database, tenant};
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// How long the live tables may stand still for a switch.
const STANDSTILL: Duration = Duration::from_secs(2);

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
        Ok(checkpoint::is_of_another_epoch(&mut *rows, self.projection.name(), log).await?)
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
        let made = async {
            let mut owner = positions_as_owner(&self.database.owner).await?;
            checkpoint::forget(&mut owner, &next.reader).await?;
            tables::make(&mut owner, &*self.projection, &next.schema).await?;
            Ok(owner.commit().await?)
        };
        in_time(made).await?;
        let (service, mut retrying) =
            (self.sources.first().map_or("", LogSource::service), Retrying::new(self.settings.alarm_after));
        loop {
            self.fill_all(&next, end).await?;
            if end.is_cancelled() {
                return Ok(false);
            }
            // Readers of the same checkpoints stand still meanwhile: so this waits outside of the transaction.
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
        in_time(self.tell()).await?;
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
            let fills = source
                .logs()
                .await?
                .into_iter()
                .map(|(log, upto)| fill(next, source, log, upto, end, &|_| {}))
                .collect();
            at_once(fills).await?;
        }
        Ok(())
    }

    /// Puts the next tables in place of the live ones.
    async fn switch(&self, next: &Projector, fence: i64, end: &CancellationToken) -> Result<(), Error> {
        let name = self.projection.name();
        let mut owner = positions_as_owner(&self.database.owner).await?;
        // Whoever was frozen meanwhile switches nothing: it stays so until the end of the transaction.
        if !self.leases.still_holds(&mut owner, &self.lease(), fence).await? {
            return Err(Error::Deposed(self.lease()));
        }
        // Shorter than a deadlock takes to be noticed: it is the switch that gives way, never a reader.
        sqlx::query("set local lock_timeout = '100ms'").execute(&mut *owner).await?;
        // The live tables stand still from here; who waited for a position there must find it afterwards too.
        for (log, position) in checkpoint::lock_everywhere(&mut owner, name).await? {
            if let Some(source) = self.sources.iter().find(|source| source.service() == log.service) {
                match fill(next, source, log, position, end, &|_| {}).await {
                    // What was live there is of an earlier epoch: it is not to be found again.
                    Ok(_) | Err(Error::Forked { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        live::switch(&mut owner, name, self.projection.version()).await?;
        let (live, filled) = (quoted(&schema(name)), quoted(&next.schema));
        sqlx::raw_sql(AssertSqlSafe(format!(
            "drop schema if exists {live} cascade; alter schema {filled} rename to {live}"
        )))
        .execute(&mut *owner)
        .await?;
        checkpoint::hand_over(&mut owner, &next.reader, name).await?;
        owner.commit().await?;
        Ok(())
    }

    /// Tells those who wait where the new tables are, and caches that all is new.
    async fn tell(&self) -> Result<(), Error> {
        let mut rows = positions(&self.database.app).await?;
        for (log, position) in checkpoint::everywhere(&mut *rows, self.projection.name()).await? {
            self.progress.reached(self.projection.name(), &log.service, &log.region, position);
            self.projection.committed(&log.region);
        }
        Ok(())
    }
}
