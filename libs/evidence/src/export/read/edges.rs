//! The events on both sides of a range of dates: their dates show that none of the range was left out at its edges.

use super::file::Zipped;
use super::{Checked, manifest};
use crate::export::{Manifest, Part};
use chrono::{DateTime, NaiveDate, Utc};
use proofs::leaf_hash;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use vocabulary::amsterdam_date;

/// A side of a range of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edge {
    /// Before the first event.
    Before,
    /// Behind the last event.
    Behind,
}

/// Checks the events beside a range. Answers on which sides nothing that is signed shows that no event was left out:
/// `signed` is up to where a given key vouches for the log.
pub(super) fn check(
    zip: &mut Zipped,
    manifest: &Manifest,
    part: &Part,
    signed: u64,
    checked: &mut Checked,
) -> Vec<Edge> {
    let service = part.service.as_str();
    let name = manifest::edges(service);
    let bytes = if zip.has(&name) { zip.whole(&name, checked) } else { vec![] };
    let text = String::from_utf8_lossy(&bytes);
    let mut beside: BTreeMap<u64, (&str, Option<NaiveDate>)> = text.lines().map(placed).collect();
    let before = manifest.from.filter(|_| part.first > 1).map(|from| (Edge::Before, part.first - 1, from));
    let behind = manifest.to.map(|to| (Edge::Behind, part.last + 1, to));
    let mut open = Vec::new();
    for (edge, at, date) in before.into_iter().chain(behind) {
        let Some((line, day)) = beside.remove(&at) else {
            open.push(edge);
            continue;
        };
        let leaf = (at <= part.size).then(|| zip.leaf(service, at)).flatten();
        let outside = day.map(|day| if edge == Edge::Before { day < date } else { day > date });
        match outside.filter(|_| leaf == Some(leaf_hash(line))) {
            None => {
                let what = "the event beside the range does not stand like that in the log";
                checked.found(Some(service), Some(at), what);
            }
            Some(false) => {
                let what = "this event is of the dates of the export, and was left out at its edge";
                checked.found(Some(service), Some(at), what);
            }
            Some(true) if at > signed => open.push(edge),
            Some(true) => {}
        }
    }
    if !beside.is_empty() {
        checked.found(Some(service), None, "there are events beside the range that do not belong there");
    }
    open
}

/// The position that a line says it is at, with its date in the Netherlands.
fn placed(line: &str) -> (u64, (&str, Option<NaiveDate>)) {
    let event: Value = serde_json::from_str(line).unwrap_or_default();
    let time = event["time"].as_str().and_then(|time| time.parse::<DateTime<Utc>>().ok());
    (event["position"].as_u64().unwrap_or(0), (line, time.map(amsterdam_date)))
}
