//! Claims about a PTA.

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
fn an_item_may_get_another_weight_until_the_pta_is_frozen() {
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
