//! Which samples were asked for, by whom, in which words, and drawn?

use event_log::Recorded;
use projections::{CannotApply, Projection};
use proto_schemas::audit::sample::Event;
use sqlx::PgConnection;
use vocabulary::SampleId;

/// Folds samples.
#[derive(Clone, Copy, Debug)]
pub struct Samples;

impl Projection for Samples {
    const NAME: &'static str = "samples";
    const VERSION: u32 = 3;
    const LOGS: &'static [&'static str] = &["audit"];
    const CATEGORIES: Option<&'static [&'static str]> = Some(&["sample"]);
    const TABLES: &'static str = "create table sample (
            region text not null, position bigint not null, sample uuid not null, drawn_at timestamptz not null,
            drawn_by uuid not null, role text not null, seed text not null, method text not null, claim uuid, year integer,
            population bigint not null, total bigint not null, size bigint not null, lines bigint, by_checkpoint boolean not null,
            mandate uuid, number bigint,
            primary key (region, position));
         create index on sample (region, drawn_by, position);
         create index on sample (region, sample)";

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        let id: SampleId = happened.stream_id().ok_or_else(|| CannotApply::Park("a sample has an id".into()))?;
        let role = happened.envelope()?.actor_role;
        let (ask, lines) = match happened.event()? {
            Event::Requested { seed, method, claim, year, population, total, size, under, .. } => {
                ((seed, method, claim, year, population, total, size, under, true), None)
            }
            Event::Drawn { seed, draw, method, claim, year, population, total, size, lines, under, .. } => {
                let lines = i64::try_from(lines.len()).unwrap_or(i64::MAX);
                ((seed, method, claim, year, population, total, size, under, draw.is_some()), Some(lines))
            }
        };
        let (seed, method, claim, year, population, total, size, under, by_checkpoint) = ask;
        if let (Some(lines), true) = (lines, by_checkpoint) {
            // Whoever asked and what for stands there already.
            sqlx::query("update sample set lines = $3 where region = $1 and sample = $2")
                .bind(happened.region.as_str())
                .bind(id)
                .bind(lines)
                .execute(rows)
                .await?;
            return Ok(());
        }
        sqlx::query(
            "insert into sample (region, position, sample, drawn_at, drawn_by, role, seed, method, claim, year, population,
                                 total, size, lines, mandate, number, by_checkpoint)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        )
        .bind(happened.region.as_str())
        .bind(happened.position)
        .bind(id)
        .bind(happened.recorded_at)
        .bind(happened.actor)
        .bind(role.as_str())
        .bind(seed)
        .bind(method.as_str())
        .bind(claim)
        .bind(year.map(i32::from))
        .bind(i64::from(population))
        .bind(total.cents())
        .bind(i64::from(size))
        .bind(lines)
        .bind(under.map(|under| under.mandate.0))
        .bind(under.map(|under| i64::from(under.number)))
        .bind(by_checkpoint)
        .execute(rows)
        .await?;
        Ok(())
    }
}
