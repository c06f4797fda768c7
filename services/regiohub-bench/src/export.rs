//! Writing an export of a whole log, against a text `COPY … TO STDOUT` of the same rows; and how much memory it takes.

use super::append::{append, log};
use super::{Bed, Row, replay};
use audit::schemas::committed;
use evidence::export::{Dates, Export, Source};
use sqlx::Row as _;
use std::path::Path;
use std::time::Instant;
use vocabulary::RegionId;

const BATCH: u32 = 1_000;
const DATABASE: &str = "bench_export";

pub(super) async fn written(bed: &Bed, folder: &Path) -> anyhow::Result<Vec<Row>> {
    let (log, database) = log(bed.database(DATABASE).await?, "bench").await?;
    let region: RegionId = "bench".parse()?;
    let all = bed.events.next_multiple_of(BATCH);
    for _ in 0..all / BATCH {
        log.append(&region, append(BATCH as usize)?).await?;
    }
    // Straight after a bulk insert the first reader pays for the writers.
    sqlx::raw_sql("vacuum analyze event_log.event").execute(&database.owner).await?;
    let text: i64 =
        sqlx::query("select sum(length(body)) from event_log.event").fetch_one(&database.owner).await?.try_get(0)?;
    let path = folder.join("bench.zip");
    let (mut copied, mut exported) = (f64::MAX, f64::MAX);
    let before = peak()?;
    for _ in 0..3 {
        copied = copied.min(replay::copy(bed, DATABASE).await?);
        let source =
            Source { log: log.clone(), end: i64::from(all), epoch: 1, notes: vec![], older: vec![], keys: vec![] };
        let (region, path, dates) = (region.clone(), path.clone(), Dates::default());
        let begin = Instant::now();
        let manifest = Export { region, dates, logs: vec![source], schemas: committed(), path }.write(|_| ()).await?;
        exported = exported.min(begin.elapsed().as_secs_f64());
        anyhow::ensure!(manifest.logs[0].last == u64::from(all), "not everything was exported");
    }
    let grown = peak()? - before;
    let zipped = std::fs::metadata(&path)?.len();
    std::fs::remove_file(&path)?;
    database.app.close().await;
    database.owner.close().await;
    let events = f64::from(all);
    #[expect(clippy::cast_precision_loss, reason = "sizes to show")]
    let (text, zipped) = (text as f64 / 1e6, zipped as f64 / 1e6);
    Ok(vec![
        Row::rate("export: hashed, packed, synced", events / exported, "text COPY TO STDOUT", events / copied, 0.5)
            .noting(format!("{all} events, {text:.0} MB of text, a zip of {zipped:.0} MB, best of 3")),
        Row::bound("memory that exports add at their peak", grown, "a quarter of the text", text / 4.0, "MB"),
    ])
}

/// The most memory this process ever had, in megabytes.
fn peak() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 = line.and_then(|line| line.trim().strip_suffix(" kB")).unwrap_or("0").trim().parse()?;
    Ok(kilobytes / 1e3)
}
