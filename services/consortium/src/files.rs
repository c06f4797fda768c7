//! Files that people send: what can be read of them, and every fault with its line at once. Pure.
//!
//! **Invariant:** a fault names a line and a column, never a value: it may be a name.

pub mod named;
pub mod pupils;
pub mod schools;
mod table;

pub use table::Table;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The line in the file, the header being 1; 0 for the file as a whole.
    pub line: u64,
    /// The column as the file names it; empty for the line as a whole.
    pub column: String,
    /// What is wrong, in English.
    pub english: String,
    /// The same in Dutch.
    pub dutch: String,
}

impl Fault {
    /// A fault of one cell.
    #[must_use]
    pub fn at(line: u64, column: &str, english: impl Into<String>, dutch: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), english: english.into(), dutch: dutch.into() }
    }

    /// A fault of the file.
    #[must_use]
    pub fn of_file(english: impl Into<String>, dutch: impl Into<String>) -> Self {
        Self::at(0, "", english, dutch)
    }

    /// Where in the file, as a pointer: `/lines/12/POSTCODE`.
    #[must_use]
    pub fn pointer(&self) -> String {
        match (self.line, self.column.as_str()) {
            (0, "") => String::new(),
            (0, column) => format!("/{}", escaped(column)),
            (line, "") => format!("/lines/{line}"),
            (line, column) => format!("/lines/{line}/{}", escaped(column)),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('~', "~0").replace('/', "~1")
}
