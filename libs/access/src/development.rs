//! The development issuer: signs with a key in the data directory.
//!
//! **Invariant:** nothing is minted over HTTP, and no token of it counts where a real issuer is or was configured.

use crate::{keys::Keys, mark::Mark};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use decider::Clock;
use ed25519_dalek::{
    Signer, SigningKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, spki::der::pem::LineEnding},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::Arc,
};

/// The file in the data directory, PKCS#8 in PEM, readable by its owner only.
const FILE: &str = "development-issuer.pem";

/// Why the development issuer cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// The file cannot be read or made.
    #[error("{0}: {1}")]
    File(String, #[source] io::Error),
    /// Others may read the file.
    #[error("{0} may be read by others than its owner: `chmod 600` it, or remove it to get a new key")]
    Exposed(String),
    /// A real issuer was configured once: see [`Mark`].
    #[error("{0} has left development ({1}): ask the issuer that is configured for a token")]
    Left(String, String),
    /// The file holds something else.
    #[error("{0} holds no Ed25519 key in PEM")]
    Unreadable(String),
    /// The system gives no randomness.
    #[error("no randomness: {0}")]
    NoRandomness(getrandom::Error),
}

/// Mints tokens for development. Copies hold the same key.
#[derive(Clone)]
pub struct DevIssuer {
    key: Arc<SigningKey>,
    kid: String,
    clock: Clock,
}

impl DevIssuer {
    /// The `iss` of its tokens.
    pub const ISSUER: &str = "urn:regiohub:development";
    /// The `aud` of its tokens.
    pub const AUDIENCE: &str = "regiohub";

    /// Opens the key in a data directory, and makes both when they are missing.
    ///
    /// # Errors
    /// When the directory has left development, or the file cannot be made, is no key, or may be read by others.
    pub fn open_or_create(directory: &Path) -> Result<Self, NoKey> {
        let path = directory.join(FILE);
        let shown = path.display().to_string();
        let failed = |error| NoKey::File(shown.clone(), error);
        if let Some(Mark::Left(why)) = Mark::read(directory).map_err(failed)? {
            return Err(NoKey::Left(directory.display().to_string(), why));
        }
        if !path.try_exists().map_err(failed)? {
            std::fs::create_dir_all(directory).map_err(failed)?;
            create(&path, &shown)?;
        }
        let mode = path.metadata().map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(NoKey::Exposed(shown));
        }
        let pem = std::fs::read_to_string(&path).map_err(failed)?;
        Ok(Self::with(SigningKey::from_pkcs8_pem(&pem).map_err(|_| NoKey::Unreadable(shown))?))
    }

    /// With a key that is gone when the program ends: for tests.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn ephemeral() -> Result<Self, NoKey> {
        fresh().map(Self::with)
    }

    /// Mints by another clock.
    #[must_use]
    pub fn at(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// A token for `subject`, good for `lifetime` from now.
    #[must_use]
    pub fn mint(&self, subject: &str, lifetime: TimeDelta) -> String {
        let now = self.clock.now().timestamp();
        let ends = now.saturating_add(lifetime.num_seconds());
        self.sign(&json!({ "iss": Self::ISSUER, "aud": Self::AUDIENCE, "sub": subject, "iat": now, "exp": ends }))
    }

    fn sign(&self, claims: &Value) -> String {
        let head = json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.kid });
        let message =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes()).to_bytes());
        format!("{message}.{signature}")
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys::ed25519(&self.kid, self.key.verifying_key().as_bytes())
    }

    fn with(key: SigningKey) -> Self {
        let print = Sha256::digest(key.verifying_key().as_bytes());
        Self { kid: URL_SAFE_NO_PAD.encode(&print[..8]), key: Arc::new(key), clock: Clock::system() }
    }
}

impl std::fmt::Debug for DevIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DevIssuer({})", self.kid)
    }
}

fn fresh() -> Result<SigningKey, NoKey> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(NoKey::NoRandomness)?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Written beside and linked into place, so that of several processes that start at once one key wins,
/// and none reads half a file.
fn create(path: &Path, shown: &str) -> Result<(), NoKey> {
    let failed = |error| NoKey::File(shown.to_owned(), error);
    let pem = fresh()?.to_pkcs8_pem(LineEnding::LF).map_err(|_| NoKey::Unreadable(shown.to_owned()))?;
    let beside = path.with_extension(format!("{}.new", uuid::Uuid::new_v4()));
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(failed)?;
    let written = file.write_all(pem.as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match std::fs::hard_link(&beside, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    std::fs::remove_file(&beside).and(linked).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> std::path::PathBuf {
        std::env::temp_dir().join(format!("regiohub-access-{}", uuid::Uuid::new_v4()))
    }

    #[test]
    fn the_key_is_made_once_and_readable_by_its_owner_only() {
        let directory = directory();
        let first = DevIssuer::open_or_create(&directory).unwrap();
        let again = DevIssuer::open_or_create(&directory).unwrap();
        assert_eq!(first.kid, again.kid);
        let mode = directory.join(FILE).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let directory = directory();
        DevIssuer::open_or_create(&directory).unwrap();
        std::fs::set_permissions(directory.join(FILE), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(DevIssuer::open_or_create(&directory), Err(NoKey::Exposed(_))));
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_directory_that_left_development_signs_nothing() {
        let directory = directory();
        DevIssuer::open_or_create(&directory).unwrap();
        Mark::left(&directory, "the issuer https://login.example was configured").unwrap();
        let refused = DevIssuer::open_or_create(&directory).unwrap_err().to_string();
        assert!(refused.contains("has left development (the issuer https://login.example"), "{refused}");
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn neither_key_nor_token_shows_in_a_log() {
        let issuer = DevIssuer::ephemeral().unwrap();
        assert_eq!(format!("{issuer:?}"), format!("DevIssuer({})", issuer.kid));
    }
}
