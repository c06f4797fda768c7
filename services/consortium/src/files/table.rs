//! A file of rows with a header: UTF-8 with or without BOM, or cp1252; `;`, `,` or tabs.

use super::Fault;

/// Most faults told of one file: nobody reads more at once.
pub(super) const MOST_FAULTS: usize = 500;

/// A file of rows, each cell trimmed.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

/// One row, with its cells by the names of their columns.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    /// The line it begins on.
    pub line: u64,
    cells: &'a [String],
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// What makes it unreadable: no header, or quotes that never end.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
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
        let mut rows = Vec::new();
        let mut lines = Lines { text: text.as_bytes(), read: 0, line: 1 };
        for record in reader.records() {
            let record = record
                .map_err(|_| vec![Fault::of_file("This is no file of rows.", "Dit is geen bestand met rijen.")])?;
            let line = lines.of(record.position().map_or(0, csv::Position::byte));
            rows.push((line, record.iter().map(str::to_owned).collect::<Vec<_>>()));
        }
        let mut rows = rows.into_iter();
        let header = rows.next().map(|(_, cells)| cells).unwrap_or_default();
        if header.iter().all(String::is_empty) {
            return Err(vec![Fault::of_file("The file is empty.", "Het bestand is leeg.")]);
        }
        let rows = rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect();
        Ok(Self { header, rows })
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
        self.header.iter().position(|name| name.eq_ignore_ascii_case(column))
    }
}

impl<'a> Row<'a> {
    /// The cell under the first of these columns that the file has; empty without one.
    #[must_use]
    pub fn cell(&self, columns: &[&str]) -> &'a str {
        let place = columns.iter().find_map(|column| self.table.place(column));
        place.and_then(|place| self.cells.get(place)).map_or("", String::as_str)
    }

    /// The name of the first of these columns that the file has, as it writes it.
    #[must_use]
    pub fn column(&self, columns: &[&'static str]) -> &'a str {
        let place = columns.iter().find_map(|column| self.table.place(column));
        place.map_or(columns.first().copied().unwrap_or_default(), |place| self.table.header[place].as_str())
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
    fn an_empty_file_is_told() {
        assert!(Table::read(b"").is_err());
        assert!(Table::read(b"naam\n").unwrap().is_empty());
    }
}
