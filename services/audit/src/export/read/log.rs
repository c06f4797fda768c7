//! One log of an export, held against the same rules as one in a database.

use super::file::{Reading, Zipped};
use super::{Checked, CheckedLog, Trust, manifest};
use crate::export::{Manifest, Part, Progress};
use crate::verify::{Check, Evidence, Line, Log, Row, Signed};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use proofs::{Checkpoint, Hash, Note};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use vocabulary::amsterdam_date;

/// No event is longer.
const LINE: u64 = 1 << 26;

pub(super) fn check(
    zip: &mut Zipped,
    manifest: &Manifest,
    part: &Part,
    trust: &Trust,
    checked: &mut Checked,
    seen: &mut impl FnMut(Progress<'_>),
) -> BTreeSet<String> {
    let service = part.service.as_str();
    let mut types = BTreeSet::new();
    if part.first == 0 || part.last + 1 < part.first || part.size < part.last {
        checked.found(Some(service), None, "the range in the manifest cannot be right");
        return types;
    }
    let notes = notes(zip, service, trust, checked);
    if notes.iter().map(|(size, _, _)| *size).ne(part.checkpoints.iter().copied()) {
        checked.found(Some(service), None, "the checkpoints are not those of the manifest");
    }
    // Damaged or not: they are compared with the events and the checkpoints all the same.
    zip.read(&manifest::leaves(service), checked, |_, _| Ok(()));
    if zip.bytes(&manifest::leaves(service)) != Some(32 * part.size) {
        checked.found(Some(service), None, "there are not as many leaves as the manifest says");
        return types;
    }
    let Some(leaves) = zip.leaves_from(service, 1) else {
        checked.found(Some(service), None, "its leaves cannot be read");
        return types;
    };
    let checkpoints = notes.iter().map(|(_, note, _)| Signed { cut_at: DateTime::UNIX_EPOCH, note: note.clone() });
    let (keys, witnesses) = (trust.known.clone(), trust.witnesses.clone());
    let evidence = Evidence { checkpoints: checkpoints.collect(), keys, witnesses };
    let log = Log { region: manifest.region.clone(), service: service.to_owned() };
    let check = Check::new(log, &trust.schemas, &evidence);
    let mut reading = Events { manifest, part, check, leaves, at: 0, types: &mut types };
    reading.elsewhere(part.first - 1);
    zip.read(&manifest::events(service), checked, |lines, checked| reading.events(lines, checked, seen));
    // What could not be read is missing.
    while reading.at < part.last {
        let leaf = reading.leaf();
        reading.check.place(Row::Missing, leaf);
    }
    reading.elsewhere(part.size);
    let verdict = reading.check.end(None);
    for finding in &verdict.findings {
        checked.found(Some(service), finding.position.map(i64::unsigned_abs), finding.says.clone());
    }
    let root = BASE64_STANDARD.decode(&part.root).ok().map(hex::encode);
    if verdict.intact() && root != verdict.root {
        checked.found(Some(service), None, "the root in the manifest is not that of the events");
    }
    let trusted = notes.iter().filter(|(_, _, trusted)| *trusted).map(|(size, _, _)| *size);
    let trusted: BTreeSet<u64> = trusted.collect();
    if trusted.is_empty() && !notes.is_empty() {
        let what = "no checkpoint is signed with a key that you gave: a wrong key, or the export of another hub";
        checked.found(Some(service), None, what);
    }
    // An older key may have signed the older ones: the last one covers them too.
    let signed = verdict.checkpoints.iter().copied().filter(|size| trusted.contains(size)).max().unwrap_or(0);
    let (service, cosigned) = (service.to_owned(), verdict.cosigned);
    checked.logs.push(CheckedLog { service, first: part.first, last: part.last, signed, cosigned });
    types
}

/// The checkpoints: the size of each, its text, and whether a key that was given signed it.
fn notes(zip: &mut Zipped, service: &str, trust: &Trust, checked: &mut Checked) -> Vec<(u64, String, bool)> {
    let bytes = zip.whole(&manifest::checkpoints(service), checked);
    let text = String::from_utf8_lossy(&bytes);
    let blocks: Vec<&str> = text.split("\n\n").filter(|_| !text.is_empty()).collect();
    let notes = blocks.chunks(2).map(|block| format!("{}\n", block.join("\n\n").trim_end_matches('\n')));
    notes
        .map(|text| {
            let note = text.parse::<Note>().ok();
            let size = note.as_ref().and_then(|note| note.text.parse::<Checkpoint>().ok()).map_or(0, |read| read.size);
            let trusted = note.is_some_and(|note| trust.given.iter().any(|key| note.signed_by(key).is_ok()));
            (size, text, trusted)
        })
        .collect()
}

#[derive(Deserialize)]
struct Dated<'a> {
    time: DateTime<Utc>,
    #[serde(borrow, rename = "type")]
    event_type: Cow<'a, str>,
}

struct Events<'a, L> {
    manifest: &'a Manifest,
    part: &'a Part,
    check: Check<'a>,
    leaves: L,
    at: u64,
    types: &'a mut BTreeSet<String>,
}

impl<L: FnMut() -> Option<Hash>> Events<'_, L> {
    fn leaf(&mut self) -> Option<Hash> {
        self.at += 1;
        (self.leaves)()
    }

    /// Up to a position only the leaves are there.
    fn elsewhere(&mut self, until: u64) {
        while self.at < until {
            let leaf = self.leaf();
            self.check.place(if leaf.is_some() { Row::Elsewhere } else { Row::Missing }, leaf);
        }
    }

    fn events(
        &mut self,
        lines: &mut Reading<'_>,
        checked: &mut Checked,
        seen: &mut impl FnMut(Progress<'_>),
    ) -> io::Result<()> {
        let service = self.part.service.as_str();
        let mut line = Vec::new();
        while lines.line(&mut line, LINE)? {
            if self.at == self.part.last {
                checked.found(Some(service), Some(self.at + 1), "from here on there are events that do not belong");
                break;
            }
            let leaf = self.leaf();
            // What is no text is no event either, which is found by its first word.
            let text = String::from_utf8_lossy(&line);
            self.check.place(Row::There(Line { text: &text, leaf, columns: None }), leaf);
            if self.outside(&text) {
                checked.found(Some(service), Some(self.at), "it is outside the dates of the export");
            }
            if self.at.is_multiple_of(512) {
                seen(Progress {
                    service,
                    done: self.at + 1 - self.part.first,
                    of: self.part.last + 1 - self.part.first,
                });
            }
        }
        Ok(())
    }

    fn outside(&mut self, text: &str) -> bool {
        let Ok(event) = serde_json::from_str::<Dated<'_>>(text) else { return false };
        if !self.types.contains(event.event_type.as_ref()) {
            self.types.insert(event.event_type.into_owned());
        }
        let day = amsterdam_date(event.time);
        self.manifest.from.is_some_and(|from| day < from) || self.manifest.to.is_some_and(|to| day > to)
    }
}
