//! What witnesses signed: that they saw a checkpoint, when, and that it goes on from the ones they saw before.

use chrono::{DateTime, TimeDelta, Utc};
use proofs::{NotSigned, Note, Verifier};
use serde::Serialize;

/// A cosignature that comes later than this after its checkpoint was cut is in no export.
const SOON: TimeDelta = TimeDelta::hours(1);

/// How far a log is signed by a witness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cosigned {
    /// What the witness is called.
    pub witness: String,
    /// How many events the longest checkpoint has that it signed.
    pub size: u64,
    /// When it saw that.
    pub at: DateTime<Utc>,
}

/// When a witness saw this checkpoint.
///
/// # Errors
/// When it did not sign, or another did in its name.
pub fn seen(note: &Note, witness: &Verifier) -> Result<DateTime<Utc>, NotSigned> {
    let seconds = note.signed_by(witness)?.time().and_then(|seconds| i64::try_from(seconds).ok());
    let at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    at.ok_or_else(|| NotSigned::Absent(witness.name().to_owned()))
}

/// The note as it stands in every export from an hour after it was cut: without what witnesses signed later.
#[must_use]
pub fn settled(note: Note, cut_at: DateTime<Utc>) -> Note {
    let last = (cut_at + SOON).timestamp().unsigned_abs();
    let soon = |time: Option<u64>| time.is_none_or(|seconds| seconds <= last);
    Note { signatures: note.signatures.into_iter().filter(|it| soon(it.time())).collect(), ..note }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proofs::{Kind, Signer};

    #[test]
    fn a_cosignature_later_than_an_hour_after_its_checkpoint_is_left_out() {
        let cut_at: DateTime<Utc> = "2026-09-01T10:00:00Z".parse().unwrap();
        let (hub, soon, late) = (signer("hub.example/west"), signer("soon.example"), signer("late.example"));
        let text = "a text\n".to_owned();
        let second = cut_at.timestamp().unsigned_abs();
        let signatures = vec![hub.sign(&text), soon.cosign(&text, second + 3600), late.cosign(&text, second + 3601)];
        let note = settled(Note { text, signatures }, cut_at);
        assert!(note.signed_by(&hub.verifier(Kind::Log)).is_ok());
        assert_eq!(seen(&note, &soon.verifier(Kind::Witness)), Ok(cut_at + TimeDelta::hours(1)));
        let absent = seen(&note, &late.verifier(Kind::Witness));
        assert_eq!(absent, Err(NotSigned::Absent("late.example".to_owned())));
    }

    fn signer(name: &str) -> Signer {
        Signer::new(name, &[name.len() as u8; 32]).unwrap()
    }
}
