//! Reading a whole log back, every event decoded, against a text `COPY … TO STDOUT` of the same rows.

use super::append::{append, log};
use super::{Bed, Row};
use anyhow::Context;
use futures_util::TryStreamExt;
use proto_schemas::hotspots::session::Event;
use std::process::Stdio;
use std::time::Instant;
use tokio::process::Command;
use vocabulary::RegionId;

const BATCH: u32 = 1_000;

pub(super) async fn decoded(bed: &Bed) -> anyhow::Result<Row> {
    let (log, database) = log(bed.database("bench_replay").await?, "bench").await?;
    let region: RegionId = "bench".parse()?;
    let all = bed.events.next_multiple_of(BATCH);
    for _ in 0..all / BATCH {
        log.append(&region, append(BATCH as usize)?).await?;
    }
    // Straight after a bulk insert the first reader pays for the writers.
    sqlx::raw_sql("vacuum analyze event_log.event").execute(&database.owner).await?;
    let (mut copied, mut read) = (f64::MAX, f64::MAX);
    for _ in 0..3 {
        copied = copied.min(copy(bed, "bench_replay").await?);
        let begin = Instant::now();
        let mut events = std::pin::pin!(log.decoded::<Event>(&region, 0));
        let mut count = 0;
        while let Some(page) = events.try_next().await? {
            count += page.len();
        }
        anyhow::ensure!(count == all as usize, "{count} events of {all}");
        read = read.min(begin.elapsed().as_secs_f64());
    }
    database.app.close().await;
    database.owner.close().await;
    let events = f64::from(all);
    Ok(Row::rate("replay a log, decoded", events / read, "text COPY TO STDOUT", events / copied, 1.0)
        .noting(format!("{all} events, best of 3")))
}

/// Seconds that a text `COPY` of a whole log takes.
pub(super) async fn copy(bed: &Bed, database: &str) -> anyhow::Result<f64> {
    let url = bed.postgres_url.rsplit_once('/').map_or(bed.postgres_url.as_str(), |(server, _)| server);
    let begin = Instant::now();
    let ended = Command::new(bed.programs.join("psql"))
        .arg(format!("{url}/{database}"))
        .args(["-qc", "copy (select body from event_log.event where region = 'bench' order by position) to stdout"])
        .stdout(Stdio::null())
        .status()
        .await
        .context("psql")?;
    anyhow::ensure!(ended.success(), "psql failed");
    Ok(begin.elapsed().as_secs_f64())
}
