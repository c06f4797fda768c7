//! `regiohub audit timeline THING`: what happened to a thing, by whom, and what that changed.

use super::Format;
use super::reach::Reach;
use super::tree::Language;
use ::audit::trace::reading::Reader;
use ::audit::trace::timeline::{Change, Happened, Part, timeline};
use anyhow::Context;
use bus::LogSource;
use clap::Args;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufWriter, Write as _, stdout};
use vocabulary::RegionId;

/// Show the history of a thing: actors, times, commands, policies, and the changes of each event.
#[derive(Clone, Debug, Args)]
pub(super) struct Timeline {
    /// A stream such as `session/<id>`, or an id of something in any service.
    thing: String,
    /// The region.
    #[arg(long)]
    region: RegionId,
    /// The language of the answer for people.
    #[arg(long, value_enum, default_value_t)]
    language: Language,
    /// The form of the answer; JSON comes with proofs.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    reach: Reach,
}

impl Timeline {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let reached = self.reach.open().await?;
        let logs = reached.logs_of(&self.region).await?;
        let sources: Vec<LogSource> = logs.iter().map(|log| LogSource::Here(log.log.clone())).collect();
        let mut reader = Reader::new(self.region, sources.into()).kept_in(reached.database("audit").await?.app);
        let part = Part { after: None, limit: usize::MAX, proofs: self.format == Format::Json };
        let told = timeline(&mut reader, &self.thing, &part).await?;
        let told = told.context("nothing happened to it: give a stream such as session/<id>, or an id")?;
        let mut out = BufWriter::new(stdout().lock());
        match self.format {
            Format::Json => writeln!(out, "{}", serde_json::to_string(&told)?)?,
            Format::Text => {
                for one in &told.items {
                    out.write_all(written(one, self.language).as_bytes())?;
                }
            }
        }
        Ok(out.flush()?)
    }
}

fn written(one: &Happened, language: Language) -> String {
    let at = &one.at;
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = writeln!(text, "{}@{}  {} v{}  {}", at.service, at.position, at.stream, at.version, at.event_type);
    let happened = language.pick("happened", "gebeurd");
    let recorded = language.pick("recorded", "vastgelegd");
    let _ = writeln!(text, "   {happened} {}  {recorded} {}", at.occurred, at.recorded);
    let organisation = at.organisation.as_deref().unwrap_or_default();
    let _ = writeln!(text, "   {} {} {} {organisation}", language.pick("by", "door"), at.role, at.by);
    let around = [
        (language.pick("on behalf of", "namens"), at.on_behalf_of.map(|it| it.to_string())),
        (language.pick("because of event", "vanwege gebeurtenis"), one.causation.map(|it| it.to_string())),
        (language.pick("command", "opdracht"), one.correlation.map(|it| it.to_string())),
        (language.pick("policy version", "beleidsversie"), one.policy_version.map(|it| it.to_string())),
    ];
    for (name, value) in around.iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value))) {
        let _ = writeln!(text, "   {name} {value}");
    }
    for Change { field, was, is } in &one.changes {
        let _ = match (was, is) {
            (None, Some(is)) => writeln!(text, "   + {field}: {}", plain(is)),
            (Some(was), None) => writeln!(text, "   - {field}: {}", plain(was)),
            (was, is) => writeln!(
                text,
                "   ~ {field}: {} → {}",
                was.as_ref().map(plain).unwrap_or_default(),
                is.as_ref().map(plain).unwrap_or_default()
            ),
        };
    }
    text
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
