//! Who did what to a thing, when it happened and when it was recorded, and what that changed.

mod change;

pub use change::Change;

use crate::trace::node::At;
use crate::trace::proof::proofs;
use crate::trace::reading::{Reader, Unread};
use change::State;
use event_log::Recorded;
use evidence::inclusion::Inclusion;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;
use vocabulary::RegionId;

/// Every service with the categories of its streams.
fn categories() -> BTreeSet<(&'static str, &'static str)> {
    proto_schemas::categories().map(|category| (category.service.as_str(), category.name)).collect()
}

/// The events of a thing, a page at a time (tijdlijn).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// The region of the thing.
    pub region: RegionId,
    /// The thing, as it was asked for.
    pub thing: String,
    /// The streams it was found in: service and stream.
    pub found_in: Vec<Place>,
    /// The number of events of the thing.
    pub events: usize,
    /// The last position that was read of each log, by service.
    pub read_up_to: BTreeMap<String, i64>,
    /// The events of this page, in the order in which they were recorded.
    pub items: Vec<Happened>,
    /// Give it as `after` for the events that follow; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// For each event of this page, the proof that its log holds it. Empty when no proofs were asked for.
    pub proofs: Vec<Inclusion>,
}

/// A stream and the service in whose log it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TimelinePlace)]
pub struct Place {
    /// The service in whose log the stream is.
    pub service: String,
    /// The stream: category, slash, id.
    pub stream: String,
}

/// One event of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TimelineEvent)]
pub struct Happened {
    /// The position of the event, its actor and its times.
    #[serde(flatten)]
    pub at: At,
    /// The event this is a reaction to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<Uuid>,
    /// The id that ties a chain together; for a command with an `Idempotency-Key`, the id of that command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Uuid>,
    /// The version of the policy that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<u32>,
    /// The changes, compared with the thing's earlier events.
    pub changes: Vec<Change>,
}

/// Which events to show.
#[derive(Clone, Debug)]
pub struct Part {
    /// Those behind this one: service, at, position.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
    /// Whether each event shown is proven.
    pub proofs: bool,
}

/// The timeline of a thing: a stream such as `session/<id>`, or an id of things in any service. Nothing when nothing
/// happened to it.
///
/// # Errors
/// When a log does not answer, or an event does not read as its type says.
pub async fn timeline(reader: &mut Reader, thing: &str, part: &Part) -> Result<Option<Timeline>, Unread> {
    let read_up_to = reader.heads().await?;
    let (mut found_in, mut all) = (Vec::new(), Vec::new());
    for (service, category) in categories().into_iter().filter(|(service, _)| read_up_to.contains_key(*service)) {
        let stream = match thing.split_once('/') {
            Some((asked, _)) if asked == category => thing.to_owned(),
            Some(_) => continue,
            None => format!("{category}/{thing}"),
        };
        let history = reader.history(service, &stream).await?;
        if history.is_empty() {
            continue;
        }
        let mut state = State::default();
        for recorded in history.iter() {
            all.push((happened(service, recorded, &mut state)?, recorded.clone()));
        }
        found_in.push(Place { service: service.to_owned(), stream });
    }
    if all.is_empty() {
        return Ok(None);
    }
    all.sort_by(|(a, _), (b, _)| {
        (&a.at.recorded, &a.at.service, a.at.position).cmp(&(&b.at.recorded, &b.at.service, b.at.position))
    });
    let events = all.len();
    let start = part
        .after
        .as_ref()
        .map_or(0, |after| all.iter().position(|(one, _)| place(one) == *after).map_or(events, |at| at + 1));
    let mut items = Vec::new();
    for (one, recorded) in all.into_iter().skip(start).take(part.limit) {
        reader.shown(&one.at.service, &recorded);
        items.push(one);
    }
    let next = if start + items.len() < events { items.last().map(place) } else { None };
    let proofs = if part.proofs { proofs(reader, &read_up_to).await? } else { vec![] };
    let region = reader.region().clone();
    Ok(Some(Timeline { region, thing: thing.to_owned(), found_in, events, read_up_to, items, next, proofs }))
}

fn place(one: &Happened) -> String {
    format!("{}@{}", one.at.service, one.at.position)
}

fn happened(service: &str, recorded: &Recorded, state: &mut State) -> Result<Happened, Unread> {
    let unread = || Unread::Event { service: service.to_owned(), position: recorded.position };
    let envelope = recorded.envelope().map_err(|_| unread())?;
    let changes = state.changed_by(recorded).ok_or_else(unread)?;
    Ok(Happened {
        at: At::of(service, recorded),
        causation: envelope.causation,
        correlation: envelope.correlation,
        policy_version: envelope.policy_version,
        changes,
    })
}
