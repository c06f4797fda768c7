//! What a replay found that is not as it should be.

use crate::difference::{Difference, What};
use crate::digested::Digested;
use crate::table_digest::TableDigest;
use bus::Parked;
use serde::Serialize;
use std::fmt;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// In whose database.
    pub service: String,
    /// Which read model or lookup.
    pub read_model: String,
    /// What.
    #[serde(flatten)]
    pub what: Found,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "found", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Found {
    /// A live row is not what the logs make.
    Row {
        /// Which, and how.
        difference: Difference,
    },
    /// A table as a whole is not the one that it should be.
    Table {
        /// Which table.
        table: String,
        /// What it was, or is live.
        was: Option<TableDigest>,
        /// What the logs make.
        replayed: Option<TableDigest>,
    },
    /// An event that the read model cannot apply: what it tells is not whole.
    Parked {
        /// In which log.
        log: String,
        position: i64,
        /// The full type.
        event_type: String,
        /// Why, without personal data.
        error: String,
    },
    /// The log ends before that position, or lacks it.
    Lacking {
        /// Which log.
        log: String,
        /// The first position that is not there.
        position: i64,
    },
    /// What it should be held against was made by another version of the read model, or it is none any more.
    OtherVersion {
        /// The version of what it should be held against; 0 for none.
        was: i32,
        /// This program's version.
        replayed: i32,
    },
}

impl Finding {
    fn new(service: &str, read_model: &str, what: Found) -> Self {
        Self { service: service.to_owned(), read_model: read_model.to_owned(), what }
    }

    pub(crate) fn row(service: &str, read_model: &str, difference: Difference) -> Self {
        Self::new(service, read_model, Found::Row { difference })
    }

    pub(crate) fn digest(of: &Digested, should: &TableDigest, is: Option<&TableDigest>) -> Self {
        let (table, was, replayed) = (should.table.clone(), is.cloned(), Some(should.clone()));
        Self::new(&of.service, &of.name, Found::Table { table, was, replayed })
    }

    pub(crate) fn earlier(of: &Digested, was: &TableDigest, now: Option<&TableDigest>) -> Self {
        let (table, was, replayed) = (was.table.clone(), Some(was.clone()), now.cloned());
        Self::new(&of.service, &of.name, Found::Table { table, was, replayed })
    }

    pub(crate) fn parked(service: &str, read_model: &str, parked: &Parked) -> Self {
        let Parked { service: log, position, event_type, error, .. } = parked.clone();
        Self::new(service, read_model, Found::Parked { log, position, event_type, error })
    }

    pub(crate) fn lacking(service: &str, read_model: &str, log: String, position: i64) -> Self {
        Self::new(service, read_model, Found::Lacking { log, position })
    }

    pub(crate) fn version(of: &Digested, was: i32) -> Self {
        Self::new(&of.service, &of.name, Found::OtherVersion { was, replayed: of.version })
    }
}

/// One line for people.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: ", self.service, self.read_model)?;
        match &self.what {
            Found::Row { difference } => row(f, difference),
            Found::Table { table, was, replayed } => {
                let shown = |one: &Option<TableDigest>| {
                    one.as_ref().map_or("not there".to_owned(), |one| format!("{} rows, {}", one.rows, one.digest))
                };
                write!(f, "{table} is {} there, and the logs make {}", shown(was), shown(replayed))
            }
            Found::Parked { log, position, event_type, error } => {
                write!(f, "{log} {position} ({event_type}) cannot be applied: {error}")
            }
            Found::Lacking { log, position } => write!(f, "the log of {log} lacks position {position}"),
            Found::OtherVersion { was, replayed } => write!(
                f,
                "made by version {was}, and this program has version {replayed}: they cannot be compared; use the \
                 program that made the other"
            ),
        }
    }
}

fn row(f: &mut fmt::Formatter<'_>, difference: &Difference) -> fmt::Result {
    let key: Vec<String> = difference.key.iter().map(|(column, value)| format!("{column} {value}")).collect();
    write!(f, "{} ({}) ", difference.table, key.join(", "))?;
    match difference.what {
        What::Missing => f.write_str("is not there, and the logs make it"),
        What::Extra => f.write_str("is there, and the logs do not make it"),
        What::Changed => {
            let columns: Vec<String> = difference
                .columns
                .iter()
                .map(|column| match (&column.live, &column.replayed) {
                    (None, None) => column.name.clone(),
                    (live, replayed) => format!(
                        "{} is {} and should be {}",
                        column.name,
                        live.as_deref().unwrap_or("empty"),
                        replayed.as_deref().unwrap_or("empty")
                    ),
                })
                .collect();
            write!(f, "differs: {}", columns.join("; "))
        }
    }
}
