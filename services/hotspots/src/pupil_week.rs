//! A pupil's week is how long one pupil is at companies from Monday to Sunday.
//!
//! For each session: free ─book→ booked ─free→ free
//!
//! It changes in the same append as the session and the pupil's day, so that the cap is exact.

pub mod commands;

use commands::{Command, Refusal};
use decider::{Aggregate, Asked};
use proto_schemas::hotspots::pupil_week::Event;
use std::collections::BTreeMap;
use vocabulary::{Minutes, PupilWeekId, SessionId};

/// A pupil's week, as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PupilWeek {
    booked: BTreeMap<SessionId, Minutes>,
}

impl Aggregate for PupilWeek {
    const CATEGORY: &'static str = "pupil-week";
    type Id = PupilWeekId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, _: &Asked) -> Result<Vec<Event>, Refusal> {
        Ok(match command {
            Command::Book { session, .. } if self.booked.contains_key(session) => vec![],
            Command::Book { pupil, monday, session, minutes, cap } => {
                let week = self.booked.values().copied().sum::<Minutes>() + *minutes;
                if let Some(cap) = cap.filter(|cap| week > *cap) {
                    return Err(Refusal::TooLong { minutes: week, cap });
                }
                vec![Event::Booked { pupil: *pupil, monday: *monday, session: *session, minutes: *minutes }]
            }
            Command::Free { session } if self.booked.contains_key(session) => vec![Event::Freed { session: *session }],
            Command::Free { .. } => vec![],
        })
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::Booked { session, minutes, .. } => {
                self.booked.insert(session, minutes);
            }
            Event::Freed { session } => {
                self.booked.remove(&session);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
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
        Command::Book { pupil, monday, session: session(number), minutes, cap }
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
        let free = || Command::Free { session: session(1) };
        given::<PupilWeek>([booked(1, Minutes(360))]).when(free()).then([freed.clone()]);
        given::<PupilWeek>([booked(1, Minutes(360)), freed.clone()]).when(free()).then_nothing();
        given::<PupilWeek>([booked(1, Minutes(360))]).when(book(1, Minutes(360), None)).then_nothing();
        given::<PupilWeek>([booked(1, Minutes(360)), freed])
            .when(book(2, Minutes(360), Some(Minutes(360))))
            .then([booked(2, Minutes(360))]);
    }
}
