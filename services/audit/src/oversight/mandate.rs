//! A mandate says what one auditor may look at, why, and for how long; one at a time.
//!
//! None ─open→ Open ─end→ Ended ─open→ Open
//!             Open, its last day gone by ─open→ Open
//!
//! **Invariant:** nobody gives a mandate to themselves, and none lasts longer than a year.

pub mod commands;

use chrono::{Months, NaiveDate};
use commands::{Command, Open, Refusal};
use decider::{Aggregate, CommandContext};
use proto_schemas::audit::mandate::{Event, Under};
use vocabulary::{ActorId, MandateId, RegionId, Service};

/// The mandates of one auditor.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Mandate {
    /// Never given one.
    #[default]
    None,
    /// Given, as far as its term goes.
    Open(Term),
    /// Ended early.
    Ended(Term),
}

/// What was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Their first, second … one.
    pub number: u32,
    /// What was asked for.
    pub given: Open,
}

/// The id of an auditor's mandates in a region.
#[must_use]
pub fn id_of(region: &RegionId, auditor: ActorId) -> MandateId {
    MandateId::derived(&[region.as_str(), &auditor.to_string()])
}

impl Mandate {
    /// The term that holds on a day; the first and the last day count.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&Term> {
        match self {
            Self::Open(term) if (term.given.from..=term.given.until).contains(&day) => Some(term),
            Self::None | Self::Open(_) | Self::Ended(_) => None,
        }
    }

    fn number(&self) -> u32 {
        match self {
            Self::None => 0,
            Self::Open(term) | Self::Ended(term) => term.number,
        }
    }
}

impl Term {
    /// How events name it.
    #[must_use]
    pub fn under(&self, mandate: MandateId) -> Under {
        Under { mandate, number: self.number }
    }

    /// Whether it covers all of these logs.
    #[must_use]
    pub fn covers(&self, logs: &[Service]) -> bool {
        logs.iter().all(|log| self.given.logs.contains(log))
    }
}

impl Aggregate for Mandate {
    const CATEGORY: &'static str = "mandate";
    type Id = MandateId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match (self, command) {
            (Self::Open(term), Command::Open(open)) if term.given == *open => Ok(vec![]),
            (Self::Open(term), Command::Open(_)) if asked.today() <= term.given.until => {
                Err(Refusal::OneAtATime { until: term.given.until })
            }
            (_, Command::Open(open)) => {
                may_be_given(open, asked)?;
                let Open { auditor, assignment, from, until, logs, names } = open.clone();
                let number = self.number().saturating_add(1);
                Ok(vec![Event::Opened { auditor, number, assignment, from, until, logs, names, given_by: asked.by.id }])
            }
            (Self::Open(term), Command::End { reason }) if asked.today() <= term.given.until => {
                Ok(vec![Event::Ended { number: term.number, reason: reason.clone(), occurred_on: asked.today() }])
            }
            (Self::Open(_) | Self::Ended(_), Command::End { .. }) => Ok(vec![]),
            (Self::None, Command::End { .. }) => Err(Refusal::NeverOpened),
        }
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (_, Event::Opened { auditor, number, assignment, from, until, logs, names, given_by: _ }) => {
                Self::Open(Term { number, given: Open { auditor, assignment, from, until, logs, names } })
            }
            (Self::Open(term), Event::Ended { .. }) => Self::Ended(term),
            (other, Event::Ended { .. }) => other,
        }
    }
}

fn may_be_given(open: &Open, asked: &CommandContext) -> Result<(), Refusal> {
    let longest = open.from.checked_add_months(Months::new(12)).unwrap_or(open.from);
    if open.auditor == asked.by.id {
        Err(Refusal::ToOneself)
    } else if open.logs.is_empty() {
        Err(Refusal::CoversNothing)
    } else if open.from < asked.today() {
        Err(Refusal::BeginsInThePast)
    } else if open.until < open.from {
        Err(Refusal::EndsBeforeItBegins)
    } else if open.until >= longest {
        Err(Refusal::LongerThanAYear)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
