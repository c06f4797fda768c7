//! What a sample follows from: the auditor's words, and the root of a checkpoint that nobody could know when they chose
//! them.
//!
//! The effective seed is `SHA-256(words ‖ LF ‖ root)` in lower-case hex, where `root` is the third line of the note of the
//! first checkpoint of the audit's own log that covers the request, as it stands there (base64):
//! `printf '%s\n%s' "$WORDS" "$(sed -n 3p note)" | sha256sum`.

use crate::trace::node::Finding;
use evidence::checkpoint::{NotCut, Notary};
use proofs::{Checkpoint, Note};
use proto_schemas::audit::sample;
use sha2::{Digest, Sha256};
use vocabulary::RegionId;

/// The log that holds the requests, and whose checkpoints seeds follow from.
pub const SERVICE: &str = "audit";

/// The seed of these words and this signed note; nothing when it is no note of a checkpoint.
#[must_use]
pub fn effective(words: &str, note: &str) -> Option<String> {
    let text = note.parse::<Note>().ok()?.text;
    text.parse::<Checkpoint>().ok()?;
    let root = text.lines().nth(2)?;
    Some(hex::encode(Sha256::digest(format!("{words}\n{root}"))))
}

/// The seed of a trial. It has a colon, so no effective seed and no words are like it.
#[must_use]
pub fn trial(words: &str) -> String {
    format!("trial:{words}")
}

/// What does not hold of the checkpoint that a drawing names: it must be signed, cover the request, and be the first that
/// does. The signer says so: a row of the database can be put there by whoever owns it.
///
/// # Errors
/// When the signer does not answer.
pub(crate) async fn findings(notary: &Notary, region: &RegionId, draw: &sample::Draw) -> Result<Vec<Finding>, NotCut> {
    let mut found = Vec::new();
    let note = draw.checkpoint.parse::<Note>().ok();
    let checkpoint: Option<Checkpoint> = note.as_ref().and_then(|note| note.text.parse().ok());
    let (Some(note), Some(checkpoint)) = (note, checkpoint) else { return Ok(vec![unsigned()]) };
    let keys = notary.keys(region).await?;
    let signed = keys.iter().filter_map(|key| key.verifier.parse().ok()).any(|key| note.signed_by(&key).is_ok());
    if !signed {
        found.push(unsigned());
    }
    let requested_at = draw.requested_at.unsigned_abs();
    let first = notary.first_covering(region, SERVICE, Some(checkpoint.epoch), requested_at).await?;
    let of_this_log = checkpoint.origin == notary.origin(region, SERVICE);
    if !of_this_log || first.as_ref() != Some(&draw.checkpoint) {
        found.push(Finding::new(
            "checkpoint-not-first",
            "the checkpoint is not the first that covers the request: the drawing was chosen, or checkpoints were removed".to_owned(),
            "het controlepunt is niet het eerste dat de aanvraag dekt: de trekking is gekozen, of er zijn controlepunten verwijderd".to_owned(),
        ));
    }
    Ok(found)
}

fn unsigned() -> Finding {
    Finding::new(
        "checkpoint-not-signed",
        "the checkpoint that the drawing follows from is not signed by a key of the region".to_owned(),
        "het controlepunt waar de trekking uit volgt, is niet getekend met een sleutel van de regio".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proofs::{Frontier, Signer, leaf_hash};

    /// The test vector of the README.
    #[test]
    fn the_effective_seed_can_be_made_again_with_sha256sum() {
        let mut tree = Frontier::default();
        tree.push(leaf_hash("request"));
        let origin = "hub.example/voorbeeld/audit".to_owned();
        let text = Checkpoint { origin, size: 1, root: tree.root(), epoch: 1 }.to_string();
        let signer = Signer::new("hub.example/voorbeeld", &[7; 32]).unwrap();
        let note = Note { signatures: vec![signer.sign(&text)], text: text.clone() }.to_string();
        assert_eq!(text.lines().nth(2), Some("MXDyPvPTLYoUcfMOTB3us0X84HuXzqVcuW/n7uvpd3E="));
        // printf '%s\n%s' controle-2026 "$(sed -n 3p note)" | sha256sum
        assert_eq!(
            effective("controle-2026", &note).as_deref(),
            Some("adb167ebc2491af0fa85eaf30aae158aad9223d32f465b68bd3f20c0aefdfcd0")
        );
        assert_ne!(effective("controle-2027", &note), effective("controle-2026", &note));
        assert_eq!(effective("controle-2026", "no note"), None);
    }

    #[test]
    fn a_trial_has_a_seed_that_no_recorded_sample_has() {
        let words = |text: &str| text.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it));
        assert!(!words(&trial("controle-2026")));
    }
}
