//! A projection of any type, and its replay: from the logs alone, beside the live tables.

use crate::fill::{at_once, fill};
use crate::projection::{AnyProjection, Projection, schema};
use crate::projector::Projector;
use crate::tables;
use bus::rows::positions_as_owner;
use bus::{Error, Log, LogSource, Parked, checkpoint, parked};
use event_log::Database;
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

/// An observer of a replay.
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
        let reader = format!("{}{}", self.name(), tables::into(schema));
        let mut owner = positions_as_owner(&database.owner).await?;
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
        let mut owner = positions_as_owner(&database.owner).await?;
        checkpoint::forget(&mut owner, &reader).await?;
        owner.commit().await?;
        Ok(Replayed { events: filled?, ..replayed })
    }
}

/// Replays a projection into a schema of its own: see [`ReadModel::replay`].
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
    bus::migrate(&database.owner).await?;
    ReadModel::new(projection).replay(database, schema, sources, upto, &Watch::default()).await
}
