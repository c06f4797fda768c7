//! A PTA says which electives count for the school exam of one school's cohort, and how heavily.
//!
//! Empty ─register→ Open ─register→ Open ─freeze→ Frozen (a later change is the next cohort's)

mod commands;

pub use commands::{Command, Refusal};

use decider::{Aggregate, Asked};
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

    fn decide(&self, command: &Command, _: &Asked) -> Result<Vec<Event>, Refusal> {
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
mod tests {
    use super::*;
    use crate::made_up::{cohort, road_safety, school, solar};
    use decider::given;

    fn item(elective: ElectiveId, weight: u8) -> Item {
        Item { elective, weight, place: Place::Both }
    }

    fn register(item: Item) -> Command {
        Command::RegisterItem { school: school(), cohort: cohort(), item }
    }

    fn registered(item: Item) -> Event {
        Event::ItemRegistered { school: school(), cohort: cohort(), item }
    }

    fn freeze() -> Command {
        Command::Freeze { school: school(), cohort: cohort() }
    }

    fn frozen(items: Vec<Item>) -> Event {
        Event::Frozen { school: school(), cohort: cohort(), items }
    }

    #[test]
    fn an_item_may_be_weighed_anew_until_the_pta_is_frozen() {
        let (light, heavy) = (item(solar(), 1), item(solar(), 2));
        given::<Pta>([]).when(register(light.clone())).then([registered(light.clone())]);
        given::<Pta>([registered(light.clone())]).when(register(light.clone())).then_nothing();
        given::<Pta>([registered(light.clone())]).when(register(heavy.clone())).then([registered(heavy.clone())]);
        let history = [registered(light), registered(heavy.clone())];
        given::<Pta>(history).when(freeze()).then([frozen(vec![heavy])]);
    }

    #[test]
    fn after_freezing_nothing_changes() {
        let history = || [registered(item(solar(), 1)), frozen(vec![item(solar(), 1)])];
        given::<Pta>(history()).when(register(item(solar(), 2))).then_refused(Refusal::Frozen);
        given::<Pta>(history()).when(register(item(road_safety(), 1))).then_refused(Refusal::Frozen);
        // Asking again for what stands there is harmless.
        given::<Pta>(history()).when(register(item(solar(), 1))).then_nothing();
        given::<Pta>(history()).when(freeze()).then_nothing();
    }

    #[test]
    fn an_empty_pta_is_not_frozen() {
        given::<Pta>([]).when(freeze()).then_refused(Refusal::Empty);
    }

    #[test]
    fn a_weight_is_1_to_100() {
        for weight in [1, 100] {
            given::<Pta>([]).when(register(item(solar(), weight))).then([registered(item(solar(), weight))]);
        }
        for weight in [0, 101] {
            given::<Pta>([]).when(register(item(solar(), weight))).then_refused(Refusal::Weight { weight });
        }
    }

    // R235
    #[test]
    fn only_a_frozen_item_counts() {
        let open = Pta::replay([registered(item(solar(), 3))]);
        assert_eq!(open.standing(solar()), Standing::NotFrozen);
        assert_eq!(open.standing(road_safety()), Standing::Missing);
        let fixed = open.evolve(frozen(vec![item(solar(), 3)]));
        assert_eq!(fixed.standing(solar()), Standing::Frozen { weight: 3, place: Place::Both });
        assert_eq!(fixed.standing(road_safety()), Standing::Missing);
    }

    #[test]
    fn each_cohort_of_a_school_has_a_pta_of_its_own() {
        let next = "2026-2027".parse().unwrap();
        assert_eq!(id(&school(), cohort()), id(&school(), cohort()));
        assert_ne!(id(&school(), cohort()), id(&school(), next));
    }
}
