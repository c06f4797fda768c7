//! A file of lines that is rotated when it is large or old enough; the oldest files are removed when they are too many.
//!
//! ```text
//! processing.jsonl ─large or old enough→ processing.20260901T100000000Z.jsonl ─too much in all→ gone
//! ```
//! **Invariant:** a rotation loses no line: a process that had the file open writes to it under its new name.

use chrono::{DateTime, TimeDelta, Utc};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// When a file is put aside, and how much is kept in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Bytes of one file.
    pub size: u64,
    /// How long one file is written to, from its first line.
    pub age: TimeDelta,
    /// Bytes of all files together.
    pub total: u64,
}

/// Bytes of a first line that are looked at for when it was written.
const FIRST_LINE: u64 = 64 * 1024;

/// Where lines go.
pub(crate) struct Lines {
    path: PathBuf,
    rotation: Option<Rotation>,
    /// When the file that is written to was begun, by its inode.
    begun: Mutex<Option<(u64, DateTime<Utc>)>>,
}

impl Lines {
    pub fn to(path: PathBuf, rotation: Option<Rotation>) -> Self {
        Self { path, rotation, begun: Mutex::default() }
    }

    /// Opened again each time, so that the file can be moved away; one write, so that lines of two processes do not
    /// mix.
    pub fn append(&self, lines: &str, now: DateTime<Utc>) -> io::Result<()> {
        // One after the other: many at once would all have it open when the first of them finds it full.
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.open()?;
        if let Some(rotation) = self.rotation
            && self.is_due(&file, &mut begun, &rotation, lines, now)?
        {
            match self.put_aside(&file, &rotation, now) {
                Ok(()) => file = self.open()?,
                // A line that is written to a file that is too large is worth more than none.
                Err(error) => {
                    tracing::error!(alarm = true, %error, file = %self.path.display(), "a log of processing cannot be put aside");
                }
            }
        }
        file.write_all(lines.as_bytes())
    }

    fn open(&self) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&self.path)
    }

    fn is_due(
        &self,
        file: &File,
        begun: &mut Option<(u64, DateTime<Utc>)>,
        rotation: &Rotation,
        lines: &str,
        now: DateTime<Utc>,
    ) -> io::Result<bool> {
        let known = file.metadata()?;
        if known.len() == 0 {
            return Ok(false);
        }
        let since = match *begun {
            Some((inode, since)) if inode == known.ino() => since,
            _ => first_written(&self.path)?.unwrap_or(now),
        };
        *begun = Some((known.ino(), since));
        Ok(known.len().saturating_add(lines.len() as u64) > rotation.size || now - since >= rotation.age)
    }

    fn put_aside(&self, file: &File, rotation: &Rotation, now: DateTime<Utc>) -> io::Result<()> {
        // One process after the other; who comes second finds that it was done.
        file.lock()?;
        let there = fs::metadata(&self.path).map(|there| there.ino()).ok();
        if there == Some(file.metadata()?.ino()) {
            let stamp = now.format("%Y%m%dT%H%M%S%3fZ");
            let mut names = (0_u32..).map(|n| match n {
                0 => self.named(&stamp.to_string()),
                n => self.named(&format!("{stamp}-{n:04}")),
            });
            let Some(name) = names.find(|name| !name.exists()) else { return Ok(()) };
            fs::rename(&self.path, &name)?;
            self.tidy(rotation)?;
        }
        file.unlock()
    }

    fn named(&self, part: &str) -> PathBuf {
        self.path.with_file_name(format!("{}{part}{}", self.beginning(), self.end()))
    }

    fn beginning(&self) -> String {
        format!("{}.", self.path.file_stem().unwrap_or_default().to_string_lossy())
    }

    fn end(&self) -> String {
        self.path.extension().map_or_else(String::new, |end| format!(".{}", end.to_string_lossy()))
    }

    /// Takes away the oldest until there is room for one more that is full.
    fn tidy(&self, rotation: &Rotation) -> io::Result<()> {
        let aside = self.aside()?;
        let mut all: u64 = aside.iter().map(|(_, size)| size).sum();
        for (path, size) in aside {
            if all.saturating_add(rotation.size) <= rotation.total {
                break;
            }
            fs::remove_file(&path)?;
            all = all.saturating_sub(size);
            tracing::warn!(
                file = %path.display(),
                "the oldest log of processing was removed: all of them together have reached --processing-log-total"
            );
        }
        Ok(())
    }

    /// What was put aside, the oldest first, with its size.
    fn aside(&self) -> io::Result<Vec<(PathBuf, u64)>> {
        let folder = self.path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let mut aside = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if self.is_aside(&entry.file_name()) {
                aside.push((entry.path(), entry.metadata()?.len()));
            }
        }
        aside.sort();
        Ok(aside)
    }

    /// Whether a file beside this one has a name that was given here: no other is ever taken away.
    fn is_aside(&self, name: &OsStr) -> bool {
        let name = name.to_string_lossy();
        let between = name.strip_prefix(&self.beginning()).and_then(|rest| rest.strip_suffix(&self.end()));
        between.is_some_and(|stamp| {
            let bytes = stamp.as_bytes();
            let digits = |from: usize, until: usize| {
                bytes.get(from..until).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
            };
            digits(0, 8)
                && bytes.get(8) == Some(&b'T')
                && digits(9, 18)
                && bytes.get(18) == Some(&b'Z')
                && (bytes.len() == 19 || bytes.get(19) == Some(&b'-') && bytes.len() > 20 && digits(20, bytes.len()))
        })
    }
}

/// The moment in the first line of a file.
fn first_written(path: &Path) -> io::Result<Option<DateTime<Utc>>> {
    let mut line = Vec::new();
    BufReader::new(File::open(path)?.take(FIRST_LINE)).read_until(b'\n', &mut line)?;
    let line: serde_json::Value = serde_json::from_slice(&line).unwrap_or_default();
    Ok(line["start_time"].as_str().and_then(|moment| moment.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_were_put_aside_here_are_known_as_such() {
        let lines = Lines::to("data/processing.jsonl".into(), None);
        for ours in ["processing.20260901T100000000Z.jsonl", "processing.20260901T100000000Z-0001.jsonl"] {
            assert!(lines.is_aside(OsStr::new(ours)), "{ours}");
        }
        for other in [
            "processing.jsonl",
            "processing.old.jsonl",
            "processing.20260901T100000000Z.jsonl.gz",
            "processing.20260901T100000000Z-.jsonl",
            "other.20260901T100000000Z.jsonl",
        ] {
            assert!(!lines.is_aside(OsStr::new(other)), "{other}");
        }
    }
}
