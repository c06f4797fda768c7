//! A file of rows with a header: UTF-8 with or without BOM, or cp1252; `;`, `,` or tabs.

use super::{Fault, Faults};
use csv::StringRecord;
use std::collections::HashMap;

/// How many columns a file may have: several times those of any file that schools or DUO make.
const MAX_COLUMNS: usize = 256;

/// How many rows a file may have: more pupils than fit in a body.
const MAX_ROWS: usize = 25_000;

/// A file of rows, each cell trimmed.
#[derive(Debug)]
pub struct Table {
    header: StringRecord,
    /// Where the first column of each name is, in small letters.
    places: HashMap<String, usize>,
    rows: Vec<(u64, StringRecord)>,
}

/// One row, with its cells by the names of their columns.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    /// The line it begins on.
    pub line: u64,
    cells: &'a StringRecord,
}

impl Table {
    /// Reads a file, in time that is linear in its length.
    ///
    /// # Errors
    /// What makes it unreadable: no header, quotes that never end, or more columns or rows than are read.
    pub fn read(bytes: &[u8]) -> Result<Self, Faults> {
        let unreadable = |english: &str, dutch: &str| Faults::from_iter([Fault::of_file(english, dutch)]);
        let text = decoded(bytes);
        let first = text.lines().next().unwrap_or_default();
        let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
        let delimiter = [b';', b',', b'\t'].into_iter().max_by_key(count).unwrap_or(b';');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut header: Option<StringRecord> = None;
        let mut rows = Vec::new();
        let mut lines = Lines { text: text.as_bytes(), read: 0, line: 1 };
        for record in reader.records() {
            let record =
                record.map_err(|_| unreadable("This is no file of rows.", "Dit is geen bestand met rijen."))?;
            let line = lines.of(record.position().map_or(0, csv::Position::byte));
            if header.is_none() {
                if record.len() > MAX_COLUMNS {
                    let english = format!("The file has more than {MAX_COLUMNS} columns.");
                    return Err(unreadable(&english, &format!("Het bestand heeft meer dan {MAX_COLUMNS} kolommen.")));
                }
                header = Some(record);
            } else if record.iter().any(|cell| !cell.is_empty()) {
                if rows.len() == MAX_ROWS {
                    let english = format!("The file has more than {MAX_ROWS} rows.");
                    return Err(unreadable(&english, &format!("Het bestand heeft meer dan {MAX_ROWS} rijen.")));
                }
                rows.push((line, record));
            }
        }
        let header = header.unwrap_or_default();
        if header.iter().all(str::is_empty) {
            return Err(unreadable("The file is empty.", "Het bestand is leeg."));
        }
        let mut places = HashMap::new();
        for (place, name) in header.iter().enumerate() {
            places.entry(name.to_ascii_lowercase()).or_insert(place);
        }
        Ok(Self { header, places, rows })
    }

    /// Whether there is a column of this name, whatever its case.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.place(column).is_some()
    }

    /// The rows in their order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { table: self, line: *line, cells })
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is a header and nothing else.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn place(&self, column: &str) -> Option<usize> {
        self.places.get(&column.to_ascii_lowercase()).copied()
    }
}

impl<'a> Row<'a> {
    /// The cell under the first of these columns that the file has; empty without one.
    #[must_use]
    pub fn cell(&self, columns: &[&str]) -> &'a str {
        let place = columns.iter().find_map(|column| self.table.place(column));
        place.and_then(|place| self.cells.get(place)).unwrap_or_default()
    }

    /// The name of the first of these columns that the file has, as it writes it.
    #[must_use]
    pub fn column(&self, columns: &[&'static str]) -> &'a str {
        let place = columns.iter().find_map(|column| self.table.place(column));
        let named = place.and_then(|place| self.table.header.get(place));
        named.unwrap_or(columns.first().copied().unwrap_or_default())
    }

    /// Whether the file has one of these columns.
    #[must_use]
    pub fn has(&self, columns: &[&str]) -> bool {
        columns.iter().any(|column| self.table.has(column))
    }

    /// Whether it has as many cells as the header.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.cells.len() == self.table.header.len()
    }

    /// A fault under a column.
    #[must_use]
    pub fn fault(&self, columns: &[&'static str], english: &str, dutch: &str) -> Fault {
        Fault::at(self.line, self.column(columns), english, dutch)
    }
}

/// Counts lines as an editor does: the reader of rows counts neither empty lines nor all ends of lines.
struct Lines<'a> {
    text: &'a [u8],
    read: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first character at or after this byte.
    fn of(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(letter) = self.text.get(self.read)
            && (self.read < byte || matches!(letter, b'\r' | b'\n'))
        {
            self.line += u64::from(*letter == b'\n');
            self.read += 1;
        }
        self.line
    }
}

fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Older files are in cp1252, in which any bytes make a text.
        Err(_) => bytes.iter().map(|byte| cp1252(*byte)).collect(),
    }
}

/// Windows-1252 differs from Unicode's first 256 only here; five codes are unused.
fn cp1252(byte: u8) -> char {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => FROM_80[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<(u64, String)> {
        let table = Table::read(bytes).unwrap();
        table.rows().map(|row| (row.line, row.cell(&["naam"]).to_owned())).collect()
    }

    #[test]
    fn a_file_may_be_utf8_with_a_mark_or_cp1252() {
        assert_eq!(cells("\u{feff}NAAM;PLAATS\nDaltoné;X\n".as_bytes()), [(2, "Daltoné".into())]);
        assert_eq!(cells(b"NAAM;PLAATS\r\nDalton\xe9 \x80;X\r\n"), [(2, "Daltoné €".into())]);
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        assert_eq!(cells(b"naam,b\n\"a\nb\",1\n\nc,2\n"), [(2, "a\nb".into()), (5, "c".into())]);
    }

    #[test]
    fn too_many_columns_or_rows_are_refused_at_once() {
        let wide = |columns: usize| vec!["naam"; columns].join(";");
        assert!(Table::read(wide(MAX_COLUMNS).as_bytes()).is_ok());
        let told = Table::read(wide(MAX_COLUMNS + 1).as_bytes()).unwrap_err();
        assert!(told.told[0].english.contains("more than 256 columns"));
        let long = |rows: usize| format!("naam;b\n{}", "x;\n".repeat(rows));
        assert_eq!(Table::read(long(MAX_ROWS).as_bytes()).unwrap().len(), MAX_ROWS);
        assert!(Table::read(long(MAX_ROWS + 1).as_bytes()).is_err());
    }

    #[test]
    fn an_empty_file_is_a_fault() {
        assert!(Table::read(b"").is_err());
        assert!(Table::read(b"naam\n").unwrap().is_empty());
    }
}
