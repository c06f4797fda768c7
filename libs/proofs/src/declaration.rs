//! Declarations: an operator's signed word that a log was restored to an earlier point, and goes on from there as a fork.
//!
//! ```text
//! regiohub log-restored v1
//! log hub.example.nl/west/hotspots
//! epoch 1 to 2
//! kept 120
//! root CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! declared when restored
//! reason The disk of the database server was lost
//! ```

use crate::note::{Malformed, NotSigned, Note, Signer, Verifier};
use crate::{Hash, Kind};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fmt;
use std::str::FromStr;

/// The first line: no checkpoint has it as its origin and is followed by a size, so neither text reads as the other.
const FORMAT: &str = "regiohub log-restored v1";

/// That a log was restored, as the text of a signed note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Which log: `<domain of the installation>/<region>/<service>`.
    pub origin: String,
    /// The newest epoch that was published before.
    pub from_epoch: u32,
    /// The epoch that begins here; above `from_epoch`.
    pub to_epoch: u32,
    /// The last position that was kept; 0 when nothing was.
    pub position: u64,
    /// The root of the tree of the events up to and including that position.
    pub root: Hash,
    /// Why, on one line.
    pub reason: String,
    /// Whether it was declared when the new epoch had begun already: then its event is not the first one of that epoch.
    pub afterwards: bool,
}

/// Why a note declares nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDeclared {
    /// It is no declaration.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The operator's key did not sign it.
    #[error(transparent)]
    NotSigned(#[from] NotSigned),
}

impl Declaration {
    /// What the operator's key of an installation is called. No key of a region is called so: theirs have a slash.
    #[must_use]
    pub fn key_name(domain: &str) -> String {
        format!("operator@{domain}")
    }

    /// The note, signed by the operator's key.
    ///
    /// # Errors
    /// When a part does not fit on its line, or the epoch does not rise.
    pub fn sign(&self, signer: &Signer) -> Result<Note, Malformed> {
        let text = self.to_string();
        text.parse::<Self>()?;
        Ok(Note { signatures: vec![signer.sign(&text)], text })
    }

    /// Reads a note that this key signed.
    ///
    /// # Errors
    /// See [`NotDeclared`].
    pub fn signed(note: &str, operator: &Verifier) -> Result<Self, NotDeclared> {
        let note: Note = note.parse()?;
        if operator.kind() != Kind::Log {
            return Err(Malformed("a witness's key declares nothing").into());
        }
        note.signed_by(operator)?;
        Ok(note.text.parse()?)
    }
}

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.afterwards { "afterwards" } else { "when restored" };
        writeln!(f, "{FORMAT}\nlog {}\nepoch {} to {}", self.origin, self.from_epoch, self.to_epoch)?;
        writeln!(f, "kept {}\nroot {}", self.position, BASE64_STANDARD.encode(self.root))?;
        writeln!(f, "declared {when}\nreason {}", self.reason)
    }
}

impl FromStr for Declaration {
    type Err = Malformed;

    /// There is one text for each declaration: anything else is none.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        const FORM: Malformed = Malformed("this is no declaration of a restored log");
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(FORM)?.split('\n').collect();
        let [FORMAT, origin, epochs, kept, root, when, reason] = lines[..] else { return Err(FORM) };
        let (from, to) = epochs.strip_prefix("epoch ").and_then(|epochs| epochs.split_once(" to ")).ok_or(FORM)?;
        let root = root.strip_prefix("root ").and_then(|root| BASE64_STANDARD.decode(root).ok());
        let read = Self {
            origin: origin.strip_prefix("log ").ok_or(FORM)?.to_owned(),
            from_epoch: from.parse().map_err(|_| FORM)?,
            to_epoch: to.parse().map_err(|_| FORM)?,
            position: kept.strip_prefix("kept ").and_then(|kept| kept.parse().ok()).ok_or(FORM)?,
            root: root.and_then(|root| root.try_into().ok()).ok_or(FORM)?,
            reason: reason.strip_prefix("reason ").ok_or(FORM)?.to_owned(),
            afterwards: when == "declared afterwards",
        };
        if read.from_epoch < 1 || read.to_epoch <= read.from_epoch {
            return Err(Malformed("a declaration raises the epoch"));
        }
        if read.origin.is_empty() || read.reason.trim().is_empty() || read.reason.chars().any(char::is_control) {
            return Err(Malformed("a declaration has a log, and a reason on one line"));
        }
        if read.to_string() == text { Ok(read) } else { Err(FORM) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Checkpoint;

    fn declared() -> Declaration {
        Declaration {
            origin: "hub.example.nl/west/hotspots".to_owned(),
            from_epoch: 1,
            to_epoch: 2,
            position: 120,
            root: [7; 32],
            reason: "The disk of the database server was lost".to_owned(),
            afterwards: false,
        }
    }

    fn operator() -> Signer {
        Signer::new(&Declaration::key_name("hub.example.nl"), &[3; 32]).unwrap()
    }

    #[test]
    fn a_declaration_reads_as_it_was_written() {
        for declared in [declared(), Declaration { afterwards: true, position: 0, ..declared() }] {
            assert_eq!(declared.to_string().parse(), Ok(declared.clone()));
            let note = declared.sign(&operator()).unwrap().to_string();
            assert_eq!(Declaration::signed(&note, &operator().verifier(Kind::Log)), Ok(declared));
        }
    }

    #[test]
    fn another_key_or_another_text_declares_nothing() {
        let note = declared().sign(&operator()).unwrap().to_string();
        let own = Signer::new(&Declaration::key_name("hub.example.nl"), &[4; 32]).unwrap();
        assert!(Declaration::signed(&note, &own.verifier(Kind::Log)).is_err());
        assert!(Declaration::signed(&note, &operator().verifier(Kind::Witness)).is_err());
        for (from, to) in
            [("kept 120", "kept 121"), ("to 2", "to 3"), ("west", "east"), ("when restored", "afterwards")]
        {
            let forged = note.replace(from, to);
            assert_ne!(forged, note);
            assert!(Declaration::signed(&forged, &operator().verifier(Kind::Log)).is_err(), "{from}");
        }
    }

    #[test]
    fn a_part_that_does_not_fit_on_its_line_is_not_signed() {
        for wrong in [
            Declaration { reason: "first\nkept 3".to_owned(), ..declared() },
            Declaration { reason: " ".to_owned(), ..declared() },
            Declaration { origin: "a\nepoch 1 to 9".to_owned(), ..declared() },
            Declaration { origin: String::new(), ..declared() },
            Declaration { to_epoch: 1, ..declared() },
            Declaration { from_epoch: 0, ..declared() },
        ] {
            assert!(wrong.sign(&operator()).is_err(), "{wrong:?}");
        }
        for text in ["epoch 01 to 2", "epoch +1 to 2"] {
            assert!(declared().to_string().replace("epoch 1 to 2", text).parse::<Declaration>().is_err());
        }
        assert!((declared().to_string() + "more\n").parse::<Declaration>().is_err());
    }

    #[test]
    fn no_checkpoint_reads_as_a_declaration_and_none_the_other_way() {
        assert!(declared().to_string().parse::<Checkpoint>().is_err());
        for origin in [FORMAT.to_owned(), declared().to_string(), declared().to_string().trim_end().to_owned()] {
            let checkpoint = Checkpoint { origin, size: 1, root: [7; 32], epoch: 2 };
            assert!(checkpoint.to_string().parse::<Declaration>().is_err(), "{checkpoint}");
        }
    }
}
