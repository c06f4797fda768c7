//! A PTA says which electives count for the school exam of one school's cohort, and how heavily.
//!
//! Empty ─register→ Open ─register→ Open ─freeze→ Frozen (a later change is the next cohort's)

pub(crate) mod api;
mod commands;

pub use commands::{Command, Refusal};

use decider::{Aggregate, CommandContext};
use proto_schemas::assessments::pta::{Event, Item, Place};
use vocabulary::{BranchCode, ElectiveId, PtaId, SchoolYear};

/// The PTA of one school and cohort.
#[derive(Debug, Default, PartialEq)]
pub struct Pta {
    /// The electives that count, in the order in which they were registered.
    pub items: Vec<Item>,
    /// Whether it is fixed for good.
    pub frozen: bool,
}

/// What a PTA says of one elective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does not count.
    Missing,
    /// It is to count, but the PTA may still change.
    NotFrozen,
    /// It counts.
    Frozen {
        /// How heavily.
        weight: u8,
        /// Where it is concluded.
        place: Place,
    },
}

/// The one PTA of this school and cohort.
#[must_use]
pub fn id(school: &BranchCode, cohort: SchoolYear) -> PtaId {
    PtaId::derived(&[school.as_str(), &cohort.to_string()])
}

impl Pta {
    /// Whether a grade for `elective` may count for the school exam.
    #[must_use]
    pub fn standing(&self, elective: ElectiveId) -> Standing {
        match self.item(elective) {
            None => Standing::Missing,
            Some(_) if !self.frozen => Standing::NotFrozen,
            Some(item) => Standing::Frozen { weight: item.weight, place: item.place },
        }
    }

    fn item(&self, elective: ElectiveId) -> Option<&Item> {
        self.items.iter().find(|item| item.elective == elective)
    }
}

impl Aggregate for Pta {
    const CATEGORY: &'static str = "pta";
    type Id = PtaId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::RegisterItem { item, .. } if self.item(item.elective) == Some(item) => Ok(vec![]),
            Command::RegisterItem { .. } if self.frozen => Err(Refusal::Frozen),
            Command::RegisterItem { item, .. } if !(1..=100).contains(&item.weight) => {
                Err(Refusal::Weight { weight: item.weight })
            }
            Command::RegisterItem { school, cohort, item } => {
                Ok(vec![Event::ItemRegistered { school: school.clone(), cohort: *cohort, item: item.clone() }])
            }
            Command::Freeze { .. } if self.frozen => Ok(vec![]),
            Command::Freeze { .. } if self.items.is_empty() => Err(Refusal::Empty),
            Command::Freeze { school, cohort } => {
                Ok(vec![Event::Frozen { school: school.clone(), cohort: *cohort, items: self.items.clone() }])
            }
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::ItemRegistered { item, .. } => {
                match self.items.iter_mut().find(|known| known.elective == item.elective) {
                    Some(known) => *known = item,
                    None => self.items.push(item),
                }
            }
            Event::Frozen { items, .. } => self = Self { items, frozen: true },
        }
        self
    }
}

#[cfg(test)]
mod tests;
