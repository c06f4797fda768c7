//! Which pupils were registered with a number that somebody elsewhere in the institution has?

use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::consortium::person::Event;
use sqlx::PgConnection;
use vocabulary::PersonId;

/// Folds registrations that share a number. **Invariant:** no number stands here, only whom it is of.
#[derive(Clone, Copy, Debug)]
pub struct SharedNumbers;

impl Projection for SharedNumbers {
    const NAME: &'static str = "shared-numbers";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["person"]);
    const TABLES: &'static str = "create table shared (
            region text not null, position bigint not null, pupil uuid not null, elsewhere uuid not null,
            registered_at timestamptz not null, primary key (region, position))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: PersonId = happened.stream_id().ok_or_else(|| CannotApply::Park("a person has an id".into()))?;
        if let Event::PupilRegistered { shares_number_with: Some(elsewhere), .. } = happened.event()? {
            sqlx::query(
                "insert into shared (region, position, pupil, elsewhere, registered_at) values ($1, $2, $3, $4, $5)",
            )
            .bind(happened.region.as_str())
            .bind(happened.position)
            .bind(id)
            .bind(elsewhere)
            .bind(happened.recorded_at)
            .execute(rows)
            .await?;
        }
        Ok(())
    }
}
