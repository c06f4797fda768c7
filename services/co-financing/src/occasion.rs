//! An occasion is what one company does at one session on one date: it counts under one scheme.
//!
//! ```text
//! nothing ─assign→ Assigned
//! ```
//!
//! A contribution day belongs to a scheme by its id, so two days of two schemes could hold the same
//! attendance. Both are made in one append with their occasion, and an occasion has one scheme (S13).

mod commands;

pub use commands::{Assign, Refusal};

use decider::{Aggregate, CommandContext};
use proto_schemas::co_financing::occasion::Event;
use vocabulary::{OccasionId, SchemeCode};

/// An occasion as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Occasion {
    /// The scheme it counts under.
    pub scheme: Option<SchemeCode>,
}

impl Aggregate for Occasion {
    const CATEGORY: &'static str = "occasion";
    type Id = OccasionId;
    type Command = Assign;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Assign, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match &self.scheme {
            Some(scheme) if *scheme == command.scheme => Ok(vec![]),
            Some(scheme) => Err(Refusal::OtherScheme { scheme: scheme.clone() }),
            None => Ok(vec![Event::Assigned {
                company: command.company,
                session: command.session,
                date: command.date,
                scheme: command.scheme.clone(),
            }]),
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        let Event::Assigned { scheme, .. } = event;
        self.scheme = Some(scheme);
        self
    }
}

#[cfg(test)]
mod tests;
