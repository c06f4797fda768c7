//! The digests of the read models of a region, to be kept and compared with later.
//!
//! **Invariant:** no column that holds a name counts, so that a digest still holds when someone was forgotten.

use crate::digested::Digested;
use crate::finding::Finding;
use crate::shelf::Shelf;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vocabulary::RegionId;

/// The read models of a region as numbers: what `--write` keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Digests {
    /// Which region.
    pub region: RegionId,
    /// The moment up to which the logs were replayed; none when that was as far as each live read model was.
    pub as_of: Option<DateTime<Utc>>,
    /// One for each read model and lookup.
    pub read_models: Vec<Digested>,
}

impl Digests {
    /// Of one read model.
    #[must_use]
    pub fn of(&self, service: &str, name: &str) -> Option<&Digested> {
        self.read_models.iter().find(|one| one.service == service && one.name == name)
    }

    /// What a replay up to the same positions made otherwise.
    pub(crate) fn differing(&self, is: &Digested) -> Vec<Finding> {
        let Some(was) = self.of(&is.service, &is.name) else { return vec![] };
        if was.version != is.version {
            return vec![Finding::version(is, was.version)];
        }
        let tables = was.tables.iter().filter(|was| !is.tables.contains(was));
        tables
            .map(|was| {
                let now = is.tables.iter().find(|now| now.table == was.table);
                Finding::earlier(is, was, now)
            })
            .collect()
    }

    /// What was digested then and is none of these any more.
    pub(crate) fn lacking_in(&self, shelves: &[Shelf]) -> Vec<Finding> {
        let there = |one: &&Digested| {
            let shelf = shelves.iter().find(|shelf| shelf.service == one.service);
            shelf.is_none_or(|shelf| shelf.models.iter().any(|model| model.name() == one.name))
        };
        self.read_models.iter().filter(|one| !there(one)).map(|one| Finding::version(one, one.version)).collect()
    }
}
