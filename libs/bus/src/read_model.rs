//! A projection of any type, and its replay: from the logs alone, beside the live tables.

use crate::checkpoint;
use crate::names::Log;
use crate::projection::{AnyProjection, schema};
use crate::projector::Projector;
use crate::rebuild::{at_once, fill};
use crate::rows::positions;
use crate::{Error, LogSource, Parked, Projection, parked, tables};
use event_log::{Database, IN_BATCHES, begin};
use sqlx::{PgPool, Postgres, Transaction};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// A projection whose type is forgotten: to run, or to replay.
#[derive(Clone)]
pub struct ReadModel(pub(crate) Arc<dyn AnyProjection>);

/// What a replay came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many events were read.
    pub events: u64,
    /// What could not be applied.
    pub parked: Vec<Parked>,
}

/// Who watches a replay.
pub struct Watch<'a> {
    /// Hears of every batch how many events were in it.
    pub told: &'a (dyn Fn(u64) + Send + Sync),
    /// Ends the replay early; what it answers then is not the whole.
    pub end: CancellationToken,
}

impl Default for Watch<'_> {
    fn default() -> Self {
        Self { told: &|_| {}, end: CancellationToken::new() }
    }
}

/// The read models of one database as they are at one moment, however they move on; about one region.
///
/// **Invariant:** nothing is locked while it is kept: a hub that starts, or a read model that is switched, never waits.
pub struct Snapshot {
    app: PgPool,
    region: RegionId,
    name: String,
    /// The moment lasts as long as this transaction.
    _holder: Transaction<'static, Postgres>,
}

/// How far a live read model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The version that serves queries; none when it never ran here.
    pub version: Option<i32>,
    /// Up to where it has read each log.
    pub positions: BTreeMap<String, i64>,
    /// Which tables these are: others once it was rebuilt.
    pub tables: Option<i64>,
}

impl ReadModel {
    /// Of a projection.
    #[must_use]
    pub fn new(projection: impl Projection) -> Self {
        Self(Arc::new(projection))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The version of its tables and fold.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.0.version()
    }

    /// The services whose logs it reads.
    #[must_use]
    pub fn logs(&self) -> &'static [&'static str] {
        self.0.logs()
    }

    /// The schema of its live tables.
    #[must_use]
    pub fn schema(&self) -> String {
        schema(self.0.name())
    }

    /// See [`Projection::PERSONAL`].
    #[must_use]
    pub fn personal(&self) -> &'static [&'static str] {
        self.0.personal()
    }

    /// Replays it into a schema of its own, from nothing up to the positions given as service, region and position.
    /// Whatever stood in that schema is gone.
    ///
    /// # Errors
    /// When the database or a log does not answer, or a service's log was not given.
    pub async fn replay(
        &self,
        database: &Database,
        schema: &str,
        sources: &[LogSource],
        upto: &[(String, RegionId, i64)],
        watch: &Watch<'_>,
    ) -> Result<Replayed, Error> {
        let reader = format!("{}/into/{schema}", self.name());
        let mut owner = positions(&database.owner).await?;
        checkpoint::forget(&mut owner, &reader).await?;
        tables::make(&mut owner, &*self.0, schema).await?;
        owner.commit().await?;
        let scratch = Projector {
            projection: self.0.clone(),
            app: database.app.clone(),
            schema: schema.to_owned(),
            reader: reader.clone(),
            progress: None,
        };
        let mut fills = Vec::new();
        for (service, region, position) in upto {
            if self.logs().contains(&service.as_str()) {
                let source = sources.iter().find(|source| source.service() == service);
                let source =
                    source.ok_or_else(|| Error::NoSource { reader: reader.clone(), service: service.clone() })?;
                let log = Log { service: service.clone(), region: region.clone(), epoch: 1 };
                fills.push(fill(&scratch, source, log, *position, &watch.end, watch.told));
            }
        }
        let filled = at_once(fills).await;
        let mut replayed = Replayed::default();
        let mut regions: Vec<&RegionId> = upto.iter().map(|(_, region, _)| region).collect();
        regions.sort();
        regions.dedup();
        for region in regions {
            let all = parked::parked(&database.app, region).await?;
            replayed.parked.extend(all.into_iter().filter(|event| event.reader == reader));
        }
        // Also when it failed: nothing is left behind but the tables.
        let mut owner = positions(&database.owner).await?;
        checkpoint::forget(&mut owner, &reader).await?;
        owner.commit().await?;
        Ok(Replayed { events: filled?, ..replayed })
    }
}

impl Snapshot {
    /// Of the read models in a database, as far as they are about one region.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(app: &PgPool, region: &RegionId) -> Result<Self, Error> {
        let mut holder = begin(app, "begin isolation level repeatable read, read only").await?;
        let name = sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut *holder).await?;
        Ok(Self { app: app.clone(), region: region.clone(), name, _holder: holder })
    }

    /// A transaction of that moment, for [`crate::digests`] and [`crate::Copies::differences`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rows(&self) -> Result<Transaction<'static, Postgres>, Error> {
        let set = format!(
            "begin isolation level repeatable read, read only; set transaction snapshot '{}'; \
             set local regiohub.region = '{}'; {IN_BATCHES}",
            self.name, self.region
        );
        Ok(begin(&self.app, set).await?)
    }

    /// How far a read model was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self, model: &ReadModel) -> Result<Standing, Error> {
        let mut rows = self.rows().await?;
        let version = sqlx::query_scalar("select live_version from bus.projections where name = $1")
            .bind(model.name())
            .fetch_optional(&mut *rows)
            .await?;
        let positions: Vec<(String, i64)> = sqlx::query_as(
            "select service, position from bus.checkpoints where region = $1 and reader = $2 and version = $3",
        )
        .bind(self.region.as_str())
        .bind(model.name())
        .bind(model.version())
        .fetch_all(&mut *rows)
        .await?;
        Ok(Standing { version, positions: positions.into_iter().collect(), tables: self.tables(model).await? })
    }

    /// Which tables are live now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tables(&self, model: &ReadModel) -> Result<Option<i64>, Error> {
        let oid = sqlx::query_scalar("select oid::bigint from pg_namespace where nspname = $1");
        Ok(oid.bind(model.schema()).fetch_optional(&self.app).await?)
    }
}

/// Replays a projection into a schema of its own: see [`ReadModel::replay`]. Compare with [`crate::digest`].
///
/// # Errors
/// When the database or a log does not answer, or a service's log was not given.
pub async fn rebuild_into<P: Projection>(
    database: &Database,
    projection: P,
    schema: &str,
    sources: &[LogSource],
    upto: &[(String, RegionId, i64)],
) -> Result<Replayed, Error> {
    tables::migrate(&database.owner).await?;
    ReadModel::new(projection).replay(database, schema, sources, upto, &Watch::default()).await
}
