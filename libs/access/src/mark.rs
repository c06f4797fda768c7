//! The memory of a directory of secrets about its issuers.
//!
//! no mark ─started with --development→ development ─started with a real issuer→ left, for ever
//!
//! **Invariant:** nothing writes over the mark of a directory that left development.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The file, for its owner only: what it is on the first line, and why on the second.
const FILE: &str = "issuer.mark";
const DEVELOPMENT: &str = "development";
const LEFT: &str = "left development";

/// Which tokens may ever count in an installation, as its directory of secrets remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// No issuer but the development one was ever configured.
    Development,
    /// A real issuer was configured, or someone of one holds a role: why, in words.
    Left(String),
}

impl Mark {
    /// What a directory remembers; `None` where nothing was written yet, as in one of an earlier version.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(directory: &Path) -> io::Result<Option<Self>> {
        let text = match fs::read_to_string(directory.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut lines = text.lines();
        Ok(Some(match lines.next() {
            Some(DEVELOPMENT) => Self::Development,
            Some(LEFT) => Self::Left(lines.next().unwrap_or_default().to_owned()),
            // Whatever else is written there is no reason to let development tokens in.
            _ => Self::Left(format!("{FILE} cannot be understood")),
        }))
    }

    /// Remembers that a directory is one of development. Where a mark is already, it stays.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn development(directory: &Path) -> io::Result<()> {
        let fresh = Fresh::write(directory, &format!("{DEVELOPMENT}\n"))?;
        match fs::hard_link(&fresh.0, directory.join(FILE)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked.and_then(|()| File::open(directory)?.sync_all()),
        }
    }

    /// Remembers for ever that a directory left development; the first reason stays.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn left(directory: &Path, why: &str) -> io::Result<()> {
        if matches!(Self::read(directory)?, Some(Self::Left(_))) {
            return Ok(());
        }
        let line: String = why.chars().filter(|c| !c.is_control()).collect();
        let fresh = Fresh::write(directory, &format!("{LEFT}\n{line}\n"))?;
        fs::rename(&fresh.0, directory.join(FILE))?;
        File::open(directory)?.sync_all()
    }
}

/// A file beside the mark, synced; gone when it is dropped.
struct Fresh(PathBuf);

impl Fresh {
    fn write(directory: &Path, text: &str) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let fresh = Self(directory.join(format!("{FILE}.{}.new", uuid::Uuid::new_v4())));
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh.0)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
        Ok(fresh)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // Renamed into place it is not there any more.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> PathBuf {
        std::env::temp_dir().join(format!("regiohub-mark-{}", uuid::Uuid::new_v4()))
    }

    #[test]
    fn a_directory_that_left_development_never_comes_back() {
        let directory = directory();
        assert_eq!(Mark::read(&directory).unwrap(), None);
        Mark::development(&directory).unwrap();
        assert_eq!(Mark::read(&directory).unwrap(), Some(Mark::Development));
        Mark::left(&directory, "the issuer\nhttps://login.example").unwrap();
        Mark::left(&directory, "another reason").unwrap();
        Mark::development(&directory).unwrap();
        let left = Mark::Left("the issuerhttps://login.example".into());
        assert_eq!(Mark::read(&directory).unwrap(), Some(left));
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1, "nothing is left beside it");
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_mark_that_cannot_be_understood_counts_as_having_left() {
        let directory = directory();
        fs::create_dir_all(&directory).unwrap();
        for text in ["", "developmen", "development left", "\u{feff}development"] {
            fs::write(directory.join(FILE), text).unwrap();
            assert!(matches!(Mark::read(&directory).unwrap(), Some(Mark::Left(_))), "{text:?}");
        }
        fs::remove_dir_all(directory).unwrap();
    }
}
