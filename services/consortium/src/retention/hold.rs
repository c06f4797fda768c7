//! Holds keep people from being forgotten, whatever their term says: those on one person, one class or everybody are
//! one stream.
//!
//! none ─place→ Placed ─lift, or its last day passes→ over
//!
//! **Invariant:** whether somebody may be forgotten is asked here, of the log, and never of a table that may lag.

pub(crate) mod api;
mod commands;
mod stream;
#[cfg(test)]
mod tests;

pub use commands::{Command, Refusal};

pub use stream::HoldsOf;

use crate::people::person::Held;
use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::retention_hold::{Covers, Event};
use proto_schemas::consortium::retention_schedule::Class;
use vocabulary::{ActorId, HoldId, PersonId, Reason};

/// Every hold of one stream that was ever placed, or of several put together.
#[derive(Clone, Debug, Default)]
pub struct Holds {
    all: Vec<Hold>,
}

/// One hold (opschorting).
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// Which one.
    pub id: HoldId,
    /// Whom it covers.
    pub covers: Covers,
    /// Why; never a person's name.
    pub reason: Reason,
    /// The last day; until it is lifted when absent.
    pub until: Option<NaiveDate>,
    /// Who placed it, by pseudonym.
    pub placed_by: ActorId,
    pub placed_on: NaiveDate,
    /// When it was lifted, by whom and why.
    pub lifted: Option<(NaiveDate, ActorId, Reason)>,
}

impl Hold {
    /// Whether it holds on a day, its last one included.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.lifted.is_none() && self.until.is_none_or(|until| day <= until)
    }

    /// Whether somebody is among those whom it covers.
    #[must_use]
    pub fn covers(&self, person: PersonId, class: Class) -> bool {
        match self.covers {
            Covers::Region => true,
            Covers::Class { class: covered } => covered == class,
            Covers::Person { person: covered } => covered == person,
        }
    }
}

impl Holds {
    /// Those of several streams, the first day's first.
    #[must_use]
    pub fn together(streams: impl IntoIterator<Item = Self>) -> Self {
        let mut all: Vec<Hold> = streams.into_iter().flat_map(|holds| holds.all).collect();
        // In the streams' order where the day is the same.
        all.sort_by_key(|hold| hold.placed_on);
        Self { all }
    }

    /// Every hold, the first placed first.
    #[must_use]
    pub fn all(&self) -> &[Hold] {
        &self.all
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: HoldId) -> Option<&Hold> {
        self.all.iter().find(|hold| hold.id == id)
    }

    /// Those that hold on a day.
    pub fn on(&self, day: NaiveDate) -> impl Iterator<Item = &Hold> {
        self.all.iter().filter(move |hold| hold.holds_on(day))
    }

    /// The first that keeps somebody from being forgotten on a day.
    #[must_use]
    pub fn covering(&self, person: PersonId, class: Class, day: NaiveDate) -> Option<Held> {
        let hold = self.on(day).find(|hold| hold.covers(person, class))?;
        Some(Held { hold: hold.id, reason: hold.reason.clone() })
    }
}

impl Aggregate for Holds {
    const CATEGORY: &'static str = "retention-hold";
    type Id = HoldsOf;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let today = asked.today();
        Ok(match command {
            Command::Place { hold, covers, reason, until } => match self.get(*hold) {
                Some(known) if (known.covers, &known.reason, known.until) == (*covers, reason, *until) => vec![],
                Some(_) => return Err(Refusal::AnotherHold),
                None if until.is_some_and(|until| until < today) => return Err(Refusal::OverAlready),
                None => {
                    let (hold, covers, reason, until) = (*hold, *covers, reason.clone(), *until);
                    let (placed_by, occurred_on) = (asked.by.id, today);
                    vec![Event::Placed { hold, covers, reason, until, placed_by, occurred_on }]
                }
            },
            Command::Lift { hold, reason } => match self.get(*hold) {
                None => return Err(Refusal::NoSuchHold),
                Some(Hold { lifted: Some(_), .. }) => vec![],
                Some(_) => {
                    let (hold, reason) = (*hold, reason.clone());
                    vec![Event::Lifted { hold, reason, lifted_by: asked.by.id, occurred_on: today }]
                }
            },
        })
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::Placed { hold: id, covers, reason, until, placed_by, occurred_on: placed_on } => {
                self.all.push(Hold { id, covers, reason, until, placed_by, placed_on, lifted: None });
            }
            Event::Lifted { hold, reason, lifted_by, occurred_on } => {
                if let Some(hold) = self.all.iter_mut().find(|it| it.id == hold) {
                    hold.lifted = Some((occurred_on, lifted_by, reason));
                }
            }
        }
        self
    }
}
