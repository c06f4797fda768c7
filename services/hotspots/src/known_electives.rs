//! Which electives are in the region's catalogue?

use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::assessments::elective::Event;
use sqlx::PgConnection;
use vocabulary::{ElectiveId, RegionId};

/// Folds the catalogue of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownElectives;

impl Projection for KnownElectives {
    const NAME: &'static str = "known-electives";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["assessments"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["elective"]);
    const TABLES: &'static str =
        "create table elective (region text not null, id uuid not null, primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: ElectiveId = happened.stream_id().ok_or_else(|| CannotApply::Park("an elective has an id".into()))?;
        match happened.event::<Event>()? {
            Event::Imported { .. } | Event::Added { .. } => {
                sqlx::query("insert into elective (region, id) values ($1, $2) on conflict do nothing")
                    .bind(happened.region.as_str())
                    .bind(id)
                    .execute(rows)
                    .await?;
            }
            Event::Changed { .. } => {}
        }
        Ok(())
    }
}

/// Whether it is in the region's catalogue.
///
/// # Errors
/// When the database does not answer.
pub async fn is_known(db: &Pool, region: &RegionId, elective: ElectiveId) -> sqlx::Result<bool> {
    let mut rows = tenant(db, region).await?;
    sqlx::query_scalar("select exists (select from known_electives.elective where region = $1 and id = $2)")
        .bind(region.as_str())
        .bind(elective)
        .fetch_one(&mut *rows)
        .await
}
