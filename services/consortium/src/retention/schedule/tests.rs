//! Claims about how long who is kept.

use super::*;
use decider::given;
use proto_schemas::consortium::retention_schedule::{CountedFrom, Ground};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn term(class: Class, months: u16) -> Term {
    let law = "Voorbeeld".parse().unwrap();
    Term { class, months, counted_from: CountedFrom::Leaving, ground: Ground::PublicTask, law }
}

fn adopt(valid_from: &str, months: u16) -> Adopt {
    Adopt { valid_from: date(valid_from), terms: vec![term(Class::Staff, months)] }
}

fn adopted(version: u32, valid_from: &str, months: u16) -> Event {
    Event::Adopted { version, valid_from: date(valid_from), terms: vec![term(Class::Staff, months)] }
}

// The tests ask on 1 September 2026.
#[test]
fn a_schedule_is_valid_from_tomorrow_at_the_earliest_also_the_first() {
    let earliest = date("2026-09-02");
    given::<Schedules>([]).when(adopt("2026-09-01", 24)).then_refused(Refusal::WorksBackward { earliest });
    given::<Schedules>([]).when(adopt("2026-09-02", 24)).then([adopted(1, "2026-09-02", 24)]);
    let first = || [adopted(1, "2026-10-01", 24)];
    let earliest = date("2026-10-01");
    given::<Schedules>(first()).when(adopt("2026-09-30", 12)).then_refused(Refusal::WorksBackward { earliest });
    given::<Schedules>(first()).when(adopt("2026-10-01", 12)).then([adopted(2, "2026-10-01", 12)]);
    given::<Schedules>(first()).when(adopt("2026-10-01", 24)).then_nothing();
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let adopt = |terms| Adopt { valid_from: date("2026-09-02"), terms };
    given::<Schedules>([]).when(adopt(vec![])).then_refused(Refusal::NoTerms);
    let twice = vec![term(Class::Pupil, 12), term(Class::Staff, 12), term(Class::Pupil, 24)];
    given::<Schedules>([]).when(adopt(twice)).then_refused(Refusal::ClassTwice);
    for months in [0, 601] {
        given::<Schedules>([]).when(adopt(vec![term(Class::Staff, months)])).then_refused(Refusal::NoSuchTerm);
    }
    for months in [1, 600] {
        let terms = vec![term(Class::Staff, months)];
        let event = Event::Adopted { version: 1, valid_from: date("2026-09-02"), terms: terms.clone() };
        given::<Schedules>([]).when(adopt(terms)).then([event]);
    }
}

fn gone(left: Option<&str>) -> Known {
    Known { part: Part::Staff("99AA00".parse().unwrap()), left: left.map(date) }
}

/// On which version's term somebody who left on 31 August 2026 is due on `today`.
fn due(schedules: &Schedules, today: &str) -> Option<u32> {
    let today = date(today);
    Some(schedules.on(today)?.expired(&gone(Some("2026-08-31")), today)?.schedule_version)
}

#[test]
fn somebody_is_kept_through_the_last_day_of_the_term_and_due_on_the_next() {
    let schedules = Schedules::replay([adopted(1, "2026-09-02", 6)]);
    assert_eq!(due(&schedules, "2027-02-27"), None);
    assert_eq!(due(&schedules, "2027-02-28"), None);
    assert_eq!(due(&schedules, "2027-03-01"), Some(1));
    let version = schedules.on(date("2027-03-01")).unwrap();
    let expired = version.expired(&gone(Some("2026-08-31")), date("2027-03-01")).unwrap();
    assert_eq!((expired.left_on, expired.ended_on), (date("2026-08-31"), date("2027-02-28")));
    assert_eq!(expired.term, term(Class::Staff, 6));
}

#[test]
fn without_a_schedule_a_term_or_a_leaving_nobody_is_due() {
    assert_eq!(due(&Schedules::default(), "2099-01-01"), None);
    let schedules = Schedules::replay([adopted(1, "2026-09-02", 1)]);
    assert_eq!(due(&schedules, "2026-09-01"), None, "not valid yet");
    let (version, today) = (&schedules.versions()[0], date("2099-01-01"));
    assert_eq!(version.expired(&gone(None), today), None);
    let contact = Known { part: Part::Contact(vocabulary::CompanyId::fresh()), left: Some(date("2026-08-31")) };
    assert_eq!(version.expired(&contact, today), None, "no term for contacts");
}

#[test]
fn a_term_that_changes_before_it_is_over_counts_as_changed() {
    let longer = Schedules::replay([adopted(1, "2026-09-02", 6), adopted(2, "2027-02-28", 12)]);
    assert_eq!(due(&longer, "2027-03-01"), None);
    assert_eq!(due(&longer, "2027-09-01"), Some(2));
    let shorter = Schedules::replay([adopted(1, "2026-09-02", 24), adopted(2, "2027-06-01", 6)]);
    assert_eq!(due(&shorter, "2027-05-31"), None);
    assert_eq!(due(&shorter, "2027-06-01"), Some(2));
    let too_late = Schedules::replay([adopted(1, "2026-09-02", 6), adopted(2, "2027-03-02", 12)]);
    assert_eq!(due(&too_late, "2027-03-01"), Some(1), "on that day the shorter one decides");
    assert_eq!(due(&too_late, "2027-03-02"), None, "who was not forgotten by then is kept longer");
}
