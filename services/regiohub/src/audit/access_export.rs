//! `regiohub audit access-export REGION PERSON`: what the hub holds about someone who asks (inzageverzoek).

use super::reach::Reach;
use super::written_down::WrittenDown;
use super::{Format, key, operator};
use ::audit::oversight::disclosure::commands::Command;
use anyhow::Context;
use audit::oversight::access_export::{Because, Entry, access_export};
use bus::LogSource;
use clap::Args;
use processing::Activity;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use vocabulary::{PersonId, Reason, RegionId};

/// Export everything that the hub holds about one person, with what is sealed opened: every event of every service
/// that happened to them, names them, or was done by them. Contains personal data: give it to that person only.
///
/// The export and its reason are recorded in the audit's log of the region and in the log of processing before anything
/// is opened.
#[derive(Clone, Debug, Args)]
pub(super) struct AccessExport {
    /// The region of the person.
    region: RegionId,
    /// The random id of the person, as in the lists of people.
    person: PersonId,
    /// The reason: who asked, and how their identity was established; never a name. The audit's log keeps it for ever.
    #[arg(long)]
    reason: Reason,
    /// The file to write, which only its owner may read; standard output when absent.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    written_down: WrittenDown,
    #[command(flatten)]
    reach: Reach,
}

impl AccessExport {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let reached = self.reach.open().await?;
        let vault = key::vault(&self.reach, &reached)?;
        let logs = reached.logs_of(&self.region).await?;
        let sources: Vec<LogSource> = logs.into_iter().map(|log| LogSource::Here(log.log)).collect();
        let command = Command::OpenAccess { person: self.person, reason: self.reason.clone() };
        operator::recorded(&reached, &self.region, &self.written_down.oin, command).await?;
        // What cannot be written down is not done.
        let processing = self.written_down.logbook(&self.reach.data_dir)?;
        let exporting = processing.begin(Activity::AccessExport, "access-export", None);
        processing.write(&exporting, &self.region, [self.person]).await?;
        let mut out: Box<dyn Write> = match &self.write {
            Some(file) => Box::new(BufWriter::new(own_file(file)?)),
            None => Box::new(std::io::stdout().lock()),
        };
        let format = self.format;
        let each = |entry: &Entry| match format {
            Format::Json => writeln!(out, "{}", json!({ "entry": entry })),
            Format::Text => write!(out, "{}", readable(entry)),
        };
        let summary = access_export(&sources, &vault, &self.region, self.person, each).await?;
        match format {
            Format::Json => writeln!(out, "{}", json!({ "end": summary }))?,
            Format::Text => writeln!(
                out,
                "{} gebeurtenissen over deze persoon, van {} in de regio; {} verzegelde velden geopend, {} vergeten.\n\
                 {} events about this person, of {} in the region; {} sealed fields opened, {} forgotten.",
                summary.entries,
                summary.read,
                summary.opened,
                summary.forgotten,
                summary.entries,
                summary.read,
                summary.opened,
                summary.forgotten
            )?,
        }
        out.flush()?;
        anyhow::ensure!(summary.entries > 0, "nothing in {} concerns {}", self.region, self.person);
        Ok(())
    }
}

/// A new file for nobody else.
fn own_file(path: &PathBuf) -> anyhow::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let opened = File::options().write(true).create_new(true).mode(0o600).open(path);
    opened.with_context(|| format!("cannot make {}", path.display()))
}

/// An event as people read it: when, what, why it is here, and one line for each thing it says.
fn readable(entry: &Entry) -> String {
    let because: Vec<&str> = entry
        .because
        .iter()
        .map(|because| match because {
            Because::Subject => "over u / about you",
            Because::Named => "noemt u / names you",
            Because::Actor => "door u / by you",
        })
        .collect();
    let mut text = format!(
        "{}  {}\n    {} {}, {} ({})\n",
        entry.recorded_at.format("%Y-%m-%d %H:%M:%S UTC"),
        entry.event_type,
        entry.service,
        entry.position,
        entry.subject,
        because.join(", ")
    );
    lines(&entry.data, "", &mut text);
    text.push('\n');
    text
}

fn lines(value: &Value, at: &str, text: &mut String) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                lines(inner, &if at.is_empty() { name.clone() } else { format!("{at}.{name}") }, text);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                lines(inner, &format!("{at}[{number}]"), text);
            }
        }
        Value::String(plain) => text.push_str(&format!("    {at}: {plain}\n")),
        other => text.push_str(&format!("    {at}: {other}\n")),
    }
}
