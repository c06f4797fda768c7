//! Files that people send: what can be read of them, and every fault with its line at once. Pure.
//!
//! **Invariant:** a fault names a line and a column, never a value: it may be a name.

pub mod named;
pub mod pupils;
pub mod schools;
mod table;

pub use table::Table;

/// How many faults are told of one file: nobody reads more at once.
pub const MAX_FAULTS: usize = 500;

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

/// The faults of a file, in the order in which they were found: the first of them, and how many more there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// At most [`MAX_FAULTS`].
    pub told: Vec<Fault>,
    /// Those past the bound.
    pub more: usize,
}

impl Faults {
    /// One more.
    pub fn push(&mut self, fault: Fault) {
        if self.told.len() < MAX_FAULTS { self.told.push(fault) } else { self.more += 1 }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        faults.into_iter().for_each(|fault| self.push(fault));
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut all = Self::default();
        all.extend(faults);
        all
    }
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
