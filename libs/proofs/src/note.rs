//! Signed notes (C2SP): a text, and signatures that anyone checks with a short key.
//!
//! ```text
//! the text, ending in a newline
//!
//! — name of the key base64(key id ‖ signature)
//! ```

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// More signatures than this no note has.
const MAX_SIGNATURES: usize = 100;

/// What a signature says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The text itself was signed (type 0x01): by a log.
    Log,
    /// The text was seen at a moment, and is consistent with what was seen before (type 0x04): by a witness.
    Witness,
}

/// A text with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Ends in a newline.
    pub text: String,
    /// In the order in which they stand.
    pub signatures: Vec<Signature>,
}

/// One signature under a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// The public half of a key: `name+id+base64(type ‖ key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    kind: Kind,
    key: VerifyingKey,
}

/// The secret half of a key.
pub struct Signer {
    name: String,
    key: SigningKey,
}

/// A text that is not the note or key it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// Why a note is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// The key signed nothing here.
    #[error("it is not signed by {0}")]
    Absent(String),
    /// There is a signature in the key's name that the key did not make.
    #[error("the signature of {0} does not fit the text")]
    Forged(String),
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

/// Whether a key may be called so: no spaces, no `+`, nothing that ends a line.
fn fit(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c == '+' || c.is_whitespace() || c.is_control())
}

impl Signer {
    /// A key of 32 random bytes.
    ///
    /// # Errors
    /// When the name is empty, or has spaces or a `+`.
    pub fn new(name: &str, secret: &[u8; 32]) -> Result<Self, Malformed> {
        if !fit(name) {
            return Err(Malformed("the name of a key is not empty and has no spaces and no +"));
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(secret) })
    }

    /// Its public half, for signatures of this kind.
    #[must_use]
    pub fn verifier(&self, kind: Kind) -> Verifier {
        Verifier { name: self.name.clone(), kind, key: self.key.verifying_key() }
    }

    /// Signs a text, as a log does.
    #[must_use]
    pub fn sign(&self, text: &str) -> Signature {
        let bytes = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        Signature { name: self.name.clone(), id: self.verifier(Kind::Log).id(), bytes }
    }

    /// Signs that the text was seen at a moment (seconds since 1970), as a witness does.
    #[must_use]
    pub fn cosign(&self, text: &str, seconds: u64) -> Signature {
        let signed = self.key.sign(seen(text, seconds).as_bytes()).to_bytes();
        let bytes = [&seconds.to_be_bytes()[..], &signed].concat();
        Signature { name: self.name.clone(), id: self.verifier(Kind::Witness).id(), bytes }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.name)
    }
}

fn seen(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

impl Verifier {
    /// What the key is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its signatures say.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The first four bytes of `SHA-256(name ‖ 0x0A ‖ type ‖ key)`.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(&self.name).chain_update([0x0A, self.kind.byte()]);
        let hash = hash.chain_update(self.key.as_bytes()).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Whether this signature, that stands under `text` in the key's name, is the key's.
    fn made(&self, signature: &Signature, text: &str) -> bool {
        let (text, bytes) = match (self.kind, signature.time()) {
            (Kind::Witness, Some(seconds)) => (seen(text, seconds), &signature.bytes[8..]),
            (Kind::Witness, None) => return false,
            (Kind::Log, _) => (text.to_owned(), &signature.bytes[..]),
        };
        let signature = ed25519_dalek::Signature::from_slice(bytes);
        signature.is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = [&[self.kind.byte()][..], self.key.as_bytes()].concat();
        write!(f, "{}+{id:08x}+{}", self.name, BASE64_STANDARD.encode(key))
    }
}

impl FromStr for Verifier {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Malformed("a verifier key is name+id+key"));
        };
        let bytes = BASE64_STANDARD.decode(key).map_err(|_| Malformed("the key is not base64"))?;
        let kind = match bytes.first() {
            Some(1) => Kind::Log,
            Some(4) => Kind::Witness,
            _ => return Err(Malformed("the key is of a type that is not known here (Ed25519: 1 and 4)")),
        };
        let key = bytes[1..].try_into().ok().and_then(|key| VerifyingKey::from_bytes(key).ok());
        let key = key.ok_or(Malformed("these bytes are not an Ed25519 key"))?;
        let verifier = Self { name: name.to_owned(), kind, key };
        let fits = fit(name) && id.len() == 8 && u32::from_str_radix(id, 16) == Ok(u32::from_be_bytes(verifier.id()));
        if fits { Ok(verifier) } else { Err(Malformed("the id is not that of this name and key: a part was changed")) }
    }
}

impl Signature {
    /// The name of the signer that it claims.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of that key.
    #[must_use]
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// When a witness signed, in seconds since 1970; only of a signature of that length.
    #[must_use]
    pub fn time(&self) -> Option<u64> {
        let (seconds, signature) = self.bytes.split_first_chunk()?;
        (signature.len() == 64).then(|| u64::from_be_bytes(*seconds))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\u{2014} {} {}", self.name, BASE64_STANDARD.encode([&self.id[..], &self.bytes].concat()))
    }
}

impl FromStr for Signature {
    type Err = Malformed;

    fn from_str(line: &str) -> Result<Self, Malformed> {
        const LINE: Malformed = Malformed("a signature is — name base64");
        let (name, encoded) = line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' ')).ok_or(LINE)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| LINE)?;
        let (id, bytes) = bytes.split_first_chunk().ok_or(LINE)?;
        if !fit(name) || bytes.is_empty() {
            return Err(LINE);
        }
        Ok(Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

impl Note {
    /// The key's signature under this text.
    ///
    /// # Errors
    /// When there is none, or one that the key did not make.
    pub fn signed_by(&self, verifier: &Verifier) -> Result<&Signature, NotSigned> {
        let id = verifier.id();
        let mut named =
            self.signatures.iter().filter(|signature| signature.name == verifier.name && signature.id == id);
        let Some(signature) = named.next() else { return Err(NotSigned::Absent(verifier.name.clone())) };
        if verifier.made(signature, &self.text) && named.all(|signature| verifier.made(signature, &self.text)) {
            Ok(signature)
        } else {
            Err(NotSigned::Forged(verifier.name.clone()))
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl FromStr for Note {
    type Err = Malformed;

    fn from_str(note: &str) -> Result<Self, Malformed> {
        if note.chars().any(|c| c.is_ascii_control() && c != '\n') {
            return Err(Malformed("a note has no control characters"));
        }
        let (text, signatures) =
            note.rsplit_once("\n\n").ok_or(Malformed("a note has a blank line before its signatures"))?;
        let signatures =
            signatures.strip_suffix('\n').ok_or(Malformed("the note is cut off: its last line does not end"))?;
        let signatures: Vec<Signature> = signatures.split('\n').map(str::parse).collect::<Result<_, _>>()?;
        if text.is_empty() || signatures.len() > MAX_SIGNATURES {
            return Err(Malformed("a note has a text and at most 100 signatures"));
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}
