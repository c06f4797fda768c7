//! An import is one pair of catalogue files that was read whole.
//!
//! Unread ─complete→ Completed ─complete→ Completed (only when the catalogue had moved on since)

pub(crate) mod api;
pub mod diff;
pub mod slo;

use decider::{Aggregate, CommandContext};
use proto_schemas::assessments::catalogue_import::Event;
use sha2::{Digest, Sha256};
use vocabulary::{DocumentHash, ElectiveId, ImportId};

/// What an import did, the last time it did something.
#[derive(Debug, Default, PartialEq)]
pub struct CatalogueImport(Option<Summary>);

/// What reading a pair of files changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// SHA-256 of the file with electives.
    pub electives_hash: DocumentHash,
    /// SHA-256 of the file with deeltaken.
    pub deeltaken_hash: DocumentHash,
    /// How many electives and profile modules the file holds.
    pub electives: u32,
    /// How many deeltaken they have together.
    pub deeltaken: u32,
    /// How many were new.
    pub added: u32,
    /// Which read otherwise than before.
    pub changed: Vec<ElectiveId>,
}

/// Never refused: what could be wrong is found before anything is asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match *self {}
    }
}

/// What a file is known by.
#[must_use]
pub fn hash(text: &str) -> DocumentHash {
    <[u8; 32]>::from(Sha256::digest(text)).into()
}

/// The one import of these two files: the same files are the same import.
#[must_use]
pub fn id(electives: &DocumentHash, deeltaken: &DocumentHash) -> ImportId {
    ImportId::derived(&["catalogue", electives.as_str(), deeltaken.as_str()])
}

impl CatalogueImport {
    /// What it did.
    #[must_use]
    pub fn summary(&self) -> Option<&Summary> {
        self.0.as_ref()
    }
}

impl Aggregate for CatalogueImport {
    const CATEGORY: &'static str = "catalogue-import";
    type Id = ImportId;
    type Command = Summary;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, summary: &Summary, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        if self.0.is_some() && summary.added == 0 && summary.changed.is_empty() {
            return Ok(vec![]);
        }
        let Summary { electives_hash, deeltaken_hash, electives, deeltaken, added, changed } = summary.clone();
        Ok(vec![Event::Completed { electives_hash, deeltaken_hash, electives, deeltaken, added, changed }])
    }

    fn evolve(self, event: Event) -> Self {
        let Event::Completed { electives_hash, deeltaken_hash, electives, deeltaken, added, changed } = event;
        Self(Some(Summary { electives_hash, deeltaken_hash, electives, deeltaken, added, changed }))
    }
}

#[cfg(test)]
mod tests;
