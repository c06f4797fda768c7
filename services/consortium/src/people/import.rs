//! An import is one run over a file: all of it is written, or nothing.
//!
//! Unknown ─start→ Running ─advance→ … ─finish→ Finished
//!                    └─fail→ Failed ─start→ Running

pub(crate) mod api;
mod commands;

pub use commands::{Command, Refusal};

use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::import::{Event, Kind};
use vocabulary::{BranchCode, ImportId};

/// One run of an import.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Import {
    /// Nothing happened.
    #[default]
    Unknown,
    /// Rows are being prepared.
    Running(Run),
    /// All rows are written.
    Finished { run: Run, registered: u32, changed: u32, unchanged: u32 },
    /// Nothing is written.
    Failed { run: Run, code: String },
}

/// What is being imported, and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Schools or pupils.
    pub kind: Kind,
    /// Rows in the file.
    pub total: u32,
    /// Rows prepared.
    pub done: u32,
    /// The schools the rows are about.
    pub schools: Vec<BranchCode>,
}

impl Import {
    /// What is being imported, once it has started.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        match self {
            Self::Unknown => None,
            Self::Running(run) | Self::Finished { run, .. } | Self::Failed { run, .. } => Some(run),
        }
    }
}

impl Aggregate for Import {
    const CATEGORY: &'static str = "import";
    type Id = ImportId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        Ok(match (self, command) {
            // One that failed wrote nothing, so it may begin again.
            (Self::Unknown | Self::Failed { .. }, Command::Start { kind, total, schools }) => {
                vec![Event::Started { kind: *kind, total: *total, schools: schools.clone() }]
            }
            (Self::Running(_) | Self::Finished { .. }, Command::Start { .. }) => vec![],
            (Self::Running(run), Command::Advance { done }) if *done <= run.done => vec![],
            (Self::Running(_), Command::Advance { done }) => vec![Event::Advanced { done: *done }],
            (Self::Running(_), Command::Finish { registered, changed, unchanged }) => {
                vec![Event::Finished { registered: *registered, changed: *changed, unchanged: *unchanged }]
            }
            (Self::Running(_), Command::Fail { code }) => vec![Event::Failed { code: code.clone() }],
            // Another run of the same import was faster.
            (Self::Finished { .. }, Command::Advance { .. } | Command::Fail { .. }) => vec![],
            (Self::Unknown, _) => return Err(Refusal::NotStarted),
            // Two runs of one import: the second must not write the rows again.
            (Self::Finished { .. } | Self::Failed { .. }, _) => return Err(Refusal::Over),
        })
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (_, Event::Started { kind, total, schools }) => Self::Running(Run { kind, total, done: 0, schools }),
            (Self::Running(run), Event::Advanced { done }) => Self::Running(Run { done, ..run }),
            (Self::Running(run), Event::Finished { registered, changed, unchanged }) => {
                Self::Finished { run: Run { done: run.total, ..run }, registered, changed, unchanged }
            }
            (Self::Running(run), Event::Failed { code }) => Self::Failed { run, code },
            (other, Event::Advanced { .. } | Event::Finished { .. } | Event::Failed { .. }) => other,
        }
    }
}

#[cfg(test)]
mod tests;
