//! A witness of somebody else's logs: stores the checkpoints it is shown and signs those that go on from what it saw.
//!
//! The C2SP [tlog-witness](https://c2sp.org/tlog-witness) protocol, so that any log may show its checkpoints to us, and
//! ours theirs to any witness. Pure: where the last checkpoint is kept is the caller's business, and so is that nobody
//! else stores one in between.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use proofs::{Checkpoint, Hash, NotSigned, Note, Signature, Signer, Verifier, consistent};

/// More hashes than this no proof has.
const MOST: usize = 63;

/// A checkpoint that a log shows, with the proof that it goes on from the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The size of the last checkpoint that the log thinks we saw; 0 when none.
    pub old: u64,
    /// That its tree is the beginning of this one.
    pub proof: Vec<Hash>,
    /// The checkpoint.
    pub note: Note,
    /// What it says.
    pub said: Checkpoint,
}

/// Why a witness does not sign. The statuses are those of the protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSeen {
    /// 400.
    #[error("the request is not `old SIZE`, hashes, an empty line and a checkpoint")]
    Malformed,
    /// 404.
    #[error("no key of {0} is known here")]
    UnknownLog(String),
    /// 403.
    #[error("the checkpoint is not signed by its log")]
    NotSigned,
    /// 409: the body is the size that was seen.
    #[error("the last checkpoint seen here has size {0}")]
    OtherSize(u64),
    /// 409: the log shows two trees of the same size.
    #[error("another tree of size {0} was seen here: the log was altered")]
    OtherTree(u64),
    /// 422: the log does not go on from what was seen.
    #[error("this is not the log that was seen here at size {0}, grown: it was altered, or the proof is wrong")]
    Inconsistent(u64),
}

impl NotSeen {
    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::UnknownLog(_) => 404,
            Self::NotSigned => 403,
            Self::OtherSize(_) | Self::OtherTree(_) => 409,
            Self::Inconsistent(_) => 422,
        }
    }

    /// Whether it tells of a log that was altered, and not only of a request that missed.
    #[must_use]
    pub const fn is_alarm(&self) -> bool {
        matches!(self, Self::OtherTree(_) | Self::Inconsistent(_))
    }
}

impl Shown {
    /// The text of the request.
    #[must_use]
    pub fn written(old: u64, proof: &[Hash], note: &str) -> String {
        let proof: String = proof.iter().map(|hash| BASE64_STANDARD.encode(hash) + "\n").collect();
        format!("old {old}\n{proof}\n{note}")
    }

    /// Reads a request.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn read(text: &str) -> Result<Self, NotSeen> {
        let (head, note) = text.split_once("\n\n").ok_or(NotSeen::Malformed)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.and_then(|old| old.parse().ok().filter(|number: &u64| number.to_string() == old));
        let proof: Option<Vec<Hash>> = lines.map(|line| BASE64_STANDARD.decode(line).ok()?.try_into().ok()).collect();
        let note: Note = note.parse().map_err(|_| NotSeen::Malformed)?;
        let said: Checkpoint = note.text.parse().map_err(|_| NotSeen::Malformed)?;
        let (Some(old), Some(proof)) = (old, proof) else { return Err(NotSeen::Malformed) };
        if proof.len() > MOST || old > said.size {
            return Err(NotSeen::Malformed);
        }
        Ok(Self { old, proof, note, said })
    }
}

/// Whose log this is, by its origin: the keys whose name is the origin or begins it.
fn of<'a>(origin: &str, keys: &'a [Verifier]) -> Vec<&'a Verifier> {
    let named = |key: &&Verifier| {
        origin == key.name() || origin.strip_prefix(key.name()).is_some_and(|rest| rest.starts_with('/'))
    };
    keys.iter().filter(named).collect()
}

/// Signs a checkpoint that goes on from the last one seen of that log. It must be stored before the signature leaves.
///
/// A raised epoch begins anew: a restore that the log declares, and that stays seen.
///
/// # Errors
/// See [`NotSeen`].
pub fn witnessed(
    shown: &Shown,
    last: Option<&Checkpoint>,
    keys: &[Verifier],
    signer: &Signer,
    seconds: u64,
) -> Result<Signature, NotSeen> {
    let keys = of(&shown.said.origin, keys);
    if keys.is_empty() {
        return Err(NotSeen::UnknownLog(shown.said.origin.clone()));
    }
    let signed: Vec<_> = keys.iter().map(|key| shown.note.signed_by(key)).collect();
    let forged = signed.iter().any(|signed| matches!(signed, Err(NotSigned::Forged(_))));
    if forged || !signed.iter().any(Result::is_ok) {
        return Err(NotSeen::NotSigned);
    }
    let said = &shown.said;
    let last = last.filter(|last| last.epoch >= said.epoch);
    if let Some(last) = last.filter(|last| last.epoch > said.epoch) {
        return Err(NotSeen::Inconsistent(last.size));
    }
    let size = last.map_or(0, |last| last.size);
    if shown.old != size {
        return Err(NotSeen::OtherSize(size));
    }
    if let Some(last) = last {
        if said.size == size && said.root != last.root {
            return Err(NotSeen::OtherTree(size));
        }
        if !consistent(size, &last.root, said.size, &said.root, &shown.proof) {
            return Err(NotSeen::Inconsistent(size));
        }
    }
    Ok(signer.cosign(&shown.note.text, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proofs::{Frontier, Kind, Prover, leaf_hash};

    fn log() -> Signer {
        Signer::new("hub.example/west", &[1; 32]).unwrap()
    }

    fn leaves(count: u64, salt: &str) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(&format!("{number}{salt}"))).collect()
    }

    fn checkpoint(size: u64, salt: &str, epoch: u32) -> Checkpoint {
        let mut tree = Frontier::default();
        leaves(size, salt).into_iter().for_each(|leaf| tree.push(leaf));
        Checkpoint { origin: "hub.example/west/hotspots".into(), size, root: tree.root(), epoch }
    }

    fn shown(old: u64, said: &Checkpoint, salt: &str) -> Shown {
        let mut prover = Prover::consistency(old, said.size).unwrap();
        leaves(said.size, salt).into_iter().for_each(|leaf| prover.push(leaf));
        let text = said.to_string();
        let note = Note { signatures: vec![log().sign(&text)], text };
        Shown::read(&Shown::written(old, &prover.proof().unwrap(), &note.to_string())).unwrap()
    }

    fn ask(shown: &Shown, last: Option<&Checkpoint>) -> Result<Signature, NotSeen> {
        let witness = Signer::new("school.example/witness", &[2; 32]).unwrap();
        witnessed(shown, last, &[log().verifier(Kind::Log)], &witness, 1_700_000_000)
    }

    #[test]
    fn what_goes_on_from_what_was_seen_is_signed() {
        let (first, second) = (checkpoint(7, "", 1), checkpoint(20, "", 1));
        assert!(ask(&shown(0, &first, ""), None).is_ok());
        let asked = shown(7, &second, "");
        let signature = ask(&asked, Some(&first)).unwrap();
        let witness = Signer::new("school.example/witness", &[2; 32]).unwrap();
        let mut note = asked.note;
        note.signatures.push(signature);
        assert_eq!(note.signed_by(&witness.verifier(Kind::Witness)).unwrap().time(), Some(1_700_000_000));
        assert!(ask(&shown(20, &second, ""), Some(&second)).is_ok(), "shown again, signed again");
    }

    #[test]
    fn another_log_than_the_one_seen_is_refused_and_is_an_alarm() {
        let seen = checkpoint(7, "", 1);
        let altered = ask(&shown(7, &checkpoint(20, "x", 1), "x"), Some(&seen)).unwrap_err();
        assert_eq!((altered.status(), altered.is_alarm()), (422, true));
        let other = ask(&shown(7, &checkpoint(7, "x", 1), "x"), Some(&seen)).unwrap_err();
        assert_eq!(other, NotSeen::OtherTree(7));
        // It restarts as if nothing had been seen: then it is told what was.
        assert_eq!(ask(&shown(0, &checkpoint(20, "x", 1), "x"), Some(&seen)), Err(NotSeen::OtherSize(7)));
        assert_eq!(ask(&shown(0, &checkpoint(3, "", 1), ""), Some(&seen)), Err(NotSeen::OtherSize(7)));
    }

    #[test]
    fn a_declared_restore_begins_anew_and_cannot_be_taken_back() {
        let (seen, restored) = (checkpoint(20, "", 1), checkpoint(7, "x", 2));
        assert!(ask(&shown(0, &restored, "x"), Some(&seen)).is_ok());
        assert!(ask(&shown(7, &checkpoint(20, "", 1), ""), Some(&restored)).unwrap_err().is_alarm());
    }

    #[test]
    fn who_is_not_known_or_did_not_sign_is_turned_away() {
        let said = checkpoint(7, "", 1);
        let mut asked = shown(0, &said, "");
        let witness = Signer::new("school.example/witness", &[2; 32]).unwrap();
        let other = Signer::new("hub.example/east", &[1; 32]).unwrap();
        let unknown = witnessed(&asked, None, &[other.verifier(Kind::Log)], &witness, 0).unwrap_err();
        assert_eq!(unknown.status(), 404);
        asked.note.signatures[0] = log().sign("another text\n");
        assert_eq!(ask(&asked, None).unwrap_err().status(), 403);
        for text in ["", "old 1\n", "old x\n\n", "old 0\nxx\n\na\n1\nb\n\n", "old 01\n\n"] {
            assert_eq!(Shown::read(text), Err(NotSeen::Malformed), "{text:?}");
        }
    }
}
