//! Which exports left the hub, who took them, and what are the digests of their files?

use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::audit::disclosure::Event;
use sqlx::PgConnection;
use sqlx::types::Json;
use vocabulary::DisclosureId;

/// Folds exports.
#[derive(Clone, Copy, Debug)]
pub struct Exports;

impl Projection for Exports {
    const NAME: &'static str = "exports";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["audit"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["disclosure"]);
    const TABLES: &'static str = "create table export (
            region text not null, position bigint not null, id uuid not null, at timestamptz not null,
            actor uuid not null, role text not null, form text not null, from_day date, to_day date,
            ends jsonb not null, mandate uuid, digests jsonb, written_at timestamptz,
            primary key (region, position));
         create index on export (region, id)";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: DisclosureId =
            happened.stream_id().ok_or_else(|| CannotApply::Park("a disclosure has an id".into()))?;
        match happened.event()? {
            Event::LogsExported { form, from, to, ends, mandate } => {
                let role = happened.envelope()?.actor_role;
                sqlx::query(
                    "insert into export (region, position, id, at, actor, role, form, from_day, to_day, ends, mandate)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                )
                .bind(happened.region.as_str())
                .bind(happened.position)
                .bind(id)
                .bind(happened.recorded_at)
                .bind(happened.actor)
                .bind(role.as_str())
                .bind(form.as_str())
                .bind(from)
                .bind(to)
                .bind(Json(ends))
                .bind(mandate)
                .execute(rows)
                .await?;
            }
            Event::ExportWritten { digests } => {
                sqlx::query("update export set digests = $3, written_at = $4 where region = $1 and id = $2")
                    .bind(happened.region.as_str())
                    .bind(id)
                    .bind(Json(digests))
                    .bind(happened.recorded_at)
                    .execute(rows)
                    .await?;
            }
            Event::AccessOpened { .. } | Event::NamesExported { .. } => {}
        }
        Ok(())
    }
}
