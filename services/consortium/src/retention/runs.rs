//! Which runs were there, who asked for them, and what came of them?

use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::consortium::retention_run::Event;
use sqlx::PgConnection;
use sqlx::types::Json;
use vocabulary::RetentionRunId;

/// Folds runs.
#[derive(Clone, Copy, Debug)]
pub struct RetentionRuns;

impl Projection for RetentionRuns {
    const NAME: &'static str = "retention-runs";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["consortium"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["retention-run"]);
    const TABLES: &'static str = "create table run (
            region text not null, id uuid not null, position bigint not null, occurred_on date not null,
            asked_by uuid not null, role text not null, held jsonb, primary key (region, id));
        create index on run (region, position);
        create table forgotten (
            region text not null, run uuid not null, class text not null, schedule_version bigint not null,
            people bigint not null, ended_until date not null, primary key (region, run, class, schedule_version))";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: RetentionRunId = happened.stream_id().ok_or_else(|| CannotApply::Park("a run has an id".into()))?;
        let (occurred_on, advanced, held) = match happened.event::<Event>()? {
            Event::Advanced { schedule_version, class, people, ended_until, occurred_on } => {
                (occurred_on, Some((schedule_version, class, people, ended_until)), None)
            }
            Event::Finished { held, occurred_on, .. } => (occurred_on, None, Some(held)),
        };
        let envelope = happened.envelope()?;
        sqlx::query(
            "insert into run (region, id, position, occurred_on, asked_by, role, held) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (region, id) do update set held = excluded.held",
        )
        .bind(happened.region.as_str())
        .bind(id)
        .bind(happened.position)
        .bind(occurred_on)
        .bind(envelope.actor)
        .bind(envelope.actor_role.as_str())
        .bind(held.map(Json))
        .execute(&mut *rows)
        .await?;
        if let Some((schedule_version, class, people, ended_until)) = advanced {
            sqlx::query(
                "insert into forgotten as before (region, run, class, schedule_version, people, ended_until)
                 values ($1, $2, $3, $4, $5, $6)
                 on conflict (region, run, class, schedule_version) do update
                 set people = before.people + excluded.people, ended_until = greatest(before.ended_until, excluded.ended_until)",
            )
            .bind(happened.region.as_str())
            .bind(id)
            .bind(class.as_str())
            .bind(i64::from(schedule_version))
            .bind(i64::from(people))
            .bind(ended_until)
            .execute(rows)
            .await?;
        }
        Ok(())
    }
}
