//! What a note says.

use proofs::{Checkpoint, Note};

/// What a note says, when it is a checkpoint.
#[must_use]
pub fn said(note: &str) -> Option<Checkpoint> {
    note.parse::<Note>().ok()?.text.parse().ok()
}
