//! The files of secrets: 32 bytes in hexadecimal, readable by their owner only.
//!
//! The generation `n` of a purpose is in `<purpose>-<n>.key`; `.next` while it is only prepared, and `.retired` holds the
//! place of one that is not accepted any more. The name of a purpose never ends with a number.

use super::NoSecrets;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What a file says of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Prepared,
    InUse,
    Retired,
}

impl State {
    const ALL: [Self; 3] = [Self::Prepared, Self::InUse, Self::Retired];

    const fn ending(self) -> &'static str {
        match self {
            Self::Prepared => "next",
            Self::InUse => "key",
            Self::Retired => "retired",
        }
    }
}

/// Where a generation is kept.
pub(super) fn path(directory: &Path, purpose: &str, number: u32, state: State) -> PathBuf {
    directory.join(format!("{purpose}-{number}.{}", state.ending()))
}

/// The generations of a purpose for which there is a file. Where there are two, because a change was cut off, the later
/// state counts.
pub(super) fn generations(directory: &Path, purpose: &str) -> Result<BTreeMap<u32, State>, NoSecrets> {
    let failed = |error| NoSecrets::File(directory.display().to_string(), error);
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let Some((number, state)) = name.to_str().and_then(|name| read(name, purpose)) else { continue };
        let known = found.entry(number).or_insert(state);
        *known = state.max(*known);
    }
    Ok(found)
}

fn read(name: &str, purpose: &str) -> Option<(u32, State)> {
    let (number, ending) = name.strip_prefix(purpose)?.strip_prefix('-')?.split_once('.')?;
    let state = State::ALL.into_iter().find(|state| state.ending() == ending)?;
    // `01` and `+1` are no numbers of ours.
    let parsed: u32 = number.parse().ok().filter(|parsed: &u32| *parsed > 0)?;
    (parsed.to_string() == number).then_some((parsed, state))
}

/// The secret in a file, made when it is not there.
pub(super) fn open_or_create(path: &Path, unreadable: fn(String) -> NoSecrets) -> Result<[u8; 32], NoSecrets> {
    let failed = |error| NoSecrets::File(path.display().to_string(), error);
    if !path.try_exists().map_err(failed)? {
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        create(path)?;
    }
    open(path, unreadable)
}

/// The secret in a file.
pub(super) fn open(path: &Path, unreadable: fn(String) -> NoSecrets) -> Result<[u8; 32], NoSecrets> {
    let shown = path.display().to_string();
    let failed = |error| NoSecrets::File(shown.clone(), error);
    if path.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
        return Err(NoSecrets::Exposed(shown));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let secret = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    secret.ok_or(unreadable(shown))
}

/// Makes a secret, and says whether it did: of several processes that start at once, one wins.
pub(super) fn create(path: &Path) -> Result<bool, NoSecrets> {
    let mut root = [0_u8; 32];
    getrandom::fill(&mut root).map_err(NoSecrets::NoRandomness)?;
    place(path, &hex::encode(root))
}

/// Writes a file beside its place and links it there: never half written, never over another one, kept when this returns.
pub(super) fn place(path: &Path, text: &str) -> Result<bool, NoSecrets> {
    let failed = |error| NoSecrets::File(path.display().to_string(), error);
    let beside = path.with_extension(format!("{}.new", uuid::Uuid::new_v4()));
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(failed)?;
    let written = writeln!(file, "{text}").and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match std::fs::hard_link(&beside, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        linked => linked.map(|()| true),
    });
    let linked = std::fs::remove_file(&beside).and(linked).map_err(failed)?;
    sync(path)?;
    Ok(linked)
}

/// Has the directory of a file remember it.
pub(super) fn sync(path: &Path) -> Result<(), NoSecrets> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(|error| NoSecrets::File(directory.display().to_string(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_one_generation_of_one_purpose_or_to_none() {
        assert_eq!(read("log-2.key", "log"), Some((2, State::InUse)));
        assert_eq!(read("messages-co-financing-1.next", "messages-co-financing"), Some((1, State::Prepared)));
        for other in ["log.key", "log-0.key", "log-01.key", "log-+1.key", "log-2.key.new", "log-2-3.key", "log-2"] {
            assert_eq!(read(other, "log"), None, "{other}");
        }
        assert_eq!(read("checkpoint-log-2.key", "log"), None);
    }
}
