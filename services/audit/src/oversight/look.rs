//! A look is one thing that somebody was shown, or one name revealed to an auditor.
//!
//! None ─look | reveal→ Kept
//!
//! **Invariant:** an auditor looks under a mandate that holds on that day and covers the logs that answer.

pub mod commands;

use crate::oversight::mandate::Term;
use commands::{Command, Known, Refusal};
use decider::{Aggregate, CommandContext};
use proto_schemas::audit::look::Event;
use proto_schemas::audit::mandate::Under;
use vocabulary::LookId;
use vocabulary::Purpose;
use vocabulary::Role;
use vocabulary::Service;

/// One look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Nobody looked yet.
    #[default]
    None,
    /// It is in the log.
    Kept,
}

impl Aggregate for Look {
    const CATEGORY: &'static str = "look";
    type Id = LookId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        Ok(match (self, command) {
            (Self::Kept, Command::Look { .. } | Command::Reveal { .. }) => vec![],
            (Self::None, Command::Look { operation, service, about, reads, known }) => {
                let under = under(known, reads, asked)?.map(|(_, under)| under);
                let (operation, service, about) = (operation.clone(), service.clone(), about.clone());
                vec![Event::Looked { operation, service, about, under }]
            }
            (Self::None, Command::Reveal { person, reason, known }) => {
                let (term, under) = under(known, &[Service::Consortium], asked)?.ok_or(Refusal::NoMandate)?;
                if !term.given.names {
                    return Err(Refusal::NamesNotCovered);
                }
                let (person, reason) = (*person, reason.clone());
                vec![Event::Revealed { person, purpose: Purpose::Identity, reason, under }]
            }
        })
    }

    fn evolve(self, event: Event) -> Self {
        match event {
            Event::Looked { .. } | Event::Revealed { .. } => Self::Kept,
        }
    }
}

/// The mandate that holds today and covers these logs; nothing for roles that need none.
///
/// # Errors
/// When an auditor has none.
pub(crate) fn under<'a>(
    known: &'a Known,
    reads: &[Service],
    asked: &CommandContext,
) -> Result<Option<(&'a Term, Under)>, Refusal> {
    if asked.by.role != Role::Auditor {
        return Ok(None);
    }
    let term = known.mandate.on(asked.today()).ok_or(Refusal::NoMandate)?;
    match reads.iter().find(|log| !term.covers(&[**log])) {
        Some(log) => Err(Refusal::NotCovered { log: *log }),
        None => Ok(Some((term, term.under(known.id)))),
    }
}

#[cfg(test)]
mod tests;
