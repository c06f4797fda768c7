//! Who are the people in an export? Their names in a file of its own beside it, for whom a mandate allows that.
//!
//! One line of JSON a person, by id: `{"person":"…","kind":"pupil","forgotten":false,"name":{"given":"…","family":"…"}}`.
//!
//! **Invariant:** nothing of the zip changes, and nothing is there under the name of the file before all of it is written
//! down in the log of processing.

use crate::oversight::sealed_names::PlainName;
use event_log::EventLog;
use evidence::export::manifest::{self, Manifest};
use futures_util::{StreamExt, TryStreamExt, stream};
use processing::{Activity, Logbook, Unwritten};
use proto_schemas::consortium::person::Event;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;
use uuid::Uuid;
use vault::Vault;
use vocabulary::{PersonId, RegionId, Sealed};
use zip::ZipArchive;

/// Events that are read, and people that are opened, at a time.
const PAGE_SIZE: usize = 500;
/// Histories that are asked for at the same time.
const CONCURRENCY: usize = 16;

/// What opens the names of everybody in an export, and writes down that it did.
#[derive(Clone, Debug)]
pub struct Names {
    /// Whose history was exported.
    pub region: RegionId,
    /// The log of the consortium: who people are.
    pub people: EventLog,
    /// Has their keys.
    pub vault: Vault,
    /// Each person whose name is opened stands in it.
    pub processing: Logbook,
}

/// What stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    /// The file: that of the zip with `-names.ndjson` in place of `.zip`.
    pub file: PathBuf,
    /// People in it, forgotten ones included.
    pub people: usize,
    /// How many of them were forgotten.
    pub forgotten: usize,
}

/// Why there are no names; no file was made then.
#[derive(Debug, thiserror::Error)]
pub enum NoNames {
    /// Its log cannot be read.
    #[error("the log of consortium cannot be read: {0}")]
    Log(#[from] event_log::Error),
    /// The vault does not answer, or something sealed is not as it was.
    #[error("the names cannot be opened: {0}")]
    Vault(#[from] vault::Error),
    /// What was opened is no name; the text is not told.
    #[error("the text that is sealed as the name of {0} is no name")]
    NoName(PersonId),
    /// Nothing is given that is not written down.
    #[error(transparent)]
    Processing(#[from] Unwritten),
    /// The zip cannot be read again, or the file cannot be written.
    #[error("the names cannot be written: {0}")]
    Written(#[from] io::Error),
}

/// A line.
#[derive(Serialize)]
struct Line {
    person: PersonId,
    kind: Kind,
    forgotten: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<PlainName>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Pupil,
    Staff,
    Contact,
}

/// Somebody with their newest name; none once they were forgotten.
struct Known {
    person: PersonId,
    kind: Kind,
    name: Option<(String, Sealed)>,
}

impl Names {
    /// Opens the names of everybody whose id stands in an event of the zip, as they are known now, and writes them
    /// beside it: whole, or not at all, for its owner only. What is held in memory is their ids.
    ///
    /// # Errors
    /// See [`NoNames`].
    pub async fn beside(&self, zip: &Path, manifest: &Manifest) -> Result<Named, NoNames> {
        let file = file(zip);
        let begun = self.processing.begin(Activity::Reveal, "export-names", None);
        let people = self.registered().await?;
        let people = in_zip(zip.to_owned(), manifest, people).await?;
        let folder = zip.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        // Such a file is for its owner only, and gone when something fails.
        let part = tempfile::Builder::new().prefix(".names-").suffix(".part").tempfile_in(folder)?;
        let mut out = BufWriter::new(part);
        let mut named = Named { file, people: 0, forgotten: 0 };
        for page in people.chunks(PAGE_SIZE) {
            let lines = self.opened(page).await?;
            let shown = lines.iter().filter(|line| line.name.is_some()).map(|line| line.person);
            self.processing.write(&begun, &self.region, shown).await?;
            for line in lines {
                serde_json::to_writer(&mut out, &line).map_err(io::Error::from)?;
                out.write_all(b"\n")?;
                named.people += 1;
                named.forgotten += usize::from(line.forgotten);
            }
        }
        let part = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        part.as_file().sync_all()?;
        part.persist(&named.file).map_err(io::Error::from)?;
        File::open(folder)?.sync_all()?;
        Ok(named)
    }

    /// Everybody who ever was registered.
    async fn registered(&self) -> Result<BTreeSet<PersonId>, NoNames> {
        let (mut people, mut at) = (BTreeSet::new(), 0);
        loop {
            let events = self.people.page(&self.region, at, PAGE_SIZE).await?;
            let Some(last) = events.last() else { return Ok(people) };
            at = last.position;
            let of_people = events.iter().filter(|event| event.category() == "person");
            people.extend(of_people.filter_map(|event| event.stream_id::<PersonId>()));
        }
    }

    async fn opened(&self, people: &[PersonId]) -> Result<Vec<Line>, NoNames> {
        let known: Vec<Option<Known>> =
            stream::iter(people.to_vec()).map(|person| self.known(person)).buffered(CONCURRENCY).try_collect().await?;
        let known: Vec<Known> = known.into_iter().flatten().collect();
        let sealed: Vec<(&str, &Sealed)> =
            known.iter().filter_map(|it| it.name.as_ref()).map(|(field, sealed)| (field.as_str(), sealed)).collect();
        let mut opened = self.vault.open_all(&self.region, &sealed).await?.into_iter();
        let line = |Known { person, kind, name }| {
            let plain = name.and_then(|_| opened.next().flatten());
            let name = plain.map(|plain| serde_json::from_str(&plain)).transpose();
            // The text of the error may quote the name.
            let name: Option<PlainName> = name.map_err(|_| NoNames::NoName(person))?;
            Ok(Line { person, kind, forgotten: name.is_none(), name })
        };
        known.into_iter().map(line).collect()
    }

    /// What the log says of a person.
    async fn known(&self, person: PersonId) -> Result<Option<Known>, NoNames> {
        let mut known: Option<Known> = None;
        for happened in self.people.history(&self.region, &format!("person/{person}")).await? {
            let (kind, name) = match happened.event::<Event>().map_err(event_log::Error::from)? {
                Event::PupilRegistered { name, .. } | Event::PupilCorrected { name, .. } => (Kind::Pupil, name),
                Event::StaffRegistered { name, .. } => (Kind::Staff, name),
                Event::ContactRegistered { name, .. } => (Kind::Contact, name),
                Event::PupilMoved { .. } | Event::PersonLeft { .. } | Event::PersonReturned { .. } => continue,
                Event::PersonForgotten { .. } => {
                    known = known.map(|known| Known { name: None, ..known });
                    continue;
                }
            };
            known = Some(Known { person, kind, name: Some((format!("{}#name", happened.event_type), name)) });
        }
        Ok(known)
    }
}

/// Where the names beside a zip stand.
fn file(zip: &Path) -> PathBuf {
    let stem = zip.file_stem().unwrap_or_default().to_string_lossy();
    zip.with_file_name(format!("{stem}-names.ndjson"))
}

/// Those whose id stands in an event of the zip, by id.
async fn in_zip(zip: PathBuf, exported: &Manifest, people: BTreeSet<PersonId>) -> io::Result<Vec<PersonId>> {
    let events: Vec<String> = exported.logs.iter().map(|part| manifest::events(&part.service)).collect();
    let read = move || {
        let (mut zip, mut there) = (ZipArchive::new(BufReader::new(File::open(zip)?))?, BTreeSet::new());
        for events in events {
            for line in BufReader::new(zip.by_name(&events)?).lines() {
                let line = line?;
                there.extend(ids(&line).map(PersonId).filter(|id| people.contains(id)));
            }
        }
        Ok(there.into_iter().collect())
    };
    spawn_blocking(read).await.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

/// Whatever is written as an id in a text.
fn ids(text: &str) -> impl Iterator<Item = Uuid> {
    let words = text.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-');
    words.filter(|word| word.len() == 36).filter_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_lies_beside_the_zip_and_is_called_after_it() {
        assert_eq!(file(Path::new("/srv/voorbeeld.zip")), Path::new("/srv/voorbeeld-names.ndjson"));
        assert_eq!(file(Path::new("voorbeeld")), Path::new("voorbeeld-names.ndjson"));
    }

    #[test]
    fn an_id_is_found_wherever_it_stands_in_a_text() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(0xabc));
        let text =
            format!(r#"{{"subject":"person/{one}","data":{{"pupil":"{other}","day":"2026-09-01","line":"x#3"}}}}"#);
        assert_eq!(ids(&text).collect::<Vec<_>>(), [one, other]);
    }
}
