//! Claims about who is held back.

use super::*;
use decider::given;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn hold(name: &str) -> HoldId {
    HoldId::derived(&[name])
}

fn person(name: &str) -> PersonId {
    PersonId::derived(&[name])
}

fn reason() -> Reason {
    "Lopend geschil".parse().unwrap()
}

fn placed(name: &str, covers: Covers, until: Option<&str>) -> Event {
    Event::Placed {
        hold: hold(name),
        covers,
        reason: reason(),
        until: until.map(date),
        placed_by: ActorId::derived(&["somebody"]),
        occurred_on: date("2026-09-01"),
    }
}

fn lifted(name: &str) -> Event {
    let (reason, lifted_by, occurred_on) = (reason(), ActorId::derived(&["somebody"]), date("2026-09-01"));
    Event::Lifted { hold: hold(name), reason, lifted_by, occurred_on }
}

fn covered(holds: &Holds, name: &str, class: Class, day: &str) -> bool {
    holds.covering(person(name), class, date(day)).is_some()
}

// The tests ask on 1 September 2026.
#[test]
fn the_last_day_of_a_hold_is_today_at_the_earliest() {
    let place = |until: &str| Command::Place {
        hold: hold("a"),
        covers: Covers::Region,
        reason: reason(),
        until: Some(date(until)),
    };
    given::<Holds>([]).when(place("2026-08-31")).then_refused(Refusal::OverAlready);
    let placed_once = || [placed("a", Covers::Region, Some("2026-09-01"))];
    given::<Holds>(placed_once()).when(place("2026-09-01")).then_nothing();
    given::<Holds>(placed_once()).when(place("2026-09-02")).then_refused(Refusal::AnotherHold);
}

#[test]
fn a_hold_is_lifted_once_and_only_when_there_is_one() {
    let lift = || Command::Lift { hold: hold("a"), reason: reason() };
    given::<Holds>([]).when(lift()).then_refused(Refusal::NoSuchHold);
    given::<Holds>([placed("a", Covers::Region, None), lifted("a")]).when(lift()).then_nothing();
}

#[test]
fn a_hold_covers_a_person_a_class_or_everybody() {
    let of = |covers| Holds::replay([placed("a", covers, None)]);
    let one = of(Covers::Person { person: person("x") });
    assert!(covered(&one, "x", Class::Pupil, "2099-01-01") && !covered(&one, "y", Class::Pupil, "2099-01-01"));
    let class = of(Covers::Class { class: Class::Staff });
    assert!(covered(&class, "x", Class::Staff, "2099-01-01") && !covered(&class, "x", Class::Pupil, "2099-01-01"));
    let region = of(Covers::Region);
    assert!(Class::ALL.into_iter().all(|class| covered(&region, "x", class, "2099-01-01")));
}

#[test]
fn a_hold_holds_through_its_last_day_or_until_it_is_lifted() {
    let until = Holds::replay([placed("a", Covers::Region, Some("2027-06-30"))]);
    assert!(covered(&until, "x", Class::Pupil, "2027-06-30") && !covered(&until, "x", Class::Pupil, "2027-07-01"));
    let both = [placed("a", Covers::Region, None), placed("b", Covers::Class { class: Class::Pupil }, None)];
    let one_lifted = Holds::replay(both.into_iter().chain([lifted("a")]));
    assert_eq!(one_lifted.covering(person("x"), Class::Pupil, date("2027-01-01")).map(|it| it.hold), Some(hold("b")));
    assert!(!covered(&one_lifted, "x", Class::Staff, "2027-01-01"));
}

#[test]
fn a_stream_of_holds_is_read_as_it_is_written_and_is_never_a_region() {
    let on = [Covers::Region, Covers::Class { class: Class::Staff }, Covers::Person { person: person("x") }];
    for of in on.map(HoldsOf::On) {
        assert_eq!(of.to_string().parse(), Ok(of.clone()));
        assert!(of.to_string().parse::<vocabulary::RegionId>().is_err(), "{of}");
    }
    assert_eq!("voorbeeld".parse(), Ok(HoldsOf::Earlier("voorbeeld".parse().unwrap())));
    for bad in ["", "class:", "class:x", "person:x", "region:", "Voorbeeld"] {
        assert!(bad.parse::<HoldsOf>().is_err(), "{bad}");
    }
}

#[test]
fn holds_of_several_streams_count_together_and_the_first_day_comes_first() {
    let on = |name: &str, covers, day: &str| {
        let Event::Placed { hold, reason, until, placed_by, .. } = placed(name, covers, None) else { unreachable!() };
        Holds::replay([Event::Placed { hold, covers, reason, until, placed_by, occurred_on: date(day) }])
    };
    let own = on("own", Covers::Person { person: person("x") }, "2026-09-02");
    let class = on("class", Covers::Class { class: Class::Pupil }, "2026-09-01");
    let together = Holds::together([own, class]);
    let first = |name: &str| together.covering(person(name), Class::Pupil, date("2026-09-03")).map(|held| held.hold);
    assert_eq!((first("x"), first("y")), (Some(hold("class")), Some(hold("class"))));
    assert_eq!(together.all().iter().map(|it| it.id).collect::<Vec<_>>(), [hold("class"), hold("own")]);
    assert_eq!(together.covering(person("x"), Class::Staff, date("2026-09-03")).map(|it| it.hold), Some(hold("own")));
}
