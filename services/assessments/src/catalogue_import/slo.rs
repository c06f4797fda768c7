//! Reads the two catalogue files of SLO: electives and profile modules, and their deeltaken.
//!
//! A file is read whole before anything is decided: every fault of every row is named, by its line.

mod deeltaken;
mod electives;
mod fault;
mod table;

pub use fault::{Fault, File, Wrong};

use proto_schemas::assessments::elective::{Deeltaak, Elective};
use std::collections::{HashMap, HashSet};
use vocabulary::ElectiveId;

/// How many electives may share a code, and how many deeltaken a code may have: each of the electives gets each of the
/// deeltaken. SLO has two, and eight.
const MAX_TWINS: usize = 10;
const MAX_DEELTAKEN: usize = 100;

/// What the two files say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// The electives, by the id SLO gave them, in the order of the file.
    pub electives: Vec<(ElectiveId, Elective)>,
    /// Codes that stand for more than one elective; their deeltaken were given to each of them.
    pub shared: Vec<String>,
}

/// Reads both files.
///
/// # Errors
/// Every fault found, by file and line; then nothing of the files can be trusted.
pub fn read(electives: &str, deeltaken: &str) -> Result<Read, Vec<Fault>> {
    let mut faults = Vec::new();
    let rows = electives::read(electives, &mut faults);
    let parts = deeltaken::read(deeltaken, &mut faults);

    let mut by_code: HashMap<&str, Vec<&electives::Row>> = HashMap::new();
    for row in &rows {
        by_code.entry(&row.code).or_default().push(row);
    }
    let mut of_parent: HashMap<&str, Vec<&deeltaken::Row>> = HashMap::new();
    for part in &parts {
        if by_code.contains_key(part.parent.as_str()) {
            of_parent.entry(&part.parent).or_default().push(part);
        } else {
            faults.push(Fault { file: File::Deeltaken, line: part.line, wrong: Wrong::UnknownParent });
        }
    }

    let mut read = Read::default();
    let mut named = HashSet::new();
    for row in &rows {
        let twins = by_code[row.code.as_str()].len();
        if twins > 1 && named.insert(&row.code) {
            read.shared.push(row.code.clone());
        }
        let own = of_parent.get(row.code.as_str()).map_or(&[][..], Vec::as_slice);
        if let Some(wrong) = too_many(twins, own.len()) {
            faults.push(Fault { file: File::Electives, line: row.line, wrong });
            continue;
        }
        let parts = if twins > 1 { once_each(own) } else { own.iter().map(|part| part.deeltaak.clone()).collect() };
        count(row, &parts, &mut faults);
        if let (Some(id), Some(elective)) = (row.id, row.elective.clone()) {
            read.electives.push((id, Elective { deeltaken: parts, ..elective }));
        }
    }

    if faults.is_empty() {
        Ok(read)
    } else {
        faults.sort_by_key(|fault| (fault.file, fault.line));
        Err(faults)
    }
}

fn too_many(twins: usize, parts: usize) -> Option<Wrong> {
    let twins = (twins > MAX_TWINS).then_some((MAX_TWINS, ("of the same code", "met dezelfde code")));
    let parts =
        (parts > MAX_DEELTAKEN).then_some((MAX_DEELTAKEN, ("deeltaken of this code", "deeltaken bij deze code")));
    twins.or(parts).map(|(most, what)| Wrong::TooMany { most, what })
}

/// The deeltaken of twins come doubled and spelled in two ways (`…/1` and `…/01`), with nothing to say
/// which is whose. They are the same deeltaken: one of each number, the two-digit spelling if there is one.
fn once_each(parts: &[&deeltaken::Row]) -> Vec<Deeltaak> {
    let mut by_number: Vec<(u32, Deeltaak)> = Vec::new();
    for part in parts {
        match by_number.iter_mut().find(|(number, _)| *number == part.number) {
            Some((_, known)) if known.code.len() < part.deeltaak.code.len() => *known = part.deeltaak.clone(),
            Some(_) => {}
            None => by_number.push((part.number, part.deeltaak.clone())),
        }
    }
    by_number.sort_by_key(|(number, _)| *number);
    by_number.into_iter().map(|(_, deeltaak)| deeltaak).collect()
}

/// The first file counts what the second holds: a file cut short shows here.
fn count(row: &electives::Row, parts: &[Deeltaak], faults: &mut Vec<Fault>) {
    let mut fault = |wrong| faults.push(Fault { file: File::Electives, line: row.line, wrong });
    let found = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    if row.deeltaken.is_some_and(|stated| stated != found) {
        fault(Wrong::DeeltakenCount { stated: row.deeltaken.unwrap_or_default(), found });
    } else if found == 0 {
        fault(Wrong::NoDeeltaken);
    }
    let found: u32 = parts.iter().map(|part| u32::from(part.end_terms)).sum();
    if let Some(stated) = row.end_terms.filter(|stated| *stated != found) {
        fault(Wrong::EndTermsCount { stated, found });
    }
}

#[cfg(test)]
mod tests;
