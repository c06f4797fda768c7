//! The zip of an export: its files, compared with what the manifest says of them.

use super::Checked;
use crate::export::manifest::{self, File};
use proofs::Hash;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// Larger than this no file is that is read as a whole.
const WHOLE: u64 = 1 << 30;

pub(super) struct Zipped {
    path: PathBuf,
    zip: ZipArchive<BufReader<fs::File>>,
    names: BTreeSet<String>,
    expected: BTreeMap<String, File>,
    read: BTreeSet<String>,
}

/// A file in the zip, digested while it is read.
pub(super) struct Reading<'a> {
    inner: BufReader<zip::read::ZipFile<'a, BufReader<fs::File>>>,
    digest: Sha256,
    bytes: u64,
}

impl Zipped {
    /// Opens it; what is in the way inside is told in words.
    pub fn open(path: &Path) -> io::Result<Result<Self, String>> {
        let file = fs::File::open(path)?;
        let zip = match ZipArchive::new(BufReader::new(file)) {
            Ok(zip) => zip,
            Err(error) => {
                return Ok(Err(format!("this is no zip, or it is damaged or cut off: {error}; ask for it again")));
            }
        };
        let mut names = BTreeSet::new();
        for name in zip.file_names() {
            let Ok(name) = name else { return Ok(Err("a file in the zip has no readable name".to_owned())) };
            names.insert(name.into_owned());
        }
        if names.len() != zip.len() || zip.has_duplicate_names() {
            return Ok(Err("two files in the zip have the same name".to_owned()));
        }
        Ok(Ok(Self { path: path.to_owned(), zip, names, expected: BTreeMap::new(), read: BTreeSet::new() }))
    }

    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// How long a file is, unpacked.
    pub fn bytes(&mut self, name: &str) -> Option<u64> {
        self.zip.by_name(name).ok().map(|file| file.size())
    }

    /// What the manifest says of the files.
    pub fn expect(&mut self, files: &[File]) {
        self.expected = files.iter().map(|file| (file.name.clone(), file.clone())).collect();
    }

    /// Reads a file by `each`; compares length and digest when it was read to its end.
    pub fn read<T>(
        &mut self,
        name: &str,
        checked: &mut Checked,
        each: impl FnOnce(&mut Reading<'_>, &mut Checked) -> io::Result<T>,
    ) -> Option<T> {
        self.read.insert(name.to_owned());
        let expected = self.expected.get(name);
        if !self.names.contains(name) {
            checked.find(format!("{name} is missing"));
            return None;
        }
        let file = match self.zip.by_name(name) {
            Ok(file) => file,
            Err(error) => {
                checked.find(format!("{name} is damaged: {error}"));
                return None;
            }
        };
        let mut reading = Reading { inner: BufReader::with_capacity(1 << 16, file), digest: Sha256::new(), bytes: 0 };
        let done = each(&mut reading, checked).and_then(|done| reading.drain().map(|()| done));
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                checked.find(format!("{name} is damaged: {error}"));
                return None;
            }
        };
        let digest = hex::encode(reading.digest.finalize());
        if let Some(expected) = expected
            && (expected.bytes != reading.bytes || expected.sha256 != digest)
        {
            checked.find(format!("the SHA-256 of {name} is not the one in the manifest"));
        }
        Some(done)
    }

    /// A small file.
    pub fn whole(&mut self, name: &str, checked: &mut Checked) -> Vec<u8> {
        let read = self.read(name, checked, |reading, _| {
            let mut bytes = Vec::new();
            reading.by_ref().take(WHOLE).read_to_end(&mut bytes)?;
            Ok(bytes)
        });
        read.unwrap_or_default()
    }

    /// What was not read on the way.
    pub fn rest(&mut self, checked: &mut Checked) {
        let named: Vec<String> = self.expected.keys().filter(|name| !self.read.contains(*name)).cloned().collect();
        for name in named {
            self.read(&name, checked, |_, _| Ok(()));
        }
    }

    /// The leaves in a file, from a position on.
    pub fn leaves_from(&self, name: &str, position: u64) -> Option<impl FnMut() -> Option<Hash> + use<>> {
        // They are kept as they are, so that one can go straight to any of them.
        let mut zip = ZipArchive::new(BufReader::new(fs::File::open(&self.path).ok()?)).ok()?;
        let at = {
            let entry = zip.by_name(name).ok()?;
            let at = (entry.compression() == zip::CompressionMethod::Stored).then(|| entry.data_start())??;
            (at, entry.size() / 32)
        };
        let (at, count) = at;
        let mut left = count.checked_sub(position - 1)?;
        let mut file = zip.into_inner();
        io::Seek::seek(&mut file, io::SeekFrom::Start(at + 32 * (position - 1))).ok()?;
        Some(move || {
            left = left.checked_sub(1)?;
            let mut leaf = Hash::default();
            file.read_exact(&mut leaf).ok().map(|()| leaf)
        })
    }

    /// One leaf.
    pub fn leaf(&self, service: &str, position: u64) -> Option<Hash> {
        self.leaves_from(&manifest::leaves(service), position)?()
    }
}

impl Reading<'_> {
    /// The next line without its end, into `line`; false when there is none. A line longer than `most` is an error.
    pub fn line(&mut self, line: &mut Vec<u8>, most: u64) -> io::Result<bool> {
        line.clear();
        let read = self.inner.by_ref().take(most).read_until(b'\n', line)?;
        self.digest.update(&line);
        self.bytes += read as u64;
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if read as u64 == most {
            return Err(io::Error::other("a line is longer than any event"));
        }
        Ok(read > 0)
    }

    fn drain(&mut self) -> io::Result<()> {
        let mut rest = [0; 1 << 14];
        while self.read(&mut rest)? > 0 {}
        Ok(())
    }
}

impl Read for Reading<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.digest.update(&bytes[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
