//! One log of an export, held against the same rules as one in a database.

use super::file::{Reading, Zipped};
use super::{Checked, CheckedLog, Finding, Trust, edges, manifest};
use crate::export::{Manifest, Part, Progress};
use crate::said::said;
use crate::verify::{Check, End, Evidence, Given, Line, Log, Restore, Row, Signed};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use proofs::Hash;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use vocabulary::amsterdam_date;

/// No event is longer.
const LINE: u64 = 1 << 26;

/// What was met among the events of a log.
#[derive(Default)]
pub(super) struct Inside {
    /// Their types.
    pub types: BTreeSet<String>,
    /// The positions of adopted policies.
    pub policies: BTreeSet<u64>,
}

pub(super) fn check(
    zip: &mut Zipped,
    manifest: &Manifest,
    part: &Part,
    trust: &Trust,
    checked: &mut Checked,
    seen: &mut impl FnMut(Progress<'_>),
) -> Inside {
    let service = part.service.as_str();
    let mut inside = Inside::default();
    if part.first == 0 || part.last >= i64::MAX.unsigned_abs() || part.last + 1 < part.first || part.size < part.last {
        checked.found(Some(service), None, "the range in the manifest cannot be right");
        return inside;
    }
    // Without dates it is all of the log, and there are no leaves of anything else.
    if (manifest.from.is_none() && part.first != 1) || (manifest.to.is_none() && part.size != part.last) {
        checked.found(Some(service), Some(part.last + 1), "the range in the manifest is not that of its dates");
    }
    let notes = notes(zip, service, checked);
    let places: Vec<(u64, u32)> =
        notes.iter().map(|note| said(note).map_or((0, 0), |said| (said.size, said.epoch))).collect();
    if places.iter().map(|(size, _)| *size).ne(part.checkpoints.iter().copied()) {
        checked.found(Some(service), None, "the checkpoints are not those of the manifest");
    }
    if !places.is_sorted_by(|one, next| one < next) {
        checked.found(Some(service), None, "the checkpoints do not stand in their order, each once");
    }
    // Damaged or not: they are compared with the events and the checkpoints all the same.
    zip.read(&manifest::leaves(service), checked, |_, _| Ok(()));
    if zip.bytes(&manifest::leaves(service)) != Some(32 * part.size) {
        checked.found(Some(service), None, "there are not as many leaves as the manifest says");
        return inside;
    }
    let Some(leaves) = zip.leaves_from(&manifest::leaves(service), 1) else {
        checked.found(Some(service), None, "its leaves cannot be read");
        return inside;
    };
    let log = Log { region: manifest.region.clone(), service: service.to_owned() };
    let signed = notes.iter().map(|note| Signed { cut_at: DateTime::UNIX_EPOCH, note: note.clone(), kept_as: None });
    let ending = format!("/{}/{service}", manifest.region);
    let own = |note: &&String| said(note).is_some_and(|said| said.origin.ends_with(&ending));
    let checkpoints = trust.given.checkpoints.iter().filter(own).cloned().collect();
    let given = Given { checkpoints, ..trust.given.clone() };
    let restores = restores(zip, service, checked);
    let evidence = Evidence { checkpoints: signed.collect(), listed: trust.listed.clone(), restores, given };
    let older = places.iter().map(|(_, epoch)| *epoch).collect::<BTreeSet<u32>>().into_iter().filter_map(|epoch| {
        let leaves = zip.leaves_from(&manifest::older_leaves(service, epoch), 1)?;
        Some((epoch, Box::new(leaves) as Leaves))
    });
    let older = older.collect();
    let check = Check::new(log, trust.schemas, &evidence);
    let mut reading = Events { manifest, part, check, leaves, older, at: 0, inside: &mut inside };
    reading.elsewhere(part.first - 1);
    zip.read(&manifest::events(service), checked, |lines, checked| reading.events(lines, checked, seen));
    // What could not be read is missing.
    while reading.at < part.last {
        let leaf = reading.leaf();
        let others = reading.others();
        reading.check.place(Row::Missing, leaf, &others);
    }
    reading.elsewhere(part.size);
    for (epoch, leaves) in &mut reading.older {
        while let Some(leaf) = leaves() {
            reading.check.behind(*epoch, leaf);
        }
    }
    let verdict = reading.check.end(End::Export { last: part.last });
    for finding in &verdict.findings {
        let position = finding.position.map(i64::unsigned_abs);
        checked.coded(Some(service), position, Some(finding.what), finding.says.clone());
    }
    for finding in &verdict.nonconforming {
        checked.nonconforming.push(Finding {
            service: Some(service.to_owned()),
            position: finding.position.map(i64::unsigned_abs),
            code: Some(finding.what),
            what: finding.says.clone(),
        });
    }
    let root = BASE64_STANDARD.decode(&part.root).ok().map(hex::encode);
    if verdict.found == 0 && root != verdict.root {
        checked.found(Some(service), None, "the root in the manifest is not that of the events");
    }
    let signed = verdict.verdict.reach().map_or(0, |(up_to, _)| up_to);
    let open = edges::check(zip, manifest, part, signed, checked);
    checked.logs.push(CheckedLog {
        service: service.to_owned(),
        first: part.first,
        last: part.last,
        verdict: verdict.verdict.with_edges(open.is_empty()),
        signed,
        not_considered: verdict.not_considered,
        cosigned: verdict.cosigned,
        forks: verdict.forks,
        open,
    });
    inside
}

/// The events that declare restores, wherever they stand in the log.
fn restores(zip: &mut Zipped, service: &str, checked: &mut Checked) -> Vec<Restore> {
    let name = manifest::restores(service);
    if !zip.has(&name) {
        return vec![];
    }
    let bytes = zip.whole(&name, checked);
    let text = String::from_utf8_lossy(&bytes);
    let at = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["position"].as_u64();
    text.lines().map(|line| Restore { at: at(line).unwrap_or(0), text: line.to_owned() }).collect()
}

/// The texts of the checkpoints.
fn notes(zip: &mut Zipped, service: &str, checked: &mut Checked) -> Vec<String> {
    let bytes = zip.whole(&manifest::checkpoints(service), checked);
    let text = String::from_utf8_lossy(&bytes);
    let blocks: Vec<&str> = text.split("\n\n").filter(|_| !text.is_empty()).collect();
    blocks.chunks(2).map(|block| format!("{}\n", block.join("\n\n").trim_end_matches('\n'))).collect()
}

#[derive(Deserialize)]
struct Dated<'a> {
    time: DateTime<Utc>,
    #[serde(borrow, rename = "type")]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    subject: Cow<'a, str>,
}

type Leaves = Box<dyn FnMut() -> Option<Hash>>;

struct Events<'a, L> {
    manifest: &'a Manifest,
    part: &'a Part,
    check: Check<'a>,
    leaves: L,
    /// Of older epochs.
    older: Vec<(u32, Leaves)>,
    at: u64,
    inside: &'a mut Inside,
}

impl<L: FnMut() -> Option<Hash>> Events<'_, L> {
    fn leaf(&mut self) -> Option<Hash> {
        self.at += 1;
        (self.leaves)()
    }

    fn others(&mut self) -> Vec<(u32, Hash)> {
        self.older.iter_mut().filter_map(|(epoch, leaves)| Some((*epoch, leaves()?))).collect()
    }

    /// Up to a position only the leaves are there.
    fn elsewhere(&mut self, until: u64) {
        while self.at < until {
            let leaf = self.leaf();
            let others = self.others();
            self.check.place(if leaf.is_some() { Row::Elsewhere } else { Row::Missing }, leaf, &others);
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
            let others = self.others();
            self.check.place(Row::There(Line { text: &text, leaf, columns: None }), leaf, &others);
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
        if !self.inside.types.contains(event.event_type.as_ref()) {
            self.inside.types.insert(event.event_type.into_owned());
        }
        if self.part.service == "consortium"
            && event.subject.strip_prefix("policy/") == Some(self.manifest.region.as_str())
        {
            self.inside.policies.insert(self.at);
        }
        let day = amsterdam_date(event.time);
        self.manifest.from.is_some_and(|from| day < from) || self.manifest.to.is_some_and(|to| day > to)
    }
}
