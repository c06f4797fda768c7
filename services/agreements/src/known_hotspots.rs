//! At which company is a hotspot, and what is it called?

use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::hotspots::hotspot::Event;
use sqlx::{PgConnection, Row};
use vocabulary::{CompanyId, HotspotId, Label, RegionId};

/// A hotspot of the region, open or not: its contract comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hotspot {
    /// What it is called.
    pub name: Label,
    /// The company that hosts it.
    pub company: CompanyId,
}

/// Folds the hotspots of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownHotspots;

impl Projection for KnownHotspots {
    const NAME: &'static str = "known-hotspots";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["hotspots"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["hotspot"]);
    const TABLES: &'static str = "create table hotspot (region text not null, id uuid not null, company uuid not null, name text not null, retired boolean not null, primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: HotspotId = happened.stream_id().ok_or_else(|| CannotApply::Park("a hotspot has an id".into()))?;
        match happened.event::<Event>()? {
            Event::Proposed { company, name, .. } => {
                sqlx::query(
                    "insert into hotspot (region, id, company, name, retired) values ($1, $2, $3, $4, false)
                     on conflict do nothing",
                )
                .bind(happened.region.as_str())
                .bind(id)
                .bind(company)
                .bind(name.as_str())
                .execute(rows)
                .await?;
            }
            Event::Retired { .. } => {
                sqlx::query("update hotspot set retired = true where region = $1 and id = $2")
                    .bind(happened.region.as_str())
                    .bind(id)
                    .execute(rows)
                    .await?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// A hotspot that is not retired.
///
/// # Errors
/// When the database does not answer.
pub async fn hotspot(db: &Pool, region: &RegionId, id: HotspotId) -> sqlx::Result<Option<Hotspot>> {
    let mut rows = tenant(db, region).await?;
    let row =
        sqlx::query("select company, name from known_hotspots.hotspot where region = $1 and id = $2 and not retired")
            .bind(region.as_str())
            .bind(id)
            .fetch_optional(&mut *rows)
            .await?;
    row.map(|row| {
        let name: String = row.try_get("name")?;
        let name = name.try_into().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        Ok(Hotspot { name, company: CompanyId(row.try_get("company")?) })
    })
    .transpose()
}
