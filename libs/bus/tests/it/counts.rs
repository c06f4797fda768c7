//! The smallest projection: what every counter came to.

use event_log::Recorded;
use projections::{CannotApply, Projection};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    #[serde(rename = "nl.sterktechniekonderwijs.counters.counter-raised.v1")]
    Raised { by: i64 },
}

pub const TABLES: &str = "
    create table counts (region text not null, counter text not null, total bigint not null, primary key (region, counter));
    create table seen (region text not null, position bigint not null, counter text not null, amount bigint not null,
                       primary key (region, position));
    create index seen_by_counter on seen (region, counter)";

/// Counts. While `broken`, amounts below zero cannot be applied.
#[derive(Clone, Default)]
pub struct Counts {
    pub broken: Arc<AtomicBool>,
}

pub async fn count(rows: &mut PgConnection, happened: &Recorded, broken: &AtomicBool) -> Result<(), CannotApply> {
    if happened.category() == "restore" {
        return Ok(());
    }
    let Event::Raised { by } = happened.event()?;
    sqlx::query(
        "insert into counts as kept (region, counter, total) values ($1, $2, $3)
         on conflict (region, counter) do update set total = kept.total + excluded.total",
    )
    .bind(happened.region.as_str())
    .bind(&happened.stream)
    .bind(by)
    .execute(&mut *rows)
    .await?;
    // Twice is a violation: an event that is applied twice would be parked, and tests look for that.
    sqlx::query("insert into seen (region, position, counter, amount) values ($1, $2, $3, $4)")
        .bind(happened.region.as_str())
        .bind(happened.position)
        .bind(&happened.stream)
        .bind(by)
        .execute(&mut *rows)
        .await?;
    if by < 0 && broken.load(Ordering::SeqCst) {
        return Err(CannotApply::Park(format!("{by} is below zero")));
    }
    Ok(())
}

impl Projection for Counts {
    const NAME: &'static str = "all-counts";
    const VERSION: u32 = 1;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &self.broken).await
    }
}

/// The same, a version further: totals are doubled.
pub struct Doubled;

impl Projection for Doubled {
    const NAME: &'static str = "all-counts";
    const VERSION: u32 = 2;
    const LOGS: &'static [&'static str] = &["counters"];
    const TABLES: &'static str = TABLES;

    async fn apply(&self, rows: &mut PgConnection, happened: &Recorded) -> Result<(), CannotApply> {
        count(rows, happened, &AtomicBool::new(false)).await?;
        let Event::Raised { by } = happened.event()?;
        sqlx::query("update counts set total = total + $3 where region = $1 and counter = $2")
            .bind(happened.region.as_str())
            .bind(&happened.stream)
            .bind(by)
            .execute(rows)
            .await?;
        Ok(())
    }
}
