//! The secrets of an installation: one root, and a secret for each use derived from it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

/// The file in the data directory: 32 bytes in hexadecimal, readable by its owner only.
const FILE: &str = "hub.secret";

/// The root secret of an installation. Every service of it has the same one.
#[derive(Clone)]
pub struct Secrets {
    root: Arc<[u8; 32]>,
    /// Where the files are; none for tests.
    directory: Option<Arc<Path>>,
}

/// Why there are no secrets.
#[derive(Debug, thiserror::Error)]
pub enum NoSecrets {
    /// The file cannot be read or made.
    #[error("{0}: {1}")]
    File(String, #[source] std::io::Error),
    /// Others may read the file.
    #[error("{0} may be read by others than its owner: `chmod 600` it")]
    Exposed(String),
    /// Not 64 hexadecimal digits.
    #[error(
        "{0} does not hold 64 hexadecimal digits; restore it from a backup, a new one would make every command id and pseudonym another"
    )]
    Unreadable(String),
    /// Not 64 hexadecimal digits.
    #[error("{0} does not hold 64 hexadecimal digits; restore it from a backup, or rotate the key")]
    UnreadableKey(String),
    /// The system gives no randomness.
    #[error("no randomness: {0}")]
    NoRandomness(getrandom::Error),
}

impl Secrets {
    /// Opens the secret in a directory, and makes it at the first start.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn open_or_create(directory: &Path) -> Result<Self, NoSecrets> {
        let root = Arc::new(open_or_create(&directory.join(FILE), NoSecrets::Unreadable)?);
        Ok(Self { root, directory: Some(directory.into()) })
    }

    /// Secrets that are gone when the program ends: for tests.
    #[must_use]
    pub fn of(root: [u8; 32]) -> Self {
        Self { root: Arc::new(root), directory: None }
    }

    /// A secret apart from the root, such as `checkpoint-west-1`: in the file `<name>.key`, made when it is first asked
    /// for. Without a directory (in tests) it is derived.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn kept(&self, name: &str) -> Result<[u8; 32], NoSecrets> {
        match &self.directory {
            Some(directory) => open_or_create(&directory.join(format!("{name}.key")), NoSecrets::UnreadableKey),
            None => Ok(self.derive(name)),
        }
    }

    /// The secret for one use, such as `identity`: 32 bytes that tell nothing of the others.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        // HMAC fills a short key up with zeroes to one block, so this is the root itself.
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(self.root.as_ref());
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// The secret in a file, made when it is not there.
fn open_or_create(path: &Path, unreadable: fn(String) -> NoSecrets) -> Result<[u8; 32], NoSecrets> {
    let shown = path.display().to_string();
    let failed = |error| NoSecrets::File(shown.clone(), error);
    if !path.try_exists().map_err(failed)? {
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        create(path, failed)?;
    }
    if path.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(NoSecrets::Exposed(shown));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let secret = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    secret.ok_or(unreadable(shown))
}

/// Written beside and linked into place: of several processes that start at once, one wins.
fn create(path: &Path, failed: impl Fn(std::io::Error) -> NoSecrets) -> Result<(), NoSecrets> {
    let mut root = [0_u8; 32];
    getrandom::fill(&mut root).map_err(NoSecrets::NoRandomness)?;
    let beside = path.with_extension(format!("{}.new", uuid::Uuid::new_v4()));
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(&failed)?;
    let written = writeln!(file, "{}", hex::encode(root)).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match std::fs::hard_link(&beside, path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    std::fs::remove_file(&beside).and(linked).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_outlives_the_process_and_each_use_has_its_own() {
        let directory = std::env::temp_dir().join(format!("regiohub-secrets-{}", uuid::Uuid::new_v4()));
        let first = Secrets::open_or_create(&directory).unwrap();
        let again = Secrets::open_or_create(&directory).unwrap();
        assert_eq!(first.derive("identity"), again.derive("identity"));
        assert_ne!(first.derive("identity"), first.derive("fingerprint"));
        assert_eq!(first.kept("signing").unwrap(), again.kept("signing").unwrap());
        assert_ne!(first.kept("signing").unwrap(), first.kept("another").unwrap());
        assert_eq!(directory.join("signing.key").metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(directory.join(FILE), std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Secrets::open_or_create(&directory), Err(NoSecrets::Exposed(_))));
        std::fs::remove_dir_all(directory).unwrap();
    }
}
