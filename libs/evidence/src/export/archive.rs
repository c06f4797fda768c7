//! A zip that is the same bytes for the same content, and never there by half.

use super::manifest::File;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A zip on its way: it gets its name once all of it is on disk.
pub(super) struct Archive {
    zip: ZipWriter<BufWriter<tempfile::NamedTempFile>>,
    path: PathBuf,
    open: Option<Open>,
    files: Vec<File>,
}

struct Open {
    name: String,
    bytes: u64,
    digest: Sha256,
}

/// How a file is kept in the zip.
#[derive(Clone, Copy)]
pub(super) enum Kept {
    /// Text becomes a tenth of its size.
    Packed,
    /// Hashes do not become smaller.
    AsIs,
}

impl Archive {
    /// Begins one beside `path`.
    pub fn create(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let file = tempfile::Builder::new().prefix(".export-").suffix(".part").tempfile_in(folder)?;
        let zip = ZipWriter::new(BufWriter::with_capacity(1 << 18, file));
        Ok(Self { zip, path: path.to_owned(), open: None, files: Vec::new() })
    }

    /// Begins a file in the zip; the one before it is finished.
    pub fn begin(&mut self, name: &str, kept: Kept) -> io::Result<()> {
        self.end();
        let options = SimpleFileOptions::default()
            // No clock and no machine in it: the same content is the same bytes.
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(0o644)
            .large_file(true);
        let options = match kept {
            Kept::Packed => options.compression_method(CompressionMethod::Deflated).compression_level(Some(2)),
            Kept::AsIs => options.compression_method(CompressionMethod::Stored),
        };
        self.zip.start_file(name, options)?;
        self.open = Some(Open { name: name.to_owned(), bytes: 0, digest: Sha256::new() });
        Ok(())
    }

    /// A file in one go.
    pub fn add(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        self.begin(name, Kept::Packed)?;
        self.write_all(content)
    }

    fn end(&mut self) {
        self.files.extend(self.open.take().map(|open| File {
            name: open.name,
            bytes: open.bytes,
            sha256: hex::encode(open.digest.finalize()),
        }));
    }

    /// The files so far, by name.
    pub fn files(&mut self) -> Vec<File> {
        self.end();
        let mut files = self.files.clone();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }

    /// Puts it on disk under its name.
    pub fn finish(self) -> io::Result<()> {
        let file = self.zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        // The name itself is on disk once its folder is.
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => fs::File::open(folder)?.sync_all(),
            _ => fs::File::open(".")?.sync_all(),
        }
    }
}

impl Write for Archive {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.zip.write_all(bytes)?;
        if let Some(open) = &mut self.open {
            open.bytes += bytes.len() as u64;
            open.digest.update(bytes);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}
