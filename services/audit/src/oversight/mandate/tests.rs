//! What becomes of a mandate, at its borders.

use super::*;
use decider::given;
use vocabulary::{Actor, Reason, Role, Service};

fn auditor() -> ActorId {
    ActorId::derived(&["auditor"])
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// From the day on which every test asks: 1 September 2026.
fn open(until: &str) -> Open {
    Open {
        auditor: auditor(),
        assignment: "Controle van de claim 2026".parse().unwrap(),
        from: day("2026-09-01"),
        until: day(until),
        logs: vec![Service::CoFinancing],
        names: false,
    }
}

fn opened(number: u32, until: &str) -> Event {
    let Open { auditor, assignment, from, until, logs, names } = open(until);
    Event::Opened { auditor, number, assignment, from, until, logs, names, given_by: ActorId::derived(&["tester"]) }
}

fn end() -> Command {
    Command::End { reason: "De controle is klaar".parse().unwrap() }
}

fn ended(number: u32, on: &str) -> Event {
    let reason: Reason = "De controle is klaar".parse().unwrap();
    Event::Ended { number, reason, occurred_on: day(on) }
}

#[test]
fn a_mandate_holds_from_its_first_day_until_its_last() {
    let mandate = Mandate::replay([opened(1, "2026-12-31")]);
    for (on, holds) in [("2026-08-31", false), ("2026-09-01", true), ("2026-12-31", true), ("2027-01-01", false)] {
        assert_eq!(mandate.on(day(on)).is_some(), holds, "{on}");
    }
    let ended = Mandate::replay([opened(1, "2026-12-31"), ended(1, "2026-10-01")]);
    assert_eq!(ended.on(day("2026-10-01")), None);
}

#[test]
fn a_mandate_lasts_a_year_at_most() {
    given::<Mandate>([]).when(Command::Open(open("2027-08-31"))).then([opened(1, "2027-08-31")]);
    given::<Mandate>([]).when(Command::Open(open("2027-09-01"))).then_refused(Refusal::LongerThanAYear);
}

#[test]
fn a_mandate_begins_today_at_the_earliest_and_ends_after_that() {
    let yesterday = Open { from: day("2026-08-31"), ..open("2026-12-31") };
    given::<Mandate>([]).when(Command::Open(yesterday)).then_refused(Refusal::BeginsInThePast);
    given::<Mandate>([]).when(Command::Open(open("2026-09-01"))).then([opened(1, "2026-09-01")]);
    given::<Mandate>([]).when(Command::Open(open("2026-08-31"))).then_refused(Refusal::EndsBeforeItBegins);
}

#[test]
fn nobody_gives_a_mandate_to_themselves() {
    let both = Actor { id: auditor(), role: Role::Controller, organisation: None };
    given::<Mandate>([]).by(both).when(Command::Open(open("2026-12-31"))).then_refused(Refusal::ToOneself);
}

#[test]
fn a_mandate_covers_something() {
    let nothing = Open { logs: vec![], ..open("2026-12-31") };
    given::<Mandate>([]).when(Command::Open(nothing)).then_refused(Refusal::CoversNothing);
    let term = Term { number: 1, given: open("2026-12-31") };
    assert!(term.covers(&[]) && term.covers(&[Service::CoFinancing]));
    assert!(!term.covers(&[Service::CoFinancing, Service::Hotspots]));
}

#[test]
fn an_auditor_has_one_mandate_at_a_time() {
    let until = day("2026-12-31");
    let other = || Command::Open(Open { names: true, ..open("2027-03-31") });
    given::<Mandate>([opened(1, "2026-12-31")]).when(Command::Open(open("2026-12-31"))).then_nothing();
    given::<Mandate>([opened(1, "2026-12-31")]).when(other()).then_refused(Refusal::OneAtATime { until });
    let on_its_last_day = given::<Mandate>([opened(1, "2026-12-31")]).at("2026-12-31T10:00:00Z");
    on_its_last_day.when(other()).then_refused(Refusal::OneAtATime { until });
}

#[test]
fn mandates_of_one_auditor_never_overlap() {
    let next = || Open { from: day("2027-01-01"), ..open("2027-06-30") };
    let number = |outcome: Vec<Event>| match outcome.as_slice() {
        [Event::Opened { number, .. }] => *number,
        other => panic!("{other:?}"),
    };
    let expired = given::<Mandate>([opened(1, "2026-12-31")]).at("2027-01-01T10:00:00Z");
    assert_eq!(number(expired.when(Command::Open(next())).events()), 2);
    let history = [opened(1, "2026-12-31"), ended(1, "2026-09-01")];
    assert_eq!(number(given::<Mandate>(history).when(Command::Open(next())).events()), 2);
}

#[test]
fn a_mandate_ends_once() {
    given::<Mandate>([]).when(end()).then_refused(Refusal::NeverOpened);
    given::<Mandate>([opened(1, "2026-12-31")]).when(end()).then([ended(1, "2026-09-01")]);
    given::<Mandate>([opened(1, "2026-12-31"), ended(1, "2026-09-01")]).when(end()).then_nothing();
    given::<Mandate>([opened(1, "2026-12-31")]).at("2027-01-01T10:00:00Z").when(end()).then_nothing();
}
