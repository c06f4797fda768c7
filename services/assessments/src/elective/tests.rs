//! Claims about an elective.

use super::*;
use crate::made_up::{national, own};
use decider::given;
use vocabulary::ImportId;

fn import(file: &str) -> ImportId {
    ImportId::derived(&[file])
}

#[test]
fn an_elective_read_twice_is_registered_once() {
    let imported = Event::Imported { import: import("first"), elective: national() };
    given::<Elective>([])
        .when(Command::Import { import: import("first"), elective: national() })
        .then([imported.clone()]);
    given::<Elective>([imported])
        .when(Command::Import { import: import("second"), elective: national() })
        .then_nothing();
}

#[test]
fn a_later_file_changes_what_it_says_otherwise() {
    let mut newer = national();
    newer.deeltaken.pop();
    given::<Elective>([Event::Imported { import: import("first"), elective: national() }])
        .when(Command::Import { import: import("second"), elective: newer.clone() })
        .then([Event::Changed { import: Some(import("second")), elective: newer }]);
}

#[test]
fn a_region_adds_an_elective_of_its_own_once_and_may_revise_it() {
    let added = Event::Added { elective: own() };
    given::<Elective>([]).when(Command::Add { elective: own() }).then([added.clone()]);
    given::<Elective>([added.clone()]).when(Command::Add { elective: own() }).then_nothing();
    let mut revised = own();
    revised.description = None;
    given::<Elective>([added.clone()])
        .when(Command::Add { elective: revised.clone() })
        .then_refused(Refusal::AlreadyThere { code: revised.code.clone() });
    given::<Elective>([added])
        .when(Command::Revise { elective: revised.clone() })
        .then([Event::Changed { import: None, elective: revised }]);
}

#[test]
fn a_revised_elective_stays_the_regions_own() {
    let revised = Event::Changed { import: None, elective: own() };
    let state = Elective::replay([Event::Added { elective: own() }, revised]);
    assert_eq!(state, Elective::Own(own()));
}

#[test]
fn a_region_does_not_pass_for_slo_nor_change_what_slo_wrote() {
    let mut fake = own();
    fake.code = "k/PIE/99".into();
    given::<Elective>([])
        .when(Command::Add { elective: fake })
        .then_refused(Refusal::NationalCode { code: "k/PIE/99".into() });
    given::<Elective>([Event::Imported { import: import("first"), elective: national() }])
        .when(Command::Revise { elective: national() })
        .then_refused(Refusal::National);
    given::<Elective>([]).when(Command::Revise { elective: own() }).then_refused(Refusal::Unknown);
}

#[test]
fn an_elective_has_deeltaken_each_with_its_own_code() {
    let mut bare = own();
    bare.deeltaken.clear();
    given::<Elective>([]).when(Command::Add { elective: bare }).then_refused(Refusal::NoDeeltaken);
    let mut doubled = own();
    doubled.deeltaken[1].code = doubled.deeltaken[0].code.clone();
    let code = doubled.deeltaken[0].code.clone();
    given::<Elective>([]).when(Command::Add { elective: doubled }).then_refused(Refusal::DeeltaakTwice { code });
}
