//! A pupil's day is where one pupil is on one date, across hotspots: never in two places at once.
//!
//! For each session: free ─book→ booked ─enter→ inside ─leave→ was there
//!                     ↑──free────┘                ↑────enter────┘
//!
//! It changes in the same append as the session or the attendance that it is about.

mod commands;

pub use commands::{Command, Refusal};

use chrono::{DateTime, Utc};
use decider::{Aggregate, CommandContext};
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
        self.booked.values().map(|(from, until)| Minutes::between(*from, *until)).sum()
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

    fn decide(&self, command: &Command, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        Ok(match command {
            Command::BookDay { session, .. } if self.booked.contains_key(session) => vec![],
            Command::BookDay { pupil, date, session, starts_at, ends_at, cap } => {
                // A session may begin at the moment another one ends.
                if self.booked.values().any(|(from, until)| starts_at < until && from < ends_at) {
                    return Err(Refusal::Elsewhere);
                }
                let minutes = self.minutes() + Minutes::between(*starts_at, *ends_at);
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
            Command::FreeDay { session } if self.visited.contains(session) => return Err(Refusal::WasThere),
            Command::FreeDay { session } if self.booked.contains_key(session) => {
                vec![Event::Freed { session: *session }]
            }
            Command::FreeDay { .. } => vec![],
            Command::Enter { session } if self.inside.contains(session) => vec![],
            Command::Enter { .. } if !self.inside.is_empty() => return Err(Refusal::StillElsewhere),
            Command::Enter { session } if self.booked.contains_key(session) => {
                vec![Event::Entered { session: *session }]
            }
            Command::Enter { .. } => return Err(Refusal::NotBooked),
            Command::NoteVisit { session } if self.visited.contains(session) => self.leave(*session),
            Command::NoteVisit { session } if self.booked.contains_key(session) => {
                vec![Event::Entered { session: *session }, Event::Left { session: *session }]
            }
            Command::NoteVisit { .. } => return Err(Refusal::NotBooked),
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
mod tests;
