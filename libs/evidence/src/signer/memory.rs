//! What was signed, outside the database that is signed: a folder beside the key, locked, appended and synced.
//!
//! `memory.jsonl` holds a line for each thing that must not be forgotten; the newest line of a log counts. A mark beside
//! the keys says that a memory was begun once, so that losing it is not taken for a first start.

use super::key::SigningKey;
use super::recent::Recent;
use proofs::Hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// The service whose older checkpoints are asked for too: samples follow from them.
const AUDIT: &str = "audit";

/// How a tree came to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It was signed here.
    Signed,
    /// It was the newest one kept in the database when the memory was begun.
    Upgraded,
    /// The operator gave it.
    Adopted,
    /// The operator said that nothing was signed before.
    NeverSigned,
}

/// The newest tree of a log that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remembered {
    /// Which log: `<domain>/<region>/<service>`.
    pub origin: String,
    /// Of which life of it.
    pub epoch: u32,
    /// How many events there were.
    pub size: u64,
    /// The root of the tree over them.
    #[serde(with = "hexed")]
    pub root: Hash,
    /// The signed note; none where nothing was signed.
    pub note: Option<String>,
    /// How it came here.
    pub how: How,
    /// The size of a checkpoint signed before that the log did not fit when this was taken over: nothing is signed then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfit: Option<u64>,
    /// Whether nothing was signed of this log before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first: bool,
}

/// A line of the memory.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
enum Line {
    /// The first one: which memory this is.
    Began { id: String },
    /// From here on a log that is not remembered was never signed.
    Complete,
    /// A tree.
    Tree(Remembered),
    /// A key of a region signs from now on, or has ended.
    Key { region: String, key: SigningKey },
}

/// Why there is no memory: nothing is signed then.
#[derive(Debug, thiserror::Error)]
pub enum NoMemory {
    /// Another process signs.
    #[error("another process holds the signer's memory ({0}): only one signs at a time")]
    InUse(String),
    /// It cannot be read or written.
    #[error("the signer's memory {0}: {1}")]
    File(String, #[source] io::Error),
    /// A line of it does not read.
    #[error("the signer's memory {0} does not read; restore it from a backup, and adopt the newest notes")]
    Unreadable(String),
    /// What was written last may not be on disk, though it reads as if it were.
    #[error(
        "the signer's memory {0} could not be synced: {1}. What it holds is not known until the process is started again, \
         and nothing is signed: look at the disk, and restart"
    )]
    NotSynced(String, String),
    /// It was begun elsewhere.
    #[error("{0} is the memory of another installation than {1} was made for")]
    Other(String, String),
}

/// The memory of the signer, as long as this process holds its lock.
#[derive(Debug)]
pub(crate) struct Memory {
    file: Option<File>,
    shown: String,
    mark: std::path::PathBuf,
    id: String,
    trees: BTreeMap<String, Remembered>,
    /// By log, of those from whose checkpoints something follows.
    recent: BTreeMap<String, Recent>,
    keys: BTreeMap<String, Vec<SigningKey>>,
    complete: bool,
    /// Why a sync failed: what reads as written may be in the cache of the system only.
    unsynced: Option<String>,
    /// It was begun before, and lost: who is not remembered must be adopted.
    lost: bool,
    /// Held until this is dropped.
    _lock: Option<File>,
}

impl Memory {
    /// A memory that remembers nothing and takes nothing.
    fn closed() -> Self {
        Self {
            file: None,
            shown: "nowhere".to_owned(),
            mark: std::path::PathBuf::new(),
            id: String::new(),
            trees: BTreeMap::new(),
            recent: BTreeMap::new(),
            keys: BTreeMap::new(),
            complete: false,
            unsynced: None,
            lost: true,
            _lock: None,
        }
    }

    pub(super) fn open(folder: &Path, mark: &Path) -> Result<Self, NoMemory> {
        let path = folder.join("memory.jsonl");
        let shown = path.display().to_string();
        let failed = |error| NoMemory::File(shown.clone(), error);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let private = || OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).clone();
        let lock = private().open(folder.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => NoMemory::InUse(folder.display().to_string()),
            TryLockError::Error(error) => failed(error),
        })?;
        let marked = read(mark).map_err(failed)?.map(|id| id.trim().to_owned());
        let text = read(&path).map_err(failed)?.unwrap_or_default();
        // A line that was cut off was never answered: what it is about did not leave.
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let lines: Vec<Line> = whole
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()
            .map_err(|_| NoMemory::Unreadable(shown.clone()))?;
        let mut memory =
            Self { shown: shown.clone(), mark: mark.to_owned(), lost: false, _lock: Some(lock), ..Self::closed() };
        lines.into_iter().for_each(|line| memory.take(line));
        memory.lost = marked.is_some() && !memory.complete;
        match (&marked, memory.id.as_str()) {
            (Some(marked), id) if !id.is_empty() && id != marked => {
                return Err(NoMemory::Other(shown, mark.display().to_string()));
            }
            (Some(marked), _) => memory.id.clone_from(marked),
            (None, "") => memory.id = uuid::Uuid::new_v4().to_string(),
            (None, _) => {}
        }
        // Always: what a process before this one could not sync is on disk from here on, or nothing is signed.
        memory.write_whole(&path).map_err(failed)?;
        memory.file = Some(OpenOptions::new().append(true).open(&path).map_err(failed)?);
        if memory.complete && marked.is_none() {
            memory.leave_mark()?;
        }
        Ok(memory)
    }

    /// Whether what is remembered is what is on disk.
    pub(crate) fn usable(&self) -> bool {
        self.file.is_some()
    }

    /// Whether it may be opened again after a write that failed.
    ///
    /// # Errors
    /// After a sync that failed: the system may have thrown away what it could not write, and reads it as if it were there.
    pub(super) fn may_reopen(&self) -> Result<(), NoMemory> {
        match &self.unsynced {
            None => Ok(()),
            Some(reason) => Err(NoMemory::NotSynced(self.shown.clone(), reason.clone())),
        }
    }

    /// Whether this is the first start with a memory: what was kept until now has not been taken over yet.
    pub(crate) fn begins(&self) -> bool {
        !self.complete && !self.lost
    }

    /// Whether a log that is not remembered was never signed.
    pub(crate) fn complete(&self) -> bool {
        self.complete
    }

    /// The newest tree of a log.
    pub(crate) fn tree(&self, origin: &str) -> Option<&Remembered> {
        self.trees.get(origin)
    }

    /// The note of the first checkpoint of a log that covers a position; see [`Recent::first`].
    pub(crate) fn first(&self, origin: &str, epoch: Option<u32>, position: u64) -> Option<Option<String>> {
        self.recent.get(origin)?.first(epoch, position)
    }

    pub(crate) fn trees(&self) -> impl Iterator<Item = &Remembered> {
        self.trees.values()
    }

    /// The keys of a region, the first one first; the last one signs.
    pub(crate) fn keys(&self, region: &str) -> &[SigningKey] {
        self.keys.get(region).map_or(&[], Vec::as_slice)
    }

    /// Remembers a tree; it is on disk when this returns, and only then may the note leave.
    pub(crate) fn remember(&mut self, tree: Remembered) -> Result<(), NoMemory> {
        self.append(Line::Tree(tree))
    }

    /// Remembers a key of a region, or when it ended.
    pub(crate) fn remember_key(&mut self, region: &str, key: SigningKey) -> Result<(), NoMemory> {
        self.append(Line::Key { region: region.to_owned(), key })
    }

    /// What was signed before is taken over: from now on a log that is not remembered was never signed.
    pub(crate) fn taken_over(&mut self) -> Result<(), NoMemory> {
        self.append(Line::Complete)?;
        self.leave_mark()
    }

    fn leave_mark(&self) -> Result<(), NoMemory> {
        let failed = |error| NoMemory::File(self.mark.display().to_string(), error);
        let fresh = self.mark.with_extension("fresh");
        let written = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh);
        written.and_then(|mut file| writeln!(file, "{}", self.id).and_then(|()| file.sync_all())).map_err(failed)?;
        std::fs::rename(&fresh, &self.mark).and_then(|()| synced(&self.mark)).map_err(failed)
    }

    fn append(&mut self, line: Line) -> Result<(), NoMemory> {
        let failed = |error| NoMemory::File(self.shown.clone(), error);
        let text = serde_json::to_string(&line).map_err(|error| failed(error.into()))? + "\n";
        let file = self.file.as_mut().ok_or_else(|| NoMemory::Unreadable(self.shown.clone()))?;
        // A line that is not whole is taken off again when the memory is opened the next time.
        let written = file.write_all(text.as_bytes()).map(|()| file.sync_all());
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                self.unsynced = Some(error.to_string());
                self.file = None;
                return Err(NoMemory::NotSynced(self.shown.clone(), error.to_string()));
            }
            Err(error) => {
                self.file = None;
                return Err(failed(error));
            }
        }
        self.take(line);
        Ok(())
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Began { id } => self.id = id,
            Line::Complete => self.complete = true,
            Line::Tree(tree) => {
                if tree.origin.ends_with(&format!("/{}", AUDIT)) {
                    self.recent.entry(tree.origin.clone()).or_default().push(tree.clone());
                }
                self.trees.insert(tree.origin.clone(), tree);
            }
            Line::Key { region, key } => {
                let keys = self.keys.entry(region).or_default();
                keys.retain(|known| known.number != key.number);
                keys.push(key);
            }
        }
    }

    /// Writes what is remembered beside the file, and puts it in its place.
    fn write_whole(&self, path: &Path) -> io::Result<()> {
        let mut lines = vec![Line::Began { id: self.id.clone() }];
        let keys = self.keys.iter().flat_map(|(region, keys)| keys.iter().map(move |key| (region, key)));
        lines.extend(keys.map(|(region, key)| Line::Key { region: region.clone(), key: key.clone() }));
        let recent = self.recent.values().flat_map(Recent::all);
        let others = self.trees.values().filter(|tree| !self.recent.contains_key(&tree.origin));
        lines.extend(recent.chain(others).cloned().map(Line::Tree));
        lines.extend(self.complete.then_some(Line::Complete));
        let fresh = path.with_extension("fresh");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
        for line in lines {
            writeln!(file, "{}", serde_json::to_string(&line)?)?;
        }
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        synced(path)
    }
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match File::open(path) {
        Ok(mut file) => {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok(Some(text))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Has the folder of a file remember it.
fn synced(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}

mod hexed {
    use proofs::Hash;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(from)?;
        hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| D::Error::custom("no hash"))
    }
}

#[cfg(test)]
mod tests;
