//! A retention schedule is how long a region keeps whom, in versions that work forward only.
//!
//! None ─adopt→ Version 1 ─adopt→ Version 2 …
//!
//! The version valid on the day decides, for everybody who is not forgotten yet: a term that was lengthened before it
//! was over counts, and so does one that was shortened.
//!
//! **Invariant:** who was forgotten stays forgotten, whatever is adopted later.

pub(crate) mod api;
mod commands;
#[cfg(test)]
mod tests;

pub use commands::{Adopt, Refusal};

use crate::people::person::{Known, Part};
use crate::retention::term::ends_on;
use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::retention_schedule::{Class, Event, Expired, Term};
use std::collections::BTreeSet;
use vocabulary::RegionId;

/// The longest term, in months: longer is as good as for ever.
const MAX_MONTHS: u16 = 600;

/// The versions of one region's schedule.
#[derive(Default)]
pub struct Schedules {
    versions: Vec<Version>,
}

/// One version, as adopted.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// 1 for the first.
    pub number: u32,
    /// The first day on which it decides.
    pub valid_from: NaiveDate,
    /// At most one a class.
    pub terms: Vec<Term>,
}

impl Version {
    /// How long a class is kept; without a term it is kept.
    #[must_use]
    pub fn of(&self, class: Class) -> Option<&Term> {
        self.terms.iter().find(|term| term.class == class)
    }

    /// The term of somebody that was over before `today`; nothing for who is here, or is still kept.
    #[must_use]
    pub fn expired(&self, person: &Known, today: NaiveDate) -> Option<Expired> {
        let (left_on, term) = (person.left?, self.of(class(&person.part))?);
        let ended_on = ends_on(term, left_on);
        let expired = Expired { schedule_version: self.number, left_on, ended_on, term: term.clone() };
        (ended_on < today).then_some(expired)
    }
}

/// The class of somebody.
#[must_use]
pub fn class(part: &Part) -> Class {
    match part {
        Part::Pupil(_) => Class::Pupil,
        Part::Staff(_) => Class::Staff,
        Part::Contact(_) => Class::Contact,
    }
}

impl Schedules {
    /// Every version, the first one first.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The version that decides on `date`: the last adopted that is valid by then.
    #[must_use]
    pub fn on(&self, date: NaiveDate) -> Option<&Version> {
        self.versions.iter().rfind(|version| version.valid_from <= date)
    }
}

impl Aggregate for Schedules {
    const CATEGORY: &'static str = "retention-schedule";
    type Id = RegionId;
    type Command = Adopt;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, Adopt { valid_from, terms }: &Adopt, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        make_sense(terms)?;
        let tomorrow = asked.today() + chrono::Days::new(1);
        let earliest = match self.versions.last() {
            Some(last) if last.valid_from == *valid_from && last.terms == *terms => return Ok(vec![]),
            Some(last) => tomorrow.max(last.valid_from),
            None => tomorrow,
        };
        if *valid_from < earliest {
            return Err(Refusal::WorksBackward { earliest });
        }
        let version = u32::try_from(self.versions.len()).unwrap_or(u32::MAX - 1) + 1;
        Ok(vec![Event::Adopted { version, valid_from: *valid_from, terms: terms.clone() }])
    }

    fn evolve(mut self, event: Event) -> Self {
        let Event::Adopted { version, valid_from, terms } = event;
        self.versions.push(Version { number: version, valid_from, terms });
        self
    }
}

fn make_sense(terms: &[Term]) -> Result<(), Refusal> {
    let mut classes = BTreeSet::new();
    match terms {
        [] => Err(Refusal::NoTerms),
        _ if !terms.iter().all(|term| classes.insert(term.class)) => Err(Refusal::ClassTwice),
        _ if terms.iter().any(|term| !(1..=MAX_MONTHS).contains(&term.months)) => Err(Refusal::NoSuchTerm),
        _ => Ok(()),
    }
}
