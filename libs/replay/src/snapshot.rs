//! The read models of a database at one moment, however they move on.

use bus::{Error, checkpoint, live};
use event_log::{IN_BATCHES, Pool, RawTransaction};
use projections::ReadModel;
use std::collections::BTreeMap;
use vocabulary::RegionId;

/// The read models of one database as they are at one moment, however they move on; about one region.
///
/// **Invariant:** nothing is locked while it is kept: a hub that starts, or a read model that is switched, never waits.
pub struct Snapshot {
    app: Pool,
    region: RegionId,
    name: String,
    /// The moment lasts as long as this transaction.
    _holder: RawTransaction,
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

impl Snapshot {
    /// Of the read models in a database, as far as they are about one region.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(app: &Pool, region: &RegionId) -> Result<Self, Error> {
        let mut holder = app.begin_raw("begin isolation level repeatable read, read only").await?;
        let name = sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut *holder).await?;
        Ok(Self { app: app.clone(), region: region.clone(), name, _holder: holder })
    }

    /// A transaction of that moment, for [`crate::digests`] and [`crate::Copies::differences`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rows(&self) -> Result<RawTransaction, Error> {
        let set = format!(
            "begin isolation level repeatable read, read only; set transaction snapshot '{}'; \
             set local regiohub.region = '{}'; {IN_BATCHES}",
            self.name, self.region
        );
        Ok(self.app.begin_raw(set).await?)
    }

    /// How far a read model was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self, model: &ReadModel) -> Result<Standing, Error> {
        let mut rows = self.rows().await?;
        let version = live::version(&mut rows, model.name()).await?;
        let positions = checkpoint::positions(&mut rows, &self.region, model.name(), model.version()).await?;
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
