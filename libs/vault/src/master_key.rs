//! The one key that wraps all others. It is never in the database, nor in its backups.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretString, zeroize::Zeroizing};

use crate::{
    Error,
    cipher::{self, Key},
};

/// 32 random bytes, from which a key for each use is derived.
pub struct MasterKey {
    wrapping: Key,
    /// Of every generation, oldest first: the first one is derived, as before there were generations.
    natural_keys: Vec<Key>,
    /// The place of the generation that natural keys are written with.
    newest: usize,
    mark: [u8; 32],
}

impl MasterKey {
    /// From 32 bytes in base64, as in an environment variable of the operator.
    ///
    /// # Errors
    /// It is something else.
    pub fn from_base64(text: &SecretString) -> Result<Self, Error> {
        let bytes = STANDARD.decode(text.expose_secret().trim()).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| Error::MasterKey("not base64".to_owned()))?;
        let mut key = SecretBox::new(Box::new([0; 32]));
        match <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new) {
            Ok(bytes) => key.expose_secret_mut().copy_from_slice(bytes.as_slice()),
            Err(_) => return Err(Error::MasterKey("not 32 bytes; make one with: openssl rand -base64 32".to_owned())),
        }
        Ok(Self::derive(&key))
    }

    /// From the file at `path`, which only its owner may read; made when it is not there.
    ///
    /// # Errors
    /// It cannot be read or made, or others may read it.
    pub fn open_or_create(path: &Path) -> Result<Self, Error> {
        match Self::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path).map_err(|error| Error::MasterKey(format!("{}: {error}", path.display())))?;
                Self::open(path)
            }
            opened => opened,
        }
        .map_err(|error| Error::MasterKey(format!("{}: {error}", path.display())))
        .and_then(|text| Self::from_base64(&text))
    }

    fn open(path: &Path) -> io::Result<SecretString> {
        let mode = fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(io::Error::other(format!("others may read it; protect it with: chmod 600 {}", path.display())));
        }
        fs::read_to_string(path).map(SecretString::from)
    }

    fn derive(key: &Key) -> Self {
        Self {
            wrapping: cipher::derive(key, "wrapping keys"),
            natural_keys: vec![cipher::derive(key, "natural keys")],
            newest: 0,
            mark: *cipher::derive(key, "mark").expose_secret(),
        }
    }

    pub(crate) fn wrapping(&self) -> &Key {
        &self.wrapping
    }

    /// Of every generation, oldest first, and the place of the one that is written with.
    pub(crate) fn natural_keys(&self) -> (&[Key], usize) {
        (&self.natural_keys, self.newest)
    }

    /// The same master key, with the later generations of the key of natural keys, oldest first, each with whether it is
    /// only prepared: looked up with, and not written with.
    #[must_use]
    pub fn with_later_natural_keys(mut self, later: &[([u8; 32], bool)]) -> Self {
        for (bytes, prepared) in later {
            let mut key = Key::default();
            key.expose_secret_mut().copy_from_slice(bytes);
            self.natural_keys.push(key);
            if !prepared {
                self.newest = self.natural_keys.len() - 1;
            }
        }
        self
    }

    /// Says which key it is, and nothing about it.
    pub(crate) fn mark(&self) -> [u8; 32] {
        self.mark
    }
}

/// Written beside its place and linked there: never half written, and of two processes one wins.
fn create(path: &Path) -> io::Result<()> {
    let fresh = path.with_extension(format!("{}.fresh", std::process::id()));
    let _ = fs::remove_file(&fresh);
    let key = cipher::random_key().map_err(|error| io::Error::other(error.to_string()))?;
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    let text = Zeroizing::new(STANDARD.encode(key.expose_secret()));
    let placed = file
        .write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&fresh, path));
    fs::remove_file(&fresh)?;
    match placed {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let made = MasterKey::open_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(MasterKey::open_or_create(&path).unwrap().mark(), made.mark());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::open_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = MasterKey::open_or_create(&path).err().unwrap().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }

    #[test]
    fn thirty_one_bytes_are_no_key() {
        assert!(MasterKey::from_base64(&STANDARD.encode([7; 31]).into()).is_err());
        assert!(MasterKey::from_base64(&STANDARD.encode([7; 32]).into()).is_ok());
        assert!(MasterKey::from_base64(&STANDARD.encode([7; 33]).into()).is_err());
    }
}
