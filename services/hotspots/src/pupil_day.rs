//! A pupil's day is where one pupil is on one date, across hotspots: never in two places at once.
//!
//! For each session: free ─book→ booked ─enter→ inside ─leave→ was there
//!                     ↑──free────┘                ↑────enter────┘
//!
//! It changes in the same append as the session or the attendance that it is about.

pub mod commands;

use crate::session::whole_minutes;
use chrono::{DateTime, Utc};
use commands::{Command, Refusal};
use decider::{Aggregate, Asked};
use proto_schemas::hotspots::pupil_day::Event;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::{Minutes, PupilDayId, SessionId};

/// A pupil's day, as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PupilDay {
    booked: BTreeMap<SessionId, (DateTime<Utc>, DateTime<Utc>)>,
    inside: BTreeSet<SessionId>,
    visited: BTreeSet<SessionId>,
}

impl PupilDay {
    fn minutes(&self) -> Minutes {
        self.booked.values().map(|(from, until)| whole_minutes(*from, *until)).sum()
    }

    fn leave(&self, session: SessionId) -> Vec<Event> {
        if self.inside.contains(&session) { vec![Event::Left { session }] } else { vec![] }
    }
}

impl Aggregate for PupilDay {
    const CATEGORY: &'static str = "pupil-day";
    type Id = PupilDayId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, _: &Asked) -> Result<Vec<Event>, Refusal> {
        Ok(match command {
            Command::Book { session, .. } if self.booked.contains_key(session) => vec![],
            Command::Book { pupil, date, session, starts_at, ends_at, cap } => {
                // A session may begin at the moment another one ends.
                if self.booked.values().any(|(from, until)| starts_at < until && from < ends_at) {
                    return Err(Refusal::Elsewhere);
                }
                let minutes = self.minutes() + whole_minutes(*starts_at, *ends_at);
                if let Some(cap) = cap.filter(|cap| minutes > *cap) {
                    return Err(Refusal::TooLong { minutes, cap });
                }
                vec![Event::Booked {
                    pupil: *pupil,
                    date: *date,
                    session: *session,
                    starts_at: *starts_at,
                    ends_at: *ends_at,
                }]
            }
            Command::Free { session } if self.visited.contains(session) => return Err(Refusal::WasThere),
            Command::Free { session } if self.booked.contains_key(session) => vec![Event::Freed { session: *session }],
            Command::Free { .. } => vec![],
            Command::Enter { session } if self.inside.contains(session) => vec![],
            Command::Enter { .. } if !self.inside.is_empty() => return Err(Refusal::StillElsewhere),
            Command::Enter { session } if self.booked.contains_key(session) => {
                vec![Event::Entered { session: *session }]
            }
            Command::Enter { .. } => return Err(Refusal::NotBooked),
            Command::Visit { session } if self.visited.contains(session) => self.leave(*session),
            Command::Visit { session } if self.booked.contains_key(session) => {
                vec![Event::Entered { session: *session }, Event::Left { session: *session }]
            }
            Command::Visit { .. } => return Err(Refusal::NotBooked),
            Command::Leave { session } => self.leave(*session),
        })
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::Booked { session, starts_at, ends_at, .. } => {
                self.booked.insert(session, (starts_at, ends_at));
            }
            Event::Freed { session } => {
                self.booked.remove(&session);
            }
            Event::Entered { session } => {
                self.inside.insert(session);
                self.visited.insert(session);
            }
            Event::Left { session } => {
                self.inside.remove(&session);
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
        Command::Book {
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
        given::<PupilDay>([booked("one", 7, 10)]).when(Command::Free { session: session("one") }).then([freed.clone()]);
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
        let visit = |name| Command::Visit { session: session(name) };
        given::<PupilDay>(both.clone()).when(visit("one")).then(visited.clone());
        given::<PupilDay>([both.clone(), visited.to_vec()].concat()).when(visit("one")).then_nothing();
        given::<PupilDay>([both.clone(), visited.to_vec()].concat())
            .when(Command::Enter { session: session("two") })
            .then_nothing();
        given::<PupilDay>(both).when(visit("two")).then([Event::Left { session: session("two") }]);
    }

    #[test]
    fn who_was_there_is_not_taken_from_the_day() {
        given::<PupilDay>([booked("one", 7, 10), Event::Entered { session: session("one") }])
            .when(Command::Free { session: session("one") })
            .then_refused(Refusal::WasThere);
    }
}
