//! The secrets of an installation: a key ring for each purpose, whose generations are rotated.
//!
//! **Invariant:** a generation that was written with is never replaced: a missing file stops the start.

mod files;
mod needed;
mod purpose;
mod ring;

pub(crate) use needed::Needs;
pub use purpose::Purpose;
pub use ring::{Generation, Ring};

use files::State;
use hmac::{Hmac, KeyInit, Mac};
use purpose::First;
use sha2::Sha256;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The file in the data directory: 32 bytes in hexadecimal, readable by its owner only.
const FILE: &str = "hub.secret";

/// The root secret of an installation, and the key rings beside it. Every service of it has the same ones.
#[derive(Clone)]
pub struct Secrets {
    root: Arc<[u8; 32]>,
    /// Where the files are; none for tests.
    directory: Option<Arc<Path>>,
    /// As they were when first asked for: a rotation counts from the next start.
    rings: Arc<Mutex<HashMap<Purpose, Ring>>>,
}

/// Why there are no secrets.
#[derive(Debug, thiserror::Error)]
pub enum NoSecrets {
    /// The file cannot be read or made.
    #[error("{0}: {1}")]
    File(String, #[source] std::io::Error),
    /// There is no hub in this directory.
    #[error("{0} is not there: name the data directory of the hub")]
    NoHub(String),
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
    /// A later generation is there, and this one is not.
    #[error("{0} is missing while a later one is there; restore it from a backup: what was made with it is not found")]
    Missing(String),
    /// Somebody else changed the ring at this moment.
    #[error("{0} was made by another rotation at this moment")]
    Raced(String),
    /// This generation cannot be retired.
    #[error("generation {1} of {0} cannot be retired: {2}")]
    NotRetired(Purpose, u32, &'static str),
    /// Secrets without a directory are of tests.
    #[error("these secrets are in no directory")]
    NoDirectory,
    /// The system gives no randomness.
    #[error("no randomness: {0}")]
    NoRandomness(getrandom::Error),
}

impl Secrets {
    /// Opens the secrets in a directory, and makes them at the first start.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn open_or_create(directory: &Path) -> Result<Self, NoSecrets> {
        let root = files::open_or_create(&directory.join(FILE), NoSecrets::Unreadable)?;
        Self::opened(root, directory)
    }

    /// Opens the secrets of a hub that was started before: for commands, which make none in a directory named by mistake.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn open(directory: &Path) -> Result<Self, NoSecrets> {
        let path = directory.join(FILE);
        match path.try_exists() {
            Ok(false) => Err(NoSecrets::NoHub(path.display().to_string())),
            _ => Self::opened(files::open(&path, NoSecrets::Unreadable)?, directory),
        }
    }

    fn opened(root: [u8; 32], directory: &Path) -> Result<Self, NoSecrets> {
        let secrets = Self { root: Arc::new(root), directory: Some(directory.into()), rings: Arc::default() };
        // A ring with a gap stops the start, and not the first request.
        for purpose in Purpose::OF_EVERY_HUB.into_iter().filter(|purpose| purpose.first() == First::Derived) {
            secrets.ring(purpose)?;
        }
        secrets.later(Purpose::NaturalKeys)?;
        Ok(secrets)
    }

    /// Secrets that are gone when the program ends: for tests.
    #[must_use]
    pub fn of(root: [u8; 32]) -> Self {
        Self { root: Arc::new(root), directory: None, rings: Arc::default() }
    }

    /// The key ring for a purpose, as it was when it was first asked for; its first generation is made then where it is
    /// a file. The first generation of [`Purpose::NaturalKeys`] is the vault's own: see [`Secrets::later`].
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn ring(&self, purpose: Purpose) -> Result<Ring, NoSecrets> {
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ring) = rings.get(&purpose) {
            return Ok(ring.clone());
        }
        let mut all = self.later(purpose)?;
        if let (First::File, Some(directory)) = (purpose.first(), &self.directory) {
            if all.is_empty() {
                let path = files::path(directory, &purpose.name(), 1, State::InUse);
                let key = files::open_or_create(&path, NoSecrets::UnreadableKey)?;
                all.push(Generation { number: 1, key, prepared: false });
            }
        } else if purpose.first() != First::Vault && !self.states(purpose)?.contains_key(&1) {
            all.insert(0, Generation { number: 1, key: self.derive(&purpose.name()), prepared: false });
        }
        let ring = Ring::of(all).ok_or_else(|| NoSecrets::Missing(format!("a generation of {purpose} in use")))?;
        rings.insert(purpose, ring.clone());
        Ok(ring)
    }

    /// The generations of a purpose that are in files: all but a first one that is derived.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn later(&self, purpose: Purpose) -> Result<Vec<Generation>, NoSecrets> {
        let Some(directory) = &self.directory else { return Ok(vec![]) };
        let read = |(number, state)| {
            let path = files::path(directory, &purpose.name(), number, state);
            let key = files::open(&path, NoSecrets::UnreadableKey)?;
            Ok(Generation { number, key, prepared: state == State::Prepared })
        };
        self.states(purpose)?.into_iter().filter(|(_, state)| *state != State::Retired).map(read).collect()
    }

    /// Makes a new generation and gives its number; each process writes with it from its next start on. With `prepare`
    /// it is only known from then on, and written with after another rotation: so several processes that are started
    /// again one by one understand each other all the time.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn rotate(&self, purpose: Purpose, prepare: bool) -> Result<u32, NoSecrets> {
        let directory = self.directory.as_deref().ok_or(NoSecrets::NoDirectory)?;
        if purpose.first() == First::File {
            self.ring(purpose)?;
        }
        let last = self.states(purpose)?.pop_last();
        let at = |number, state| files::path(directory, &purpose.name(), number, state);
        if let Some((number, State::Prepared)) = last {
            let (from, to) = (at(number, State::Prepared), at(number, State::InUse));
            if !prepare {
                std::fs::rename(&from, &to).map_err(|error| NoSecrets::File(from.display().to_string(), error))?;
                files::sync(&to)?;
            }
            return Ok(number);
        }
        let number = last.map_or(1, |(number, _)| number) + 1;
        let path = at(number, if prepare { State::Prepared } else { State::InUse });
        if files::create(&path)? { Ok(number) } else { Err(NoSecrets::Raced(path.display().to_string())) }
    }

    /// From the next start of each process on, an older generation opens nothing any more.
    ///
    /// # Errors
    /// See [`NoSecrets`]; [`NoSecrets::NotRetired`] for the newest one, and where what is kept must be found with it.
    pub fn retire(&self, purpose: Purpose, number: u32) -> Result<(), NoSecrets> {
        let directory = self.directory.as_deref().ok_or(NoSecrets::NoDirectory)?;
        if !purpose.retires() {
            return Err(NoSecrets::NotRetired(purpose, number, "what was kept under it is found with it"));
        }
        let states = self.states(purpose)?;
        let newest = states.iter().rfind(|(_, state)| **state == State::InUse).map_or(1, |(number, _)| *number);
        if number == 0 || number >= newest {
            return Err(NoSecrets::NotRetired(purpose, number, "only a generation before the newest one is"));
        }
        files::place(&files::path(directory, &purpose.name(), number, State::Retired), "retired")?;
        let key = files::path(directory, &purpose.name(), number, State::InUse);
        match std::fs::remove_file(&key) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(NoSecrets::File(key.display().to_string(), error))
            }
            _ => files::sync(&key),
        }
    }

    /// The numbers of the generations that count, the one written with, and the prepared one: without any key, and nothing
    /// is made.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn numbers(&self, purpose: Purpose) -> Result<(Vec<u32>, u32, Option<u32>), NoSecrets> {
        let mut states = self.states(purpose)?;
        states.entry(1).or_insert(State::InUse);
        let newest = states.iter().rfind(|(_, state)| **state == State::InUse).map_or(1, |(number, _)| *number);
        let prepared = states.iter().find(|(_, state)| **state == State::Prepared).map(|(number, _)| *number);
        states.retain(|_, state| *state != State::Retired);
        Ok((states.into_keys().collect(), newest, prepared))
    }

    /// What each generation with a file is, checked for gaps.
    fn states(&self, purpose: Purpose) -> Result<BTreeMap<u32, State>, NoSecrets> {
        let Some(directory) = &self.directory else { return Ok(BTreeMap::new()) };
        let states = files::generations(directory, &purpose.name())?;
        let last = states.last_key_value().map_or(0, |(number, _)| *number);
        let from = if purpose.first() == First::File { 1 } else { 2 };
        let missing = |number: &u32| match states.get(number) {
            // Only the last one is prepared: those before it were written with.
            Some(State::Prepared) => *number != last,
            there => there.is_none(),
        };
        match (from..=last).find(missing) {
            Some(number) => {
                let path = files::path(directory, &purpose.name(), number, State::InUse);
                Err(NoSecrets::Missing(path.display().to_string()))
            }
            None => Ok(states),
        }
    }

    /// What opens the internal routes, as it is shown by whoever asks.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn log_secret(&self) -> Result<String, NoSecrets> {
        Ok(hex::encode(self.ring(Purpose::Log)?.newest().key()))
    }

    /// What opens the internal routes: of every generation that is not retired.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn log_secrets(&self) -> Result<Vec<String>, NoSecrets> {
        Ok(self.ring(Purpose::Log)?.all().map(|generation| hex::encode(generation.key())).collect())
    }

    /// A secret apart from the root, such as `checkpoint-west-1`: in the file `<name>.key`, made when it is first asked
    /// for. Without a directory (in tests) it is derived.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn kept(&self, name: &str) -> Result<[u8; 32], NoSecrets> {
        match &self.directory {
            Some(directory) => files::open_or_create(&directory.join(format!("{name}.key")), NoSecrets::UnreadableKey),
            None => Ok(self.derive(name)),
        }
    }

    /// The same, when it was made before; nothing is made.
    ///
    /// # Errors
    /// See [`NoSecrets`].
    pub fn kept_before(&self, name: &str) -> Result<Option<[u8; 32]>, NoSecrets> {
        let Some(directory) = &self.directory else { return Ok(Some(self.derive(name))) };
        let path = directory.join(format!("{name}.key"));
        match path.try_exists() {
            Ok(false) => Ok(None),
            _ => files::open(&path, NoSecrets::UnreadableKey).map(Some),
        }
    }

    /// Whether there is a file of that name: never without a directory.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.directory.as_ref().is_some_and(|directory| directory.join(format!("{name}.key")).exists())
    }

    /// The secret for one use, such as `identity`: 32 bytes that tell nothing of the others.
    #[must_use]
    fn derive(&self, purpose: &str) -> [u8; 32] {
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

#[cfg(test)]
mod tests;
