//! A table with `;` between fields and a header; quoted fields may hold line breaks.

use super::{Fault, File, Wrong};
use csv::{ErrorKind, ReaderBuilder, StringRecord};

/// How many rows are read of a file: fifteen times those of the larger one that SLO publishes.
pub(super) const MAX_ROWS: usize = 10_000;

/// One row, with a way to its fields by name.
pub(super) struct Fields<'a> {
    header: &'a StringRecord,
    record: StringRecord,
    pub line: u64,
}

impl Fields<'_> {
    /// The field, without space around it; empty when there is no such column.
    pub fn get(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name.trim() == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }
}

/// Calls `each` for every row that can be read, when the columns that must be there are.
pub(super) fn rows(
    file: File,
    text: &str,
    columns: &[&'static str],
    faults: &mut Vec<Fault>,
    mut each: impl FnMut(&Fields, &mut Vec<Fault>),
) {
    // Spreadsheets put a byte-order mark before the first column's name.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(_) => return faults.push(Fault { file, line: 1, wrong: Wrong::Unreadable }),
    };
    let missing: Vec<_> = columns.iter().filter(|column| !header.iter().any(|name| name.trim() == **column)).collect();
    if !missing.is_empty() {
        faults.extend(missing.into_iter().map(|column| Fault { file, line: 1, wrong: Wrong::NoColumn { column } }));
        return;
    }
    for (place, record) in reader.records().enumerate() {
        if place == MAX_ROWS {
            let wrong = Wrong::TooMany { most: MAX_ROWS, what: ("rows", "regels") };
            return faults.push(Fault { file, line: 1, wrong });
        }
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                each(&Fields { header: &header, record, line }, faults);
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                let wrong = match *error.kind() {
                    ErrorKind::UnequalLengths { expected_len, len, .. } => {
                        Wrong::Fields { expected: expected_len, found: len }
                    }
                    _ => Wrong::Unreadable,
                };
                faults.push(Fault { file, line, wrong });
            }
        }
    }
}
