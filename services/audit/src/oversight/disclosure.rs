//! A disclosure is something given out once, and recorded before anything is opened or written.
//!
//! None ─open access→ Access, read by who opened it until its last day
//!      ─export names→ Names
//!      ─export logs→ Logs ─write export→ Written
//!
//! **Invariant:** names leave beside an export only under a mandate that holds that day, covers every log in it
//! and allows names.

pub mod commands;

use chrono::{Days, NaiveDate};
use commands::{Command, Refusal};
use decider::{Aggregate, CommandContext};
use proto_schemas::audit::disclosure::Event;
use vocabulary::{ActorId, DisclosureId, PersonId, Service};

/// So long after the day on which it was opened an access export may be read.
const DAYS: Days = Days::new(7);

/// One disclosure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disclosure {
    /// Nothing was given out.
    #[default]
    None,
    /// What is held about a person may be read.
    Access(Access),
    /// Names were given out beside an export.
    Names,
    /// Logs are being exported, or were and the files never came.
    Logs,
    /// The files of an export are there.
    Written,
}

/// What may be read, by whom, until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// About whom.
    pub person: PersonId,
    /// Who may read it.
    pub by: ActorId,
    /// The last day on which they may.
    pub until: NaiveDate,
}

impl Aggregate for Disclosure {
    const CATEGORY: &'static str = "disclosure";
    type Id = DisclosureId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match (self, command) {
            (Self::None, Command::OpenAccess { person, reason }) => {
                let until = asked.today().checked_add_days(DAYS).unwrap_or(asked.today());
                let (person, reason, opened_by) = (*person, reason.clone(), asked.by.id);
                Ok(vec![Event::AccessOpened { person, reason, opened_by, until }])
            }
            (Self::None, Command::ExportNames { from, to, reason, logs, known }) => {
                let term = known.mandate.on(asked.today()).ok_or(Refusal::NoMandate)?;
                if !term.given.names {
                    return Err(Refusal::NamesNotCovered);
                }
                // Names stand in the log of the consortium, whatever else is exported.
                if let Some(log) = [Service::Consortium].iter().chain(logs).find(|log| !term.covers(&[**log])) {
                    return Err(Refusal::NotCovered { log: *log });
                }
                let (from, to, reason, under) = (*from, *to, reason.clone(), term.under(known.id));
                Ok(vec![Event::NamesExported { from, to, reason, under }])
            }
            (Self::None, Command::ExportLogs { form, from, to, ends, mandate }) => {
                let (form, from, to, ends, mandate) = (*form, *from, *to, ends.clone(), *mandate);
                Ok(vec![Event::LogsExported { form, from, to, ends, mandate }])
            }
            (Self::Logs, Command::WriteExport { digests }) => {
                Ok(vec![Event::ExportWritten { digests: digests.clone() }])
            }
            (Self::None | Self::Access(_) | Self::Names, Command::WriteExport { .. }) => Err(Refusal::NotBegun),
            (Self::Access(_) | Self::Names | Self::Logs | Self::Written, _) => Err(Refusal::AlreadyGivenOut),
        }
    }

    fn evolve(self, event: Event) -> Self {
        match event {
            Event::AccessOpened { person, opened_by, until, reason: _ } => {
                Self::Access(Access { person, by: opened_by, until })
            }
            Event::NamesExported { .. } => Self::Names,
            Event::LogsExported { .. } => Self::Logs,
            Event::ExportWritten { .. } => Self::Written,
        }
    }
}

#[cfg(test)]
mod tests;
