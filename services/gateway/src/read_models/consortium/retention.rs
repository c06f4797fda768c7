//! How long does the region keep whom, by the schedule that it adopted?

use crate::reach::{reach, readable};
use chrono::NaiveDate;
use event_log::{Recorded, Rows};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::retention_schedule::{Event, Term};
use sqlx::PgConnection;
use sqlx::types::Json;
use vocabulary::RegionId;

/// Folds the versions of each region's retention schedule.
#[derive(Clone, Copy, Debug)]
pub struct Retention;

impl Projection for Retention {
    const NAME: &'static str = "retention";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["retention-schedule"]);
    const TABLES: &'static str = concat!(
        "create table schedule (
            region text not null, version bigint not null, valid_from date not null, terms jsonb not null,
            primary key (region, version))",
        reach!("schedule", everyone),
        readable!()
    );

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let Event::Adopted { version, valid_from, terms } = happened.event()?;
        sqlx::query("insert into schedule (region, version, valid_from, terms) values ($1, $2, $3, $4)")
            .bind(happened.region.as_str())
            .bind(i64::from(version))
            .bind(valid_from)
            .bind(Json(terms))
            .execute(rows)
            .await?;
        Ok(())
    }
}

/// The version that decides on a day, and its terms; nothing when the region had adopted none for it.
pub(super) async fn adopted(
    rows: &mut Rows,
    region: &RegionId,
    day: NaiveDate,
) -> sqlx::Result<Option<(i64, Vec<Term>)>> {
    let found: Option<(i64, Json<Vec<Term>>)> = sqlx::query_as(
        "select version, terms from retention.schedule
         where region = $1 and valid_from <= $2 order by version desc limit 1",
    )
    .bind(region.as_str())
    .bind(day)
    .fetch_optional(rows)
    .await?;
    Ok(found.map(|(version, Json(terms))| (version, terms)))
}
