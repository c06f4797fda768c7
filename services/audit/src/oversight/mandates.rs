//! Which mandates were given?

use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::audit::mandate::Event;
use sqlx::PgConnection;
use sqlx::types::Json;
use vocabulary::MandateId;

/// Folds mandates.
#[derive(Clone, Copy, Debug)]
pub struct Mandates;

impl Projection for Mandates {
    const NAME: &'static str = "mandates";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["audit"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["mandate"]);
    const TABLES: &'static str = "create table mandate (
            region text not null, mandate uuid not null, number bigint not null, auditor uuid not null,
            assignment text not null, first date not null, last date not null, logs jsonb not null,
            names boolean not null, given_by uuid not null, given_at timestamptz not null, position bigint not null,
            ended_on date, ended_because text,
            primary key (region, mandate, number))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: MandateId = happened.stream_id().ok_or_else(|| CannotApply::Park("a mandate has an id".into()))?;
        match happened.event::<Event>()? {
            Event::Opened { auditor, number, assignment, from, until, logs, names, given_by } => {
                sqlx::query(
                    "insert into mandate (region, mandate, number, auditor, assignment, first, last, logs, names, given_by,
                                          given_at, position)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                )
                .bind(happened.region.as_str())
                .bind(id)
                .bind(i64::from(number))
                .bind(auditor)
                .bind(assignment.as_str())
                .bind(from)
                .bind(until)
                .bind(Json(logs))
                .bind(names)
                .bind(given_by)
                .bind(happened.recorded_at)
                .bind(happened.position)
                .execute(rows)
                .await?;
            }
            Event::Ended { number, reason, occurred_on } => {
                sqlx::query(
                    "update mandate set ended_on = $4, ended_because = $5 where region = $1 and mandate = $2 and number = $3",
                )
                .bind(happened.region.as_str())
                .bind(id)
                .bind(i64::from(number))
                .bind(occurred_on)
                .bind(reason.as_str())
                .execute(rows)
                .await?;
            }
        }
        Ok(())
    }
}
