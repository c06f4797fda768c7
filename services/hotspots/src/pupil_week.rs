//! A pupil's week is how long one pupil is at companies from Monday to Sunday.
//!
//! For each session: free ─book→ booked ─free→ free
//!
//! It changes in the same append as the session and the pupil's day, so that the cap is exact.

mod commands;

pub use commands::{Command, Refusal};

use decider::{Aggregate, CommandContext};
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

    fn decide(&self, command: &Command, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        Ok(match command {
            Command::BookWeek { session, .. } if self.booked.contains_key(session) => vec![],
            Command::BookWeek { pupil, monday, session, minutes, cap } => {
                let week = self.booked.values().copied().sum::<Minutes>() + *minutes;
                if let Some(cap) = cap.filter(|cap| week > *cap) {
                    return Err(Refusal::TooLong { minutes: week, cap });
                }
                vec![Event::Booked { pupil: *pupil, monday: *monday, session: *session, minutes: *minutes }]
            }
            Command::FreeWeek { session } if self.booked.contains_key(session) => {
                vec![Event::Freed { session: *session }]
            }
            Command::FreeWeek { .. } => vec![],
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
mod tests;
