//! `regiohub audit export REGION`: one zip that an auditor checks without the hub, or Parquet for analysts.

use super::open_names::OpenNames;
use super::reach::{Reach, RegionLog};
use super::{Format, Found, exported};
use anyhow::Context;
use audit::schemas::committed;
use chrono::{NaiveDate, Utc};
use clap::Args;
use event_log::Database;
use evidence::cosigned::settled;
use evidence::export::{Dates, Error, Export, Manifest, Progress, Source, tables};
use evidence::verify::Log;
use indicatif::{ProgressBar, ProgressStyle};
use proofs::Malformed;
use proto_schemas::audit::disclosure::Form;
use serde_json::json;
use std::path::PathBuf;
use vocabulary::RegionId;

/// Write a part of a region's history to one zip, with everything that proves it; sealed texts stay sealed.
///
/// The export is recorded in the audit's own log, first without and then with its digest; an export that cannot be
/// recorded is not written. The same dates give the same bytes, however much was recorded since. `regiohub audit verify
/// FILE.zip` checks it, and so does the page verify.html inside it, without a network.
#[derive(Clone, Debug, Args)]
pub(super) struct ExportTo {
    /// The region.
    region: RegionId,
    /// The first date of recording, in the Netherlands; the beginning when absent.
    #[arg(long)]
    from: Option<NaiveDate>,
    /// The last date of recording, one that is over; the present end when absent.
    #[arg(long)]
    to: Option<NaiveDate>,
    /// The zip to write; `REGION-FROM-TO.zip` here when absent.
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// Write Parquet files into this folder instead, one per service: for analysis, not for proof.
    #[arg(long, value_name = "FOLDER", conflicts_with = "out")]
    parquet: Option<PathBuf>,
    /// The form of progress and outcome.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    names: OpenNames,
    #[command(flatten)]
    reach: Reach,
}

impl ExportTo {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let dates = Dates { from: self.from, to: self.to };
        dates.check(Utc::now())?;
        let reached = self.reach.open().await?;
        let aside = reached.database("audit").await?;
        // Where the logs end is known before anything is recorded: what an export records changes nothing in it.
        let mut of_region = reached.logs_of(&self.region).await?;
        if dates.to.is_none() {
            exported::without_own_records(&self.region, &mut of_region).await?;
        }
        let form = if self.parquet.is_some() { Form::Parquet } else { Form::Zip };
        let at = (&reached, &self.region, self.names.written_down.oin.as_str());
        let names = self.names.recorded((&self.reach, &reached), &self.region, dates, &of_region).await?;
        let record = exported::recorded(at, (form, dates, self.names.mandate()), &of_region).await?;
        let mut logs = Vec::new();
        for log in of_region {
            logs.push(source(&aside, &self.region, log).await?);
        }
        logs.sort_by_key(|source| source.log.service());
        let seen = progress(self.format);
        if let Some(folder) = &self.parquet {
            std::fs::create_dir_all(folder)?;
            let files = tables(self.region.clone(), dates, logs, folder.clone(), seen).await.map_err(found)?;
            let named = |file: &PathBuf| {
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                (name, file.clone())
            };
            record.written(files.iter().map(named).collect()).await?;
            for file in files {
                match self.format {
                    Format::Text => println!("{}", file.display()),
                    Format::Json => println!("{}", json!({ "file": file })),
                }
            }
            return Ok(());
        }
        let path = self.out.clone().unwrap_or_else(|| self.named());
        let export = Export { region: self.region.clone(), dates, logs, schemas: committed(), path: path.clone() };
        let manifest = export.write(seen).await.map_err(found)?;
        record.written([("zip".to_owned(), path.clone())].into()).await?;
        match self.format {
            Format::Text => println!("{}", told(&manifest, &path)),
            Format::Json => println!("{}", json!({ "file": path, "manifest": manifest })),
        }
        if let Some(names) = names {
            let named = names.beside(&path, &manifest).await?;
            match self.format {
                Format::Text => println!(
                    "{}\n  {} people, {} of them forgotten: personal data, for the auditor of the mandate only",
                    named.file.display(),
                    named.people,
                    named.forgotten
                ),
                Format::Json => println!("{}", json!({ "names": named })),
            }
        }
        Ok(())
    }

    fn named(&self) -> PathBuf {
        let part = |date: Option<NaiveDate>, none: &str| date.map_or_else(|| none.to_owned(), |date| date.to_string());
        format!("{}-{}-{}.zip", self.region, part(self.from, "begin"), part(self.to, "now")).into()
    }
}

/// A log with its checkpoints and the keys that signed them.
async fn source(aside: &Database, region: &RegionId, log: RegionLog) -> anyhow::Result<Source> {
    let which = Log { region: region.clone(), service: log.service.to_owned() };
    let evidence = evidence::inspect::aside(&aside.app, &which).await?;
    let older = evidence::inspect::older_leaves(&aside.app, &which, &evidence).await?;
    let notes = evidence.checkpoints.iter().map(|signed| Ok(settled(signed.note.parse()?, signed.cut_at)));
    let notes = notes.collect::<Result<_, Malformed>>();
    let notes = notes.with_context(|| format!("a checkpoint of {}", log.service))?;
    let keys = evidence.listed.into_iter().map(|key| key.verifier).collect();
    let (end, epoch) = (log.head.position, log.head.epoch.unsigned_abs());
    Ok(Source { log: log.log, end, epoch, notes, older, keys })
}

/// A damaged log is something that was found.
fn found(error: Error) -> anyhow::Error {
    if matches!(error, Error::Damaged { .. }) { Found(error.to_string()).into() } else { error.into() }
}

fn told(manifest: &Manifest, path: &std::path::Path) -> String {
    let mut lines = vec![path.display().to_string()];
    for part in &manifest.logs {
        let signed = part.checkpoints.last().map_or("not signed".to_owned(), |size| format!("signed up to {size}"));
        lines.push(format!("  {:<14} {:>9} to {:>9}  {signed}", part.service, part.first, part.last));
    }
    lines.join("\n")
}

/// A bar for people (on a terminal only), a line every second for programs.
pub(super) fn progress(format: Format) -> impl Fn(Progress<'_>) + Send + 'static {
    let bar = match format {
        Format::Text => ProgressBar::new(0),
        Format::Json => ProgressBar::hidden(),
    };
    let style = "{msg:14} {wide_bar} {human_pos} of {human_len} events, {per_sec}, {eta}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let last = std::sync::Mutex::new(std::time::Instant::now());
    move |Progress { service, done, of }| {
        if bar.message() != service {
            bar.reset();
            bar.set_message(service.to_owned());
        }
        bar.set_length(of);
        bar.set_position(done);
        if done == of {
            bar.finish_and_clear();
        }
        let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if format == Format::Json && (done == of || last.elapsed().as_secs() >= 1) {
            *last = std::time::Instant::now();
            println!("{}", json!({ "service": service, "done": done, "of": of }));
        }
    }
}
