//! Who may look, under which mandate.

use super::*;
use crate::oversight::mandate::{Mandate, commands::Open};
use decider::{Given, given};
use vocabulary::{Actor, ActorId, MandateId, PersonId, Reason, Service};

fn auditor() -> ActorId {
    ActorId::derived(&["auditor"])
}

fn id() -> MandateId {
    MandateId::derived(&["voorbeeld", "auditor"])
}

fn under() -> Under {
    Under { mandate: id(), number: 3 }
}

/// From 1 September until the end of the year.
fn known(logs: &[Service], names: bool) -> Known {
    let given = Open {
        auditor: auditor(),
        assignment: "Controle van de claim 2026".parse().unwrap(),
        from: "2026-09-01".parse().unwrap(),
        until: "2026-12-31".parse().unwrap(),
        logs: logs.to_vec(),
        names,
    };
    Known { id: id(), mandate: Mandate::Open(Term { number: 3, given }) }
}

fn look(known: Known) -> Command {
    let (operation, service) = ("show-claim".to_owned(), "co-financing".to_owned());
    Command::Look { operation, service, about: [].into(), reads: vec![Service::CoFinancing], known }
}

fn looked(under: Option<Under>) -> Event {
    Event::Looked { operation: "show-claim".into(), service: "co-financing".into(), about: [].into(), under }
}

fn person() -> PersonId {
    PersonId::derived(&["pupil"])
}

fn reveal(known: Known) -> Command {
    Command::Reveal { person: person(), reason: why(), known }
}

fn why() -> Reason {
    "Handtekening vergelijken".parse().unwrap()
}

fn by(role: Role) -> Given<Look> {
    given::<Look>([]).by(Actor { id: auditor(), role, organisation: None })
}

#[test]
fn an_auditor_looks_under_a_mandate_that_holds_today_and_covers_the_log() {
    let all = || known(&Service::ALL, false);
    by(Role::Auditor).when(look(all())).then([looked(Some(under()))]);
    by(Role::Auditor)
        .when(look(known(&[Service::Hotspots], true)))
        .then_refused(Refusal::NotCovered { log: Service::CoFinancing });
    by(Role::Auditor).at("2026-12-31T22:59:59Z").when(look(all())).then([looked(Some(under()))]);
    by(Role::Auditor).at("2026-12-31T23:00:00Z").when(look(all())).then_refused(Refusal::NoMandate);
    let none = Known { id: id(), mandate: Mandate::None };
    by(Role::Auditor).when(look(none)).then_refused(Refusal::NoMandate);
}

#[test]
fn other_roles_need_no_mandate_and_their_look_is_kept_all_the_same() {
    let none = Known { id: id(), mandate: Mandate::None };
    by(Role::ProgrammeLeader).when(look(none)).then([looked(None)]);
}

#[test]
fn a_name_is_revealed_only_where_the_mandate_allows_it() {
    let revealed = Event::Revealed { person: person(), purpose: Purpose::Identity, reason: why(), under: under() };
    by(Role::Auditor).when(reveal(known(&[Service::Consortium], true))).then([revealed]);
    by(Role::Auditor).when(reveal(known(&[Service::Consortium], false))).then_refused(Refusal::NamesNotCovered);
    let elsewhere = Refusal::NotCovered { log: Service::Consortium };
    by(Role::Auditor).when(reveal(known(&[Service::CoFinancing], true))).then_refused(elsewhere);
}

#[test]
fn nobody_but_an_auditor_is_revealed_a_name() {
    by(Role::ProgrammeLeader).when(reveal(known(&Service::ALL, true))).then_refused(Refusal::NoMandate);
}

#[test]
fn a_look_is_kept_once() {
    let kept = given::<Look>([looked(None)]).by(Actor { id: auditor(), role: Role::Auditor, organisation: None });
    kept.when(look(known(&Service::ALL, false))).then_nothing();
}
