//! Who looked at what, when, and which names were revealed?

use bus::{CannotApply, Projection};
use event_log::Recorded;
use proto_schemas::audit::look::Event;
use sqlx::PgConnection;
use sqlx::types::Json;
use vocabulary::LookId;

/// Folds looks.
#[derive(Clone, Copy, Debug)]
pub struct Inspections;

impl Projection for Inspections {
    const NAME: &'static str = "inspections";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["audit"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["look"]);
    const TABLES: &'static str = "create table look (
            region text not null, position bigint not null, id uuid not null, at timestamptz not null,
            actor uuid not null, role text not null, service text not null, operation text not null,
            about jsonb not null, mandate uuid, number integer, person uuid, reason text,
            primary key (region, position));
         create index on look (region, actor, position);
         create index on look (region, mandate, position)";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: LookId = happened.stream_id().ok_or_else(|| CannotApply::Park("a look has an id".into()))?;
        let role = happened.envelope()?.actor_role;
        let (service, operation, about, under, person, reason) = match happened.event::<Event>()? {
            Event::Looked { operation, service, about, under } => (service, operation, about, under, None, None),
            Event::Revealed { person, reason, under, purpose: _ } => {
                ("audit".to_owned(), "reveal-name".to_owned(), [].into(), Some(under), Some(person), Some(reason))
            }
        };
        sqlx::query(
            "insert into look (region, position, id, at, actor, role, service, operation, about, mandate, number, person, reason)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(happened.region.as_str())
        .bind(happened.position)
        .bind(id.0)
        .bind(happened.recorded_at)
        .bind(happened.actor.0)
        .bind(role.as_str())
        .bind(service)
        .bind(operation)
        .bind(Json(about))
        .bind(under.map(|under| under.mandate.0))
        .bind(under.map(|under| i32::try_from(under.number).unwrap_or(i32::MAX)))
        .bind(person.map(|person| person.0))
        .bind(reason.map(String::from))
        .execute(rows)
        .await?;
        Ok(())
    }
}
