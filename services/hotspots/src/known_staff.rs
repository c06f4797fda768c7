//! At which school does someone work?

use event_log::{Pool, Recorded, tenant};
use projections::{CannotApply, Projection};
use proto_schemas::consortium::person::Event;
use sqlx::PgConnection;
use vocabulary::{BranchCode, PersonId, RegionId};

/// Folds the staff of each region.
#[derive(Clone, Copy, Debug)]
pub struct KnownStaff;

impl Projection for KnownStaff {
    const NAME: &'static str = "known-staff";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["person"]);
    const TABLES: &'static str =
        "create table staff (region text not null, id uuid not null, school text not null, primary key (region, id))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: PersonId = happened.stream_id().ok_or_else(|| CannotApply::Park("a person has an id".into()))?;
        let region = happened.region.as_str();
        match happened.event::<Event>()? {
            Event::StaffRegistered { school, .. } => {
                sqlx::query(
                    "insert into staff (region, id, school) values ($1, $2, $3)
                     on conflict (region, id) do update set school = excluded.school",
                )
                .bind(region)
                .bind(id)
                .bind(school.as_str())
                .execute(rows)
                .await?;
            }
            Event::PersonForgotten { .. } => {
                sqlx::query("delete from staff where region = $1 and id = $2")
                    .bind(region)
                    .bind(id)
                    .execute(rows)
                    .await?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// The school of a member of staff.
///
/// # Errors
/// When the database does not answer.
pub async fn school(db: &Pool, region: &RegionId, id: PersonId) -> sqlx::Result<Option<BranchCode>> {
    let mut rows = tenant(db, region).await?;
    let school: Option<String> =
        sqlx::query_scalar("select school from known_staff.staff where region = $1 and id = $2")
            .bind(region.as_str())
            .bind(id)
            .fetch_optional(&mut *rows)
            .await?;
    Ok(school.and_then(|school| school.parse().ok()))
}
