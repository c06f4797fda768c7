//! Which companies are there?

use crate::Known;
use event_log::{Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::company::Event;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use vocabulary::{CompanyId, RegionId};

/// A company site the region knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its id in the region.
    pub id: CompanyId,
    /// Its public name.
    pub name: String,
    /// Its number at the Chamber of Commerce.
    pub kvk: String,
    /// Whether it takes part now.
    pub active: bool,
}

/// A row of the table.
#[derive(serde::Serialize)]
struct Nominated {
    region: RegionId,
    id: CompanyId,
    name: String,
    kvk: String,
    active: bool,
}

/// Folds the companies of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownCompanies;

impl Projection for KnownCompanies {
    const NAME: &'static str = "known-companies";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["company"]);
    const TABLES: &'static str = "create table company (
        region text not null, id uuid not null, name text not null, kvk text not null, active boolean not null,
        primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        self.apply_all(rows, &[happened]).await
    }

    /// Companies are nominated by the dozen: those that follow each other are one statement.
    async fn apply_all(&self, rows: &mut PgConnection, happened: &[&Recorded]) -> Result<(), CannotApply> {
        let mut nominated = Vec::new();
        for event in happened {
            let id: CompanyId = event.stream_id().ok_or_else(|| CannotApply::Park("a company has an id".into()))?;
            let active = match event.event::<Event>()? {
                Event::Nominated { name, kvk, .. } => {
                    nominated.push(Nominated {
                        region: event.region.clone(),
                        id,
                        name: name.into(),
                        kvk: kvk.to_string(),
                        active: false,
                    });
                    continue;
                }
                Event::Oriented { .. } | Event::Onboarded { .. } => continue,
                Event::Activated { .. } => true,
                Event::Suspended { .. } | Event::Left { .. } => false,
            };
            insert(rows, &mut nominated).await?;
            sqlx::query("update company set active = $3 where region = $1 and id = $2")
                .bind(event.region.as_str())
                .bind(id)
                .bind(active)
                .execute(&mut *rows)
                .await?;
        }
        Ok(insert(rows, &mut nominated).await?)
    }
}

async fn insert(rows: &mut PgConnection, nominated: &mut Vec<Nominated>) -> sqlx::Result<()> {
    if !nominated.is_empty() {
        sqlx::query("insert into company select * from jsonb_populate_recordset(null::company, $1)")
            .bind(Json(std::mem::take(nominated)))
            .execute(rows)
            .await?;
    }
    Ok(())
}

impl Known {
    /// A company site the region knows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn company(&self, region: &RegionId, id: CompanyId) -> sqlx::Result<Option<Company>> {
        let mut transaction = tenant(self.app(), region).await?;
        let row = sqlx::query("select name, kvk, active from known_companies.company where region = $1 and id = $2")
            .bind(region.as_str())
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?;
        row.map(|row| {
            Ok(Company { id, name: row.try_get("name")?, kvk: row.try_get("kvk")?, active: row.try_get("active")? })
        })
        .transpose()
    }
}
