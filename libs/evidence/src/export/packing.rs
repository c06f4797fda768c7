//! Writes an export, log by log, with flat memory.

use super::archive::{Archive, Kept};
use super::page::PAGE;
use super::{Error, Export, Manifest, Part, Progress, Source, manifest};
use crate::inspect::MAX_EPOCHS;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use event_log::Lines;
use futures_util::{Stream, StreamExt};
use proofs::{Checkpoint, Frontier, Hash, NotSigned, Note, Verifier, leaf_hash};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::pin::pin;
use tokio::runtime::Handle;
use tokio::task::{JoinError, spawn_blocking};
use vocabulary::restore::CATEGORY;

impl Export {
    /// Writes the zip: whole, or not at all. `seen` is told after every few hundred events.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn write(self, seen: impl Fn(Progress<'_>) + Send + 'static) -> Result<Manifest, Error> {
        let runtime = Handle::current();
        // Packing is work for a processor: it has a thread of its own, and reading goes on meanwhile.
        let packed = spawn_blocking(move || Packing::begin(&self, &runtime, &seen)?.pack()).await;
        packed.unwrap_or_else(|ended: JoinError| std::panic::resume_unwind(ended.into_panic()))
    }
}

struct Packing<'a> {
    export: &'a Export,
    runtime: &'a Handle,
    seen: &'a dyn Fn(Progress<'_>),
    archive: Archive,
    types: BTreeSet<String>,
    policies: Vec<String>,
    keys: BTreeSet<String>,
}

impl<'a> Packing<'a> {
    fn begin(export: &'a Export, runtime: &'a Handle, seen: &'a dyn Fn(Progress<'_>)) -> Result<Self, Error> {
        let archive = Archive::create(&export.path).map_err(|error| export.unwritten(error))?;
        let (types, policies, keys) = Default::default();
        Ok(Self { export, runtime, seen, archive, types, policies, keys })
    }

    fn pack(mut self) -> Result<Manifest, Error> {
        let region = &self.export.region;
        self.add("README.txt", include_bytes!("README.txt"))?;
        self.add("verify.html", PAGE.as_bytes())?;
        let mut logs = Vec::new();
        for source in &self.export.logs {
            logs.push(self.log(source)?);
        }
        let keys: Vec<&String> = self.keys.iter().collect();
        self.add("keys.json", &pretty(&keys))?;
        self.add("policies.json", &policies(&self.policies))?;
        for (event_type, schema) in &self.export.schemas {
            if self.types.contains(event_type) {
                self.add(&format!("schemas/{event_type}.schema.json"), &pretty(schema))?;
            }
        }
        let manifest = Manifest {
            format: manifest::FORMAT.to_owned(),
            version: manifest::VERSION,
            region: region.clone(),
            from: self.export.dates.from,
            to: self.export.dates.to,
            logs,
            files: self.archive.files(),
        };
        self.add(manifest::NAME, &pretty(&manifest))?;
        let export = self.export;
        self.archive.finish().map_err(|error| export.unwritten(error))?;
        Ok(manifest)
    }

    /// Events, leaves and checkpoints of one log.
    fn log(&mut self, source: &Source) -> Result<Part, Error> {
        let (export, service) = (self.export, source.log.service());
        let positions = export.dates.positions(&source.log, &export.region, source.end);
        let (after, until) = self.runtime.block_on(positions).map_err(|error| unread(service, error))?;
        // The first checkpoint that covers the range and shows how it ends: later ones must not change the bytes.
        let last = until.unsigned_abs();
        let shown = last + u64::from(export.dates.to.is_some());
        let mut notes = read_notes(source)?;
        let covers = |size: u64, until: u64| until > 0 && size >= until && size <= source.end.unsigned_abs();
        // What an older epoch signed may be of another log than went on: it covers nothing, and is all there to compare.
        let newest = notes.iter().map(|(checkpoint, _)| checkpoint.epoch).max().unwrap_or(1);
        let sizes = notes.iter().filter(|(checkpoint, _)| checkpoint.epoch == newest);
        let sizes: Vec<u64> = sizes.map(|(checkpoint, _)| checkpoint.size).collect();
        let first = |until: u64| sizes.iter().copied().filter(|size| covers(*size, until)).min();
        let size = first(shown).or_else(|| first(last)).unwrap_or(last);
        notes.retain(|(checkpoint, _)| checkpoint.size <= size || checkpoint.epoch < newest);
        let leaves = self.events(source, after, until)?;
        let root = self.leaves(source, after, size, leaves)?;
        self.edges(source, after, until, size)?;
        self.older(source, newest, size)?;
        let text = notes.iter().map(|(_, note)| note.to_string()).collect::<Vec<_>>().join("\n");
        self.add(&manifest::checkpoints(service), text.as_bytes())?;
        let signed =
            |key: &&Verifier| notes.iter().any(|(_, note)| !matches!(note.signed_by(key), Err(NotSigned::Absent(_))));
        self.keys.extend(source.keys.iter().filter(signed).map(ToString::to_string));
        if service == "consortium" {
            let stream = format!("policy/{}", export.region);
            let history = self.runtime.block_on(source.log.history(&export.region, &stream));
            let history = history.map_err(|error| unread(service, error))?;
            self.policies.extend(history.into_iter().filter(|event| event.position <= until).map(|event| event.text));
        }
        Ok(Part {
            service: service.to_owned(),
            first: after.unsigned_abs() + 1,
            last,
            size,
            root: BASE64_STANDARD.encode(root),
            checkpoints: notes.iter().map(|(checkpoint, _)| checkpoint.size).collect(),
        })
    }

    /// Writes the texts behind `after` up to and including `until`; answers their leaves, kept in a file without a name.
    fn events(&mut self, source: &Source, after: i64, until: i64) -> Result<File, Error> {
        let export = self.export;
        let unwritten = |error| export.unwritten(error);
        let service = source.log.service();
        self.archive.begin(&manifest::events(service), Kept::Packed).map_err(unwritten)?;
        let mut leaves = BufWriter::new(tempfile::tempfile().map_err(unwritten)?);
        let of = (until - after).unsigned_abs();
        let mut at = after;
        // Hashing has tasks of its own: reading and packing go on meanwhile.
        let _inside = self.runtime.enter();
        let lines = source.log.lines_between(&export.region, after, until);
        let mut hashed = pin!(lines.map(|lines| spawn_blocking(move || lines.map(hash))).buffered(2));
        while let Some(chunk) = self.next(hashed.as_mut()) {
            let (lines, hashes) = chunk
                .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
                .map_err(|error| unread(service, error))?;
            at = follows(service, at, &lines.positions)?;
            if let Some(broken) = broken(&lines) {
                return Err(damaged(service, broken, "holds a line break"));
            }
            self.archive.write_all(lines.text.as_bytes()).map_err(unwritten)?;
            leaves.write_all(&hashes).map_err(unwritten)?;
            self.types.extend(lines.types);
            (self.seen)(Progress { service, done: (at - after).unsigned_abs(), of });
        }
        if at != until {
            return Err(damaged(service, at + 1, "is missing"));
        }
        leaves.into_inner().map_err(|error| unwritten(error.into_error()))
    }

    /// Writes every leaf from position 1 up to `size`; answers the root of the tree over them.
    fn leaves(&mut self, source: &Source, after: i64, size: u64, mut known: File) -> Result<Hash, Error> {
        let export = self.export;
        let unwritten = |error| export.unwritten(error);
        let service = source.log.service();
        self.archive.begin(&manifest::leaves(service), Kept::AsIs).map_err(unwritten)?;
        let mut tree = Frontier::default();
        self.kept_leaves(source, 0, after, &mut tree)?;
        known.rewind().map_err(unwritten)?;
        let mut known = BufReader::new(known);
        let mut leaf = Hash::default();
        loop {
            match io::Read::read_exact(&mut known, &mut leaf) {
                Ok(()) => self.leaf(leaf, &mut tree)?,
                Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(unwritten(error)),
            }
        }
        let until = i64::try_from(size).unwrap_or(i64::MAX);
        let from = i64::try_from(tree.size()).unwrap_or(i64::MAX);
        self.kept_leaves(source, from, until, &mut tree)?;
        Ok(tree.root())
    }

    /// Leaves of events that are not in the export, as the log keeps them.
    fn kept_leaves(&mut self, source: &Source, after: i64, until: i64, tree: &mut Frontier) -> Result<(), Error> {
        let service = source.log.service();
        let mut at = after;
        let _inside = self.runtime.enter();
        let mut leaves = pin!(source.log.leaves_between(&self.export.region, after, until));
        while let Some(chunk) = self.next(leaves.as_mut()) {
            let chunk = chunk.map_err(|error| unread(service, error))?;
            let positions: Vec<i64> = chunk.iter().map(|(position, _)| *position).collect();
            at = follows(service, at, &positions)?;
            for (_, leaf) in chunk {
                self.leaf(leaf, tree)?;
            }
        }
        if at == until { Ok(()) } else { Err(damaged(service, at + 1, "is missing")) }
    }

    /// Writes the events on both sides of a range of dates: as evidence, not as content.
    fn edges(&mut self, source: &Source, after: i64, until: i64, size: u64) -> Result<(), Error> {
        let (export, service) = (self.export, source.log.service());
        let before = export.dates.from.and((after > 0).then_some(after));
        let behind = export.dates.to.and((size > until.unsigned_abs()).then_some(until + 1));
        let mut texts = String::new();
        for at in before.into_iter().chain(behind) {
            let page = self.runtime.block_on(source.log.page(&export.region, at - 1, 1));
            let event = page.map_err(|error| unread(service, error))?.into_iter().find(|event| event.position == at);
            let event = event.ok_or_else(|| damaged(service, at, "is missing"))?;
            texts.extend([event.text.as_str(), "\n"]);
        }
        if texts.is_empty() { Ok(()) } else { self.add(&manifest::edges(service), texts.as_bytes()) }
    }

    /// What it takes to compare the log with what older epochs signed: their leaves, and who declared the restores.
    fn older(&mut self, source: &Source, newest: u32, size: u64) -> Result<(), Error> {
        let (export, service) = (self.export, source.log.service());
        let unwritten = |error| export.unwritten(error);
        for (epoch, leaves) in source.older.iter().filter(|(epoch, _)| *epoch < newest) {
            self.archive.begin(&manifest::older_leaves(service, *epoch), Kept::AsIs).map_err(unwritten)?;
            let mut leaves = BufReader::new(leaves);
            leaves.rewind().map_err(unwritten)?;
            io::copy(&mut leaves, &mut self.archive).map_err(unwritten)?;
        }
        let mut restores = String::new();
        for epoch in 2..=newest.max(source.epoch).min(MAX_EPOCHS) {
            let stream = format!("{}/{epoch}", CATEGORY);
            let history = self.runtime.block_on(source.log.history(&export.region, &stream));
            let history = history.map_err(|error| unread(service, error))?;
            for event in history.iter().filter(|event| event.position.unsigned_abs() <= size) {
                restores.extend([event.text.as_str(), "\n"]);
            }
        }
        if restores.is_empty() { Ok(()) } else { self.add(&manifest::restores(service), restores.as_bytes()) }
    }

    fn leaf(&mut self, leaf: Hash, tree: &mut Frontier) -> Result<(), Error> {
        tree.push(leaf);
        let export = self.export;
        self.archive.write_all(&leaf).map_err(|error| export.unwritten(error))
    }

    fn next<T>(&self, mut stream: std::pin::Pin<&mut impl Stream<Item = T>>) -> Option<T> {
        self.runtime.block_on(stream.next())
    }

    fn add(&mut self, name: &str, content: &[u8]) -> Result<(), Error> {
        let export = self.export;
        self.archive.add(name, content).map_err(|error| export.unwritten(error))
    }
}

impl Export {
    fn unwritten(&self, error: io::Error) -> Error {
        Error::Written { path: self.path.clone(), error }
    }
}

/// The checkpoints of a log, by size.
fn read_notes(source: &Source) -> Result<Vec<(Checkpoint, &Note)>, Error> {
    let unread = |error| Error::Checkpoint { service: source.log.service().to_owned(), error };
    let mut notes = Vec::new();
    for note in &source.notes {
        notes.push((note.text.parse::<Checkpoint>().map_err(unread)?, note));
    }
    notes.sort_by(|(a, one), (b, other)| (a.size, a.epoch, &one.text).cmp(&(b.size, b.epoch, &other.text)));
    Ok(notes)
}

fn hash(lines: Lines) -> (Lines, Vec<u8>) {
    let leaves = lines.texts().flat_map(leaf_hash).collect();
    (lines, leaves)
}

/// The last of positions that should follow `at` without a gap.
fn follows(service: &str, at: i64, positions: &[i64]) -> Result<i64, Error> {
    positions.iter().try_fold(at, |at, position| match position - at {
        1 => Ok(*position),
        _ => Err(damaged(service, at + 1, "is missing")),
    })
}

/// The first position whose text is more than a line.
fn broken(lines: &Lines) -> Option<i64> {
    let mut texts = lines.positions.iter().zip(lines.texts());
    texts.find(|(_, text)| text.contains('\n')).map(|(position, _)| *position)
}

/// The exact texts, one a line, together a JSON array.
fn policies(texts: &[String]) -> Vec<u8> {
    format!("[\n{}\n]\n", texts.join(",\n")).into_bytes()
}

fn pretty(value: &impl serde::Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}

fn damaged(service: &str, position: i64, what: &'static str) -> Error {
    Error::Damaged { service: service.to_owned(), position, what }
}

fn unread(service: &str, error: event_log::Error) -> Error {
    Error::Log { service: service.to_owned(), error }
}
