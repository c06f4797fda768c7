//! Everything that the hub holds about one person, from the logs of all services, with what is sealed opened.
//!
//! **Invariant:** nothing sealed under another person's key is opened, and nothing sealed is left out unseen.

mod concerns;
mod opening;
pub mod registry;

use bus::LogSource;
use chrono::{DateTime, Utc};
use concerns::Concerns;
use event_log::Recorded;
use opening::Opening;
use serde::Serialize;
use serde_json::Value;
use std::ops::ControlFlow;
use utoipa::ToSchema;
use vault::Vault;
use vocabulary::{PersonId, RegionId};

/// Events that are read at a time.
const PAGE: usize = 1_000;

/// One event that concerns the person.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccessExportEntry)]
pub struct Entry {
    /// The service that recorded the event.
    pub service: String,
    /// The position of the event in the log of that service.
    pub position: i64,
    /// The full type of the event.
    pub event_type: String,
    /// The stream of the event: category, slash, id.
    pub subject: String,
    /// The moment it was recorded, in UTC.
    pub recorded_at: DateTime<Utc>,
    /// The reasons that it concerns the person.
    pub because: Vec<Because>,
    /// The data of the event, opened; texts that are sealed for somebody else are left out.
    #[schema(value_type = Object)]
    pub data: Value,
    /// The places in `data` that stood there sealed.
    pub opened: Vec<String>,
}

/// The reason that an event concerns a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = AccessExportReason)]
pub enum Because {
    /// It happened to what is known of them.
    Subject,
    /// They are named in it.
    Named,
    /// They did it, or it was done in their stead.
    Actor,
}

/// How much there was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Events read.
    pub read: u64,
    /// Events that concern the person.
    pub entries: u64,
    /// Sealed fields that were opened.
    pub opened: u64,
    /// Sealed fields that nobody opens any more: the person was forgotten.
    pub forgotten: u64,
}

/// Why there is no whole export.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A log does not answer.
    #[error(transparent)]
    Log(#[from] bus::Error),
    /// The vault does not answer, or something sealed is not as it was.
    #[error("{service} {position}: {error}")]
    Vault {
        /// The service whose log it is in.
        service: String,
        /// Where.
        position: i64,
        /// What the vault says.
        error: vault::Error,
    },
    /// An event does not read.
    #[error("{service} {position} does not read")]
    Unreadable {
        /// The service whose log it is in.
        service: String,
        /// Where.
        position: i64,
    },
    /// A sealed field that nobody listed: the export would not be whole.
    #[error("{event_type} has a sealed field at {path} that the registry does not list: nothing is exported")]
    Unlisted {
        /// The full type.
        event_type: String,
        /// Where in `data`.
        path: String,
    },
    /// Whoever takes the entries cannot.
    #[error("the export cannot be written: {0}")]
    Unwritten(#[from] std::io::Error),
}

/// Gives every event of a region that concerns a person to `each`: log by log, in order, in flat memory.
///
/// # Errors
/// When a log or the vault does not answer, something does not read or is not listed, or `each` says so.
pub async fn access_export(
    sources: &[LogSource],
    vault: &Vault,
    region: &RegionId,
    person: PersonId,
    mut each: impl FnMut(&Entry) -> std::io::Result<()>,
) -> Result<Summary, Error> {
    let each = |entry: Entry| each(&entry).map(|()| ControlFlow::Continue(()));
    walk(sources, vault, region, (person, None), each).await
}

/// A part of it: at most `most` entries behind the one at `after` (service and position), and how much they hold.
///
/// # Errors
/// The same.
pub async fn part(
    sources: &[LogSource],
    vault: &Vault,
    region: &RegionId,
    person: PersonId,
    after: Option<(&str, i64)>,
    most: usize,
) -> Result<(Vec<Entry>, Summary), Error> {
    let mut entries = Vec::new();
    let each = |entry| {
        entries.push(entry);
        Ok(if entries.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    };
    let summary = walk(sources, vault, region, (person, after), each).await?;
    Ok((entries, summary))
}

async fn walk(
    sources: &[LogSource],
    vault: &Vault,
    region: &RegionId,
    (person, after): (PersonId, Option<(&str, i64)>),
    mut each: impl FnMut(Entry) -> std::io::Result<ControlFlow<()>>,
) -> Result<Summary, Error> {
    let mut concerns = Concerns::of(person);
    for source in sources.iter().filter(|source| source.service() == "consortium") {
        // Grants say which identities are theirs; then all that those did is known.
        let mut at = 0;
        while let Some(events) = page(source, region, &mut at).await? {
            concerns.learn(&events);
        }
    }
    let opening = Opening { vault, region, person };
    let mut summary = Summary::default();
    let begin = after.and_then(|(service, _)| sources.iter().position(|source| source.service() == service));
    for source in sources.iter().skip(begin.unwrap_or(0)) {
        let mut at = after.filter(|(service, _)| *service == source.service()).map_or(0, |(_, position)| position);
        while let Some(events) = page(source, region, &mut at).await? {
            for event in &events {
                summary.read += 1;
                let because = concerns.because(event);
                if because.is_empty() {
                    continue;
                }
                let entry = opening.entry(source.service(), event, because, &mut summary).await?;
                summary.entries += 1;
                if each(entry)?.is_break() {
                    return Ok(summary);
                }
            }
        }
    }
    Ok(summary)
}

/// The next events; none at the end.
async fn page(source: &LogSource, region: &RegionId, at: &mut i64) -> Result<Option<Vec<Recorded>>, Error> {
    let events = source.page(region, *at, PAGE).await?;
    let Some(last) = events.last() else { return Ok(None) };
    *at = last.position;
    Ok(Some(events))
}
