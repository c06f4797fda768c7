//! Claims about a pupil's week.

use super::*;
use decider::given;
use vocabulary::PersonId;

fn session(number: u32) -> SessionId {
    SessionId::derived(&[&number.to_string()])
}

fn booked(number: u32, minutes: Minutes) -> Event {
    let (pupil, monday) = (PersonId::derived(&["pupil"]), "2026-10-05".parse().unwrap());
    Event::Booked { pupil, monday, session: session(number), minutes }
}

fn book(number: u32, minutes: Minutes, cap: Option<Minutes>) -> Command {
    let (pupil, monday) = (PersonId::derived(&["pupil"]), "2026-10-05".parse().unwrap());
    Command::BookWeek { pupil, monday, session: session(number), minutes, cap }
}

#[test]
fn thirty_five_hours_a_week_is_enough_at_fifteen() {
    // L4
    let cap = Some(Minutes::hours(35));
    let days = || (1..=4).map(|day| booked(day, Minutes::hours(7)));
    given::<PupilWeek>(days()).when(book(5, Minutes::hours(7), cap)).then([booked(5, Minutes::hours(7))]);
    given::<PupilWeek>(days())
        .when(book(5, Minutes(421), cap))
        .then_refused(Refusal::TooLong { minutes: Minutes(35 * 60 + 1), cap: Minutes::hours(35) });
    given::<PupilWeek>(days()).when(book(5, Minutes(421), None)).then([booked(5, Minutes(421))]);
}

#[test]
fn a_freed_session_gives_its_hours_back_once() {
    let freed = Event::Freed { session: session(1) };
    let free = || Command::FreeWeek { session: session(1) };
    given::<PupilWeek>([booked(1, Minutes(360))]).when(free()).then([freed.clone()]);
    given::<PupilWeek>([booked(1, Minutes(360)), freed.clone()]).when(free()).then_nothing();
    given::<PupilWeek>([booked(1, Minutes(360))]).when(book(1, Minutes(360), None)).then_nothing();
    given::<PupilWeek>([booked(1, Minutes(360)), freed])
        .when(book(2, Minutes(360), Some(Minutes(360))))
        .then([booked(2, Minutes(360))]);
}
