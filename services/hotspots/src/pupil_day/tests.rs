//! Claims about a pupil's day.

use super::*;
use decider::given;
use vocabulary::PersonId;

fn session(name: &str) -> SessionId {
    SessionId::derived(&[name])
}

fn hour(hour: u32) -> DateTime<Utc> {
    format!("2026-10-06T{hour:02}:00:00Z").parse().unwrap()
}

fn booked(name: &str, from: u32, until: u32) -> Event {
    Event::Booked {
        pupil: PersonId::derived(&["pupil"]),
        date: "2026-10-06".parse().unwrap(),
        session: session(name),
        starts_at: hour(from),
        ends_at: hour(until),
    }
}

fn book(name: &str, from: u32, until: u32, cap: Option<Minutes>) -> Command {
    Command::BookDay {
        pupil: PersonId::derived(&["pupil"]),
        date: "2026-10-06".parse().unwrap(),
        session: session(name),
        starts_at: hour(from),
        ends_at: hour(until),
        cap,
    }
}

#[test]
fn nobody_is_in_two_places_at_once() {
    given::<PupilDay>([booked("one", 7, 10)]).when(book("two", 9, 12, None)).then_refused(Refusal::Elsewhere);
    given::<PupilDay>([booked("one", 7, 10)]).when(book("two", 6, 8, None)).then_refused(Refusal::Elsewhere);
    given::<PupilDay>([booked("one", 7, 10)]).when(book("two", 8, 9, None)).then_refused(Refusal::Elsewhere);
    given::<PupilDay>([booked("one", 7, 10)]).when(book("two", 10, 12, None)).then([booked("two", 10, 12)]);
}

#[test]
fn a_session_booked_twice_is_booked_once() {
    given::<PupilDay>([booked("one", 7, 10)]).when(book("one", 7, 10, None)).then_nothing();
}

#[test]
fn a_freed_part_of_the_day_may_be_booked_again() {
    let freed = Event::Freed { session: session("one") };
    given::<PupilDay>([booked("one", 7, 10)]).when(Command::FreeDay { session: session("one") }).then([freed.clone()]);
    given::<PupilDay>([booked("one", 7, 10), freed]).when(book("two", 7, 10, None)).then([booked("two", 7, 10)]);
}

#[test]
fn seven_hours_a_day_is_enough_at_fifteen() {
    // L4
    given::<PupilDay>([booked("one", 6, 10)])
        .when(book("two", 10, 13, Some(Minutes::hours(7))))
        .then([booked("two", 10, 13)]);
    given::<PupilDay>([booked("one", 6, 10)])
        .when(book("two", 10, 14, Some(Minutes::hours(7))))
        .then_refused(Refusal::TooLong { minutes: Minutes::hours(8), cap: Minutes::hours(7) });
    given::<PupilDay>([booked("one", 6, 10)]).when(book("two", 10, 14, None)).then([booked("two", 10, 14)]);
}

#[test]
fn a_pupil_is_checked_in_at_one_session_at_a_time() {
    let entered = |name| Event::Entered { session: session(name) };
    let enter = |name| Command::Enter { session: session(name) };
    let both = || vec![booked("one", 7, 10), booked("two", 10, 12)];
    given::<PupilDay>(both()).when(enter("one")).then([entered("one")]);
    let inside = [both(), vec![entered("one")]].concat();
    given::<PupilDay>(inside.clone()).when(enter("one")).then_nothing();
    given::<PupilDay>(inside.clone()).when(enter("two")).then_refused(Refusal::StillElsewhere);
    given::<PupilDay>([inside, vec![Event::Left { session: session("one") }]].concat())
        .when(enter("two"))
        .then([entered("two")]);
    given::<PupilDay>([]).when(enter("one")).then_refused(Refusal::NotBooked);
}

#[test]
fn a_visit_noted_afterwards_does_not_end_another() {
    let both = vec![booked("one", 7, 10), booked("two", 10, 12), Event::Entered { session: session("two") }];
    let visited = [Event::Entered { session: session("one") }, Event::Left { session: session("one") }];
    let visit = |name| Command::NoteVisit { session: session(name) };
    given::<PupilDay>(both.clone()).when(visit("one")).then(visited.clone());
    given::<PupilDay>([both.clone(), visited.to_vec()].concat()).when(visit("one")).then_nothing();
    given::<PupilDay>([both.clone(), visited.to_vec()].concat())
        .when(Command::Enter { session: session("two") })
        .then_nothing();
    given::<PupilDay>(both).when(visit("two")).then([Event::Left { session: session("two") }]);
}

#[test]
fn a_pupil_who_was_present_keeps_the_day() {
    given::<PupilDay>([booked("one", 7, 10), Event::Entered { session: session("one") }])
        .when(Command::FreeDay { session: session("one") })
        .then_refused(Refusal::WasThere);
}
