//! A proof is a paper, known by the hash of its content: it proves one living contribution.
//!
//! ```text
//! Free ─use→ Used ─release→ Free
//! ```
//!
//! The same invoice under two schemes, or twice under one, is the double funding that S13 forbids.

mod commands;

pub use commands::{Command, Refusal};

use decider::{Aggregate, CommandContext};
use proto_schemas::co_financing::proof::Event;
use vocabulary::{ContributionId, DocumentHash, Reach, SchemeCode};

/// A paper as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// What it proves, and under which scheme.
    pub proves: Option<(ContributionId, SchemeCode)>,
}

impl Aggregate for Proof {
    const CATEGORY: &'static str = "proof";
    type Id = DocumentHash;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match (command, &self.proves) {
            (Command::Use { contribution, .. }, Some((other, _))) if contribution == other => Ok(vec![]),
            (Command::Use { .. }, Some((contribution, scheme))) => {
                let named = asked.by.role.reach() == Reach::Region;
                Err(Refusal::InUse { by: named.then(|| (*contribution, scheme.clone())) })
            }
            (Command::Use { contribution, scheme }, None) => {
                Ok(vec![Event::Used { contribution: *contribution, scheme: scheme.clone() }])
            }
            (Command::Release { contribution }, Some((held, _))) if contribution == held => {
                Ok(vec![Event::Released { contribution: *contribution }])
            }
            (Command::Release { .. }, _) => Ok(vec![]),
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        self.proves = match event {
            Event::Used { contribution, scheme } => Some((contribution, scheme)),
            Event::Released { .. } => None,
        };
        self
    }
}

#[cfg(test)]
mod tests;
