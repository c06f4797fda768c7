//! What one line must be, by itself: its own leaf, its columns, its place.

use super::{Log, What};
use chrono::{DateTime, Utc};
use event_log::Envelope;
use proofs::{Hash, leaf_hash};
use uuid::Uuid;

/// An event as it stands somewhere.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The exact text.
    pub text: &'a str,
    /// The leaf stored beside it, where one is.
    pub leaf: Option<Hash>,
    /// The columns beside it, where there are any.
    pub columns: Option<Columns<'a>>,
}

/// The copies beside a text, for indexes.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// Category, slash, id.
    pub stream: &'a str,
    /// Where in the stream, from 1.
    pub version: i32,
    /// The full type.
    pub event_type: &'a str,
    /// Who did it.
    pub actor: Uuid,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// Everything wrong with a line at position `at` of a log.
pub(super) fn wrong(log: &Log, at: i64, line: &Line<'_>, envelope: &Envelope<'_>) -> Vec<(What, String)> {
    let mut wrong = Vec::new();
    if line.leaf.is_some_and(|leaf| leaf != leaf_hash(line.text)) {
        wrong.push((What::Leaf, "its leaf is not the hash of its text".to_owned()));
    }
    if envelope.position != at {
        wrong.push((What::OutOfPlace, format!("its text says that it is at position {}", envelope.position)));
    }
    if envelope.region != log.region {
        wrong.push((What::OutOfPlace, format!("its text says that it is of region {}", envelope.region)));
    }
    if !envelope.source.ends_with(&format!(":systeem:regiohub-{}", log.service)) {
        wrong.push((What::OutOfPlace, format!("its text says that it was written by {}", envelope.source)));
    }
    if let Some(columns) = &line.columns {
        let compared = [
            ("stream", columns.stream == envelope.subject),
            ("version", columns.version == envelope.version),
            ("type", columns.event_type == envelope.event_type),
            ("actor", columns.actor == envelope.actor),
            ("recorded_at", columns.recorded_at == envelope.time),
        ];
        let differ = compared.into_iter().filter(|(_, same)| !same);
        wrong.extend(differ.map(|(name, _)| (What::Column, format!("its column {name} is not what its text says"))));
    }
    wrong
}
