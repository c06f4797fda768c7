//! A witness of somebody else's logs: stores the checkpoints it is shown and signs those that go on from what it saw.
//!
//! The C2SP [tlog-witness](https://c2sp.org/tlog-witness) protocol, so that any log may show its checkpoints to us, and
//! ours theirs to any witness. Pure: where the last checkpoint is kept is the caller's business, and so is that nobody
//! else stores one in between.
//!
//! What the protocol does not know are epochs. The declarations of restores come along in headers ([`DECLARATION`]), which
//! other witnesses do not read: they refuse a log that does not go on from what they saw.
//!
//! **Invariant:** what goes on otherwise than what was seen is signed only where an operator whose key was given declared
//! it, and then only as what goes on from the position and root that the declaration names.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use proofs::{Checkpoint, Declaration, Hash, NotSigned, Note, Signature, Signer, Verifier, consistent};

/// More hashes than this no proof has.
const MAX_HASHES: usize = 63;

/// The header of a request that holds the operator's note for an epoch, in base64; one for each raised epoch.
pub const DECLARATION: &str = "log-restored";

/// Whom a witness believes.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// The keys of the logs it witnesses.
    pub keys: Vec<Verifier>,
    /// The keys with which operators declare restores of them.
    pub operators: Vec<Verifier>,
}

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
    /// The notes with which an operator declared that the log was restored.
    pub declarations: Vec<String>,
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
    #[error("this log does not continue the one that was seen here at size {0}: it was altered, or the proof is wrong")]
    Inconsistent(u64),
    /// 422: the log went on otherwise, and nobody who may declare that did.
    #[error(
        "{origin} shows epoch {epoch}, epoch {seen} was seen here, and no operator's key that is known here declared every \
         epoch in between: the operator of the log declares it (`regiohub restored`), and this witness is started with \
         --operator-key, which comes from the operator and not from the hub"
    )]
    Undeclared {
        /// Which log.
        origin: String,
        /// The epoch that it shows.
        epoch: u32,
        /// The newest one that was seen.
        seen: u32,
    },
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
            Self::Inconsistent(_) | Self::Undeclared { .. } => 422,
        }
    }

    /// Whether it tells of a log that was altered, and not only of a request that missed.
    #[must_use]
    pub const fn is_alarm(&self) -> bool {
        matches!(self, Self::OtherTree(_) | Self::Inconsistent(_) | Self::Undeclared { .. })
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
        if proof.len() > MAX_HASHES || old > said.size {
            return Err(NotSeen::Malformed);
        }
        Ok(Self { old, proof, note, said, declarations: vec![] })
    }

    /// With the declarations that came along, as the headers hold them.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn declared<'a>(mut self, headers: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, NotSeen> {
        for header in headers {
            let note = BASE64_STANDARD.decode(header).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            self.declarations.push(note.ok_or(NotSeen::Malformed)?);
        }
        Ok(self)
    }
}

/// Whose log this is, by its origin: the keys whose name is the origin or begins it.
fn of<'a>(origin: &str, keys: &'a [Verifier]) -> Vec<&'a Verifier> {
    let named = |key: &&Verifier| {
        origin == key.name() || origin.strip_prefix(key.name()).is_some_and(|rest| rest.starts_with('/'))
    };
    keys.iter().filter(named).collect()
}

/// From where a log whose epoch was raised must go on: what was seen, as far as an operator declared that it was kept.
fn kept(shown: &Shown, last: &Checkpoint, operators: &[Verifier]) -> Result<(u64, Hash), NotSeen> {
    let said = &shown.said;
    // An operator speaks for one installation.
    let domain = said.origin.rsplitn(3, '/').nth(2).unwrap_or_default();
    let name = Declaration::key_name(domain);
    let operators = || operators.iter().filter(|operator| operator.name() == name);
    let read = |note: &String| operators().find_map(|operator| Declaration::signed(note, operator).ok());
    let declared: Vec<Declaration> =
        shown.declarations.iter().filter_map(read).filter(|declared| declared.origin == said.origin).collect();
    let (mut epoch, mut kept) = (last.epoch, (last.size, last.root));
    while epoch < said.epoch {
        let next = declared.iter().find(|next| next.from_epoch == epoch && next.to_epoch <= said.epoch);
        let next = next.ok_or_else(|| NotSeen::Undeclared {
            origin: said.origin.clone(),
            epoch: said.epoch,
            seen: last.epoch,
        })?;
        if next.position < kept.0 {
            kept = (next.position, next.root);
        }
        epoch = next.to_epoch;
    }
    Ok(kept)
}

/// Signs a checkpoint that goes on from the last one seen of that log. It must be stored before the signature leaves.
///
/// Of a raised epoch that is what the operator declared to be kept; it stays seen, so it cannot be taken back. Of a log
/// that was never seen any checkpoint is the first one.
///
/// # Errors
/// See [`NotSeen`].
pub fn witnessed(
    shown: &Shown,
    last: Option<&Checkpoint>,
    trusted: &Trusted,
    signer: &Signer,
    seconds: u64,
) -> Result<Signature, NotSeen> {
    let keys = of(&shown.said.origin, &trusted.keys);
    if keys.is_empty() {
        return Err(NotSeen::UnknownLog(shown.said.origin.clone()));
    }
    let signed: Vec<_> = keys.iter().map(|key| shown.note.signed_by(key)).collect();
    let forged = signed.iter().any(|signed| matches!(signed, Err(NotSigned::Forged(_))));
    if forged || !signed.iter().any(Result::is_ok) {
        return Err(NotSeen::NotSigned);
    }
    let said = &shown.said;
    let seen = match last {
        Some(last) if last.epoch > said.epoch => return Err(NotSeen::Inconsistent(last.size)),
        Some(last) if last.epoch < said.epoch => Some(kept(shown, last, &trusted.operators)?),
        last => last.map(|last| (last.size, last.root)),
    };
    let size = seen.map_or(0, |(size, _)| size);
    if shown.old != size {
        return Err(NotSeen::OtherSize(size));
    }
    if let Some((size, root)) = seen {
        if said.size == size && said.root != root {
            return Err(NotSeen::OtherTree(size));
        }
        if !consistent(size, &root, said.size, &said.root, &shown.proof) {
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
        let operators = vec![operator("hub.example").verifier(Kind::Log)];
        let trusted = Trusted { keys: vec![log().verifier(Kind::Log)], operators };
        witnessed(shown, last, &trusted, &witness, 1_700_000_000)
    }

    fn operator(domain: &str) -> Signer {
        Signer::new(&Declaration::key_name(domain), &[4; 32]).unwrap()
    }

    /// What an operator declares: that of the log in `salt` so many events were kept.
    fn declaration(from_epoch: u32, position: u64, salt: &str) -> Declaration {
        let kept = checkpoint(position, salt, from_epoch);
        let (origin, root, reason) = (kept.origin, kept.root, "The disk was lost".to_owned());
        Declaration { origin, from_epoch, to_epoch: from_epoch + 1, position, root, reason, afterwards: false }
    }

    fn with(mut shown: Shown, declared: &[(Declaration, &Signer)]) -> Shown {
        shown.declarations = declared.iter().map(|(said, by)| said.sign(by).unwrap().to_string()).collect();
        shown
    }

    #[test]
    fn a_log_that_continues_is_signed() {
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
    fn an_undeclared_epoch_is_refused_with_an_alarm() {
        let (seen, forged) = (checkpoint(20, "", 1), checkpoint(30, "x", 2));
        let (own, stranger) = (operator("hub.example"), operator("other.example"));
        let namesake = Signer::new(&Declaration::key_name("hub.example"), &[5; 32]).unwrap();
        let elsewhere = Declaration { origin: "hub.example/west/agreements".into(), ..declaration(1, 7, "x") };
        let of_another_epoch = Declaration { to_epoch: 3, ..declaration(1, 7, "x") };
        for declared in [
            vec![],
            vec![(declaration(1, 7, "x"), &stranger)],
            vec![(declaration(1, 7, "x"), &namesake)],
            vec![(elsewhere, &own)],
            vec![(of_another_epoch, &own)],
            vec![(declaration(2, 7, "x"), &own)],
        ] {
            for old in [0, 7, 20] {
                let refused = ask(&with(shown(old, &forged, "x"), &declared), Some(&seen)).unwrap_err();
                assert!(matches!(refused, NotSeen::Undeclared { epoch: 2, seen: 1, .. }), "{old} {declared:?}");
                assert!(refused.is_alarm() && refused.to_string().contains("--operator-key"));
            }
        }
        // A gap between the epochs is no chain of declarations.
        let later = with(shown(7, &checkpoint(30, "x", 3), "x"), &[(declaration(2, 7, "x"), &own)]);
        assert!(matches!(ask(&later, Some(&seen)), Err(NotSeen::Undeclared { epoch: 3, .. })));
    }

    #[test]
    fn a_declared_restore_continues_and_cannot_be_undone() {
        let (seen, own) = (checkpoint(20, "", 1), operator("hub.example"));
        // The first 7 events stay; what follows is another history.
        let mut grown = leaves(7, "");
        grown.extend(leaves(5, "x"));
        let restored = |old: u64| {
            let (mut tree, mut prover) = (Frontier::default(), Prover::consistency(old, 12).unwrap());
            grown.iter().for_each(|leaf| {
                tree.push(*leaf);
                prover.push(*leaf);
            });
            let text = Checkpoint { root: tree.root(), size: 12, epoch: 2, ..seen.clone() }.to_string();
            let note = Note { signatures: vec![log().sign(&text)], text };
            let asked = Shown::read(&Shown::written(old, &prover.proof().unwrap(), &note.to_string())).unwrap();
            with(asked, &[(declaration(1, 7, ""), &own)])
        };
        assert_eq!(ask(&restored(0), Some(&seen)), Err(NotSeen::OtherSize(7)), "it is told from where it must go on");
        assert!(ask(&restored(7), Some(&seen)).is_ok());
        assert!(ask(&restored(7), Some(&checkpoint(5, "", 1))).is_err_and(|refused| refused == NotSeen::OtherSize(5)));
        assert!(ask(&restored(5), Some(&checkpoint(5, "", 1))).is_ok(), "all that was seen was kept");
        assert!(ask(&restored(5), Some(&checkpoint(5, "y", 1))).unwrap_err().is_alarm(), "it was not");
        let forged = with(shown(7, &checkpoint(12, "x", 2), "x"), &[(declaration(1, 7, ""), &own)]);
        assert_eq!(ask(&forged, Some(&seen)), Err(NotSeen::Inconsistent(7)), "what was declared kept was altered");
        let restored = restored(7).said;
        assert!(ask(&shown(12, &checkpoint(20, "", 1), ""), Some(&restored)).unwrap_err().is_alarm());
        // Twice in a row: of what was seen at first no more stays than each of the two kept.
        let twice = [(declaration(1, 15, ""), &own), (declaration(2, 7, ""), &own)];
        assert!(ask(&with(shown(7, &checkpoint(9, "", 3), ""), &twice), Some(&seen)).is_ok());
    }

    #[test]
    fn an_unknown_or_missing_signature_is_turned_away() {
        let said = checkpoint(7, "", 1);
        let mut asked = shown(0, &said, "");
        let witness = Signer::new("school.example/witness", &[2; 32]).unwrap();
        let other = Signer::new("hub.example/east", &[1; 32]).unwrap();
        let strangers = Trusted { keys: vec![other.verifier(Kind::Log)], ..Trusted::default() };
        let unknown = witnessed(&asked, None, &strangers, &witness, 0).unwrap_err();
        assert_eq!(unknown.status(), 404);
        asked.note.signatures[0] = log().sign("another text\n");
        assert_eq!(ask(&asked, None).unwrap_err().status(), 403);
        for text in ["", "old 1\n", "old x\n\n", "old 0\nxx\n\na\n1\nb\n\n", "old 01\n\n"] {
            assert_eq!(Shown::read(text), Err(NotSeen::Malformed), "{text:?}");
        }
    }
}
