//! What can be wrong with a row.
//!
//! **Invariant:** a message never repeats what stood in the file: it may be the wrong file.

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum File {
    /// Electives and profile modules.
    Electives,
    /// Their deeltaken.
    Deeltaken,
}

/// Something wrong on one line of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The file.
    pub file: File,
    /// The line where the row begins; 1 is the header.
    pub line: u64,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Wrong {
    /// A column is missing.
    #[error("the column {column} is missing")]
    NoColumn {
        /// Its name.
        column: &'static str,
    },
    /// Not a row of a table with `;` between fields.
    #[error("the row cannot be read: it has {found} fields, the header {expected}")]
    Fields {
        /// Fields in the header.
        expected: u64,
        /// Fields in the row.
        found: u64,
    },
    /// The table breaks off in some other way.
    #[error("the row cannot be read")]
    Unreadable,
    /// More than is read.
    #[error("there are more than {most} {}", .what.0)]
    TooMany {
        /// How many are read.
        most: usize,
        /// Of what, in English and in Dutch.
        what: (&'static str, &'static str),
    },
    /// A value is not what the column holds.
    #[error("{column} should hold {expected}")]
    Value {
        /// The column.
        column: &'static str,
        /// What should stand there.
        expected: &'static str,
    },
    /// The id is SLO's own and unique.
    #[error("the same slo_uuid is on line {first}")]
    IdTwice {
        /// Where it stood first.
        first: u64,
    },
    /// A deeltaak code is unique.
    #[error("the same deeltaak_code is on line {first}")]
    DeeltaakTwice {
        /// Where it stood first.
        first: u64,
    },
    /// A code says what it is and of which profile.
    #[error("the code does not go with {column}")]
    CodeMismatch {
        /// The column it contradicts.
        column: &'static str,
    },
    /// A deeltaak of nothing.
    #[error("no elective or profile module has this code_ouder")]
    UnknownParent,
    /// An elective without content.
    #[error("there are no deeltaken for it")]
    NoDeeltaken,
    /// The files disagree.
    #[error("n_deeltaken is {stated}, but the file with deeltaken holds {found}")]
    DeeltakenCount {
        /// What the row says.
        stated: u32,
        /// What was found.
        found: u32,
    },
    /// The files disagree.
    #[error("n_eindtermen is {stated}, but the deeltaken have {found} together")]
    EndTermsCount {
        /// What the row says.
        stated: u32,
        /// What was found.
        found: u32,
    },
}

impl Wrong {
    /// The same in Dutch.
    #[must_use]
    pub fn in_dutch(&self) -> String {
        match self {
            Self::NoColumn { column } => format!("de kolom {column} ontbreekt"),
            Self::Fields { expected, found } => {
                format!("de regel is niet te lezen: {found} velden, de kop heeft er {expected}")
            }
            Self::Unreadable => "de regel is niet te lezen".into(),
            Self::TooMany { most, what: (_, what) } => format!("er zijn meer dan {most} {what}"),
            Self::Value { column, expected } => format!("in {column} hoort {}", expected_in_dutch(expected)),
            Self::IdTwice { first } => format!("hetzelfde slo_uuid staat op regel {first}"),
            Self::DeeltaakTwice { first } => format!("dezelfde deeltaak_code staat op regel {first}"),
            Self::CodeMismatch { column } => format!("de code past niet bij {column}"),
            Self::UnknownParent => "geen keuzevak of profielmodule heeft deze code_ouder".into(),
            Self::NoDeeltaken => "er zijn geen deeltaken bij".into(),
            Self::DeeltakenCount { stated, found } => {
                format!("n_deeltaken zegt {stated}, het bestand met deeltaken heeft er {found}")
            }
            Self::EndTermsCount { stated, found } => {
                format!("n_eindtermen zegt {stated}, de deeltaken hebben er samen {found}")
            }
        }
    }
}

/// What a value should be; each with its Dutch twin.
pub(super) mod expected {
    pub const UUID: &str = "a UUID";
    pub const CODE: &str = "a code such as K/PIE/05";
    pub const KIND: &str = "keuzevak or profielmodule";
    pub const PROFILE: &str = "one of the ten profiles";
    pub const LEVEL: &str = "bb, kb, gl or tl, separated by |";
    pub const TITLE: &str = "a title on one line, up to 200 characters";
    pub const TEXT: &str = "1 to 500 characters";
    pub const NUMBER: &str = "a whole number";
    pub const DEELTAAK: &str = "a code that ends in a number, such as K/PIE/05/01";
}

fn expected_in_dutch(english: &str) -> &str {
    match english {
        expected::UUID => "een UUID",
        expected::CODE => "een code zoals K/PIE/05",
        expected::KIND => "keuzevak of profielmodule",
        expected::PROFILE => "een van de tien profielen",
        expected::LEVEL => "bb, kb, gl of tl, gescheiden door |",
        expected::TITLE => "een titel op één regel, tot 200 tekens",
        expected::TEXT => "1 tot 500 tekens",
        expected::NUMBER => "een geheel getal",
        expected::DEELTAAK => "een code die op een getal eindigt, zoals K/PIE/05/01",
        other => other,
    }
}
