//! Whether a witness saw the checkpoint of a proof.

use crate::cosigned::seen;
use crate::verify::{Finding, What};
use chrono::{DateTime, Utc};
use proofs::{NotSigned, Note, Verifier};

/// When a witness saw a checkpoint.
pub(crate) fn cosigned(checkpoint: &str, witness: &Verifier) -> Result<DateTime<Utc>, Finding> {
    let note: Note = checkpoint.parse().map_err(|error: proofs::Malformed| {
        Finding::aside(What::CheckpointUnreadable, format!("the checkpoint does not read: {error}"))
    })?;
    seen(&note, witness).map_err(|error| match error {
        NotSigned::Absent(_) => Finding::aside(What::NotCosigned, error.to_string()),
        NotSigned::Forged(_) => Finding::aside(What::Forged, error.to_string()),
    })
}
