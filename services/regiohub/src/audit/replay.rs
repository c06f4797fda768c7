//! `regiohub audit replay REGION`: the read models made again from the logs, and held against what there is.

use super::reach::{Reach, Reached};
use super::{Format, Found};
use crate::services;
use ::replay::{Digests, Finding, Follow, Shelf, Step, Until, replay};
use anyhow::Context;
use bus::LogSource;
use chrono::{DateTime, Utc};
use clap::Args;
use decider::Clock;
use event_log::{Database, EventLog};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use vocabulary::RegionId;

/// Connections to each database.
const CONNECTIONS: u32 = 8;

/// Rebuild the read models of a region from its logs alone, in temporary tables; print their digests, and
/// the differences from the live ones or from an earlier digest.
///
/// Names are no part of a digest, so it still holds when someone was forgotten.
#[derive(Clone, Debug, Args)]
pub(super) struct Replay {
    /// The region.
    region: RegionId,
    /// The last moment of recording to include, such as 2026-10-01T00:00:00Z; as far as the live ones when absent.
    #[arg(long)]
    as_of: Option<DateTime<Utc>>,
    /// The service whose tables are rebuilt; may be repeated. The read models of the API are the gateway's.
    #[arg(long)]
    service: Vec<String>,
    /// The read model or lookup to rebuild; may be repeated.
    #[arg(long)]
    projection: Vec<String>,
    /// `live`, or a file that --write made: the replay then ends at the positions in that file.
    #[arg(long, value_name = "live|FILE")]
    compare: Option<String>,
    /// The file to write the digests to.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    reach: Reach,
}

impl Replay {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let earlier = self.earlier()?;
        let until = match (&earlier, self.as_of) {
            (Some(earlier), _) => Until::Earlier(earlier),
            (None, Some(moment)) => Until::Moment(moment),
            (None, None) => Until::Live,
        };
        let reached = self.reach.open().await?;
        let shelves = self.shelves(&reached).await?;
        let sources = sources(&reached, &self.region).await?;
        let bar = bar(self.format);
        let told = |step: Step<'_>| match step {
            Step::Next(service, name, events) => {
                bar.set_length(events);
                bar.set_position(0);
                bar.set_message(format!("{service}/{name}"));
            }
            Step::Events(events) => bar.inc(events),
        };
        let follow = Follow { told: &told, end: chassis::shutdown_signal()? };
        let done = replay(&shelves, &sources, &self.region, until, &follow).await;
        bar.finish_and_clear();
        let (digests, findings) = done?;
        if let Some(file) = &self.write {
            let text = serde_json::to_string_pretty(&digests)? + "\n";
            std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        self.show(&digests, &findings, until)?;
        if findings.is_empty() {
            return Ok(());
        }
        Err(Found(format!("{} of what was replayed is not as it should be", findings.len())).into())
    }

    /// The file to hold the replay against.
    fn earlier(&self) -> anyhow::Result<Option<Digests>> {
        if let Some(moment) = self.as_of {
            anyhow::ensure!(moment <= Utc::now(), "{moment} is still to come: choose a moment that has passed");
        }
        let file = match self.compare.as_deref() {
            None => return Ok(None),
            Some("live") => {
                anyhow::ensure!(
                    self.as_of.is_none(),
                    "the live read models are as of now: leave --as-of away, or --compare a file"
                );
                return Ok(None);
            }
            Some(file) => Path::new(file),
        };
        let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let earlier: Digests = serde_json::from_slice(&text)
            .with_context(|| format!("{} is not what `audit replay --write` makes", file.display()))?;
        anyhow::ensure!(
            earlier.region == self.region,
            "{} is about the region {}, not {}",
            file.display(),
            earlier.region,
            self.region
        );
        anyhow::ensure!(
            self.as_of.is_none() || earlier.as_of == self.as_of,
            "{} is as of {}: leave --as-of away and the replay goes as far",
            file.display(),
            earlier.as_of.map_or("where each live read model was".to_owned(), |moment| moment.to_rfc3339())
        );
        Ok(Some(earlier))
    }

    /// What is asked for, of the services that have a database here.
    async fn shelves(&self, reached: &Reached) -> anyhow::Result<Vec<Shelf>> {
        let wanted = |list: &[String], name: &str| list.is_empty() || list.iter().any(|it| it == name);
        let mut shelves = Vec::new();
        for service in services::deciding().into_iter().chain([gateway::service()]) {
            let name = service.name();
            if !wanted(&self.service, name) {
                continue;
            }
            let database = Database::open(reached.options(name), CONNECTIONS)
                .await
                .with_context(|| format!("the database of {name}"))?;
            let mut models = service.read_models(&database);
            models.retain(|model| wanted(&self.projection, model.name()));
            shelves.push(Shelf { service: name, database, models });
        }
        anyhow::ensure!(
            shelves.iter().any(|shelf| !shelf.models.is_empty()),
            "there is no such read model: leave --service and --projection away to see which there are"
        );
        Ok(shelves)
    }

    fn show(&self, digests: &Digests, findings: &[Finding], until: Until<'_>) -> anyhow::Result<()> {
        if self.format == Format::Json {
            for one in &digests.read_models {
                println!("{}", json!({ "replayed": one }));
            }
            for finding in findings {
                println!("{}", json!({ "finding": finding }));
            }
            return Ok(());
        }
        for one in &digests.read_models {
            let rows: u64 = one.tables.iter().map(|table| table.rows).sum();
            let positions: Vec<String> =
                one.positions.iter().map(|(log, position)| format!("{log} {position}")).collect();
            println!("{}/{} v{}: {rows} rows of {}", one.service, one.name, one.version, positions.join(", "));
            for table in &one.tables {
                println!("    {}  {}", table.digest, table.table);
            }
        }
        for finding in findings {
            println!("{finding}");
        }
        let against = match until {
            Until::Live => "equal to what is live",
            Until::Moment(_) => "compared with nothing; --write keeps the digests for a later --compare",
            Until::Earlier(_) => "equal to the earlier digests",
        };
        if findings.is_empty() {
            println!("{} read models and lookups: {against}", digests.read_models.len());
        }
        Ok(())
    }
}

/// The logs of the region.
async fn sources(reached: &Reached, region: &RegionId) -> anyhow::Result<Vec<LogSource>> {
    let mut there = reached.logs_of(region).await?.into_iter().map(|log| LogSource::Here(log.log)).collect::<Vec<_>>();
    // A service that has written nothing here is a source too: an empty one.
    for service in services::deciding() {
        if !there.iter().any(|source| source.service() == service.name()) {
            let database = reached.database(service.name()).await?;
            there.push(LogSource::Here(EventLog::new(service.name(), "", &database, Clock::system())));
        }
    }
    Ok(there)
}

/// A bar on a terminal, nothing elsewhere.
fn bar(format: Format) -> ProgressBar {
    if format == Format::Json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} events {per_sec} {msg}");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
