//! A scheme is what money is counted under: its terms as data, and the claims that were fixed under it.
//!
//! ```text
//! nothing ─register→ Registered ─register again→ Registered (new terms)
//!            claims of later and later years are fixed, one after another
//! ```
//!
//! The scheme `sto` is there from the start.

pub(crate) mod api;
mod commands;

pub use commands::{Command, Refusal};

use decider::{Aggregate, CommandContext};
use proto_schemas::co_financing::scheme::{Event, Terms};
use vocabulary::{ClaimId, Label, SchemeCode};

/// A scheme as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scheme {
    /// Name, source and terms; absent for one that was never registered.
    pub registered: Option<(Label, Label, Terms)>,
    /// Fixed claims, in order.
    pub fixed: Vec<(ClaimId, u16)>,
}

impl Scheme {
    /// Whether anything may be counted under it.
    #[must_use]
    pub fn exists(&self, code: &SchemeCode) -> bool {
        *code == SchemeCode::sto() || self.registered.is_some()
    }

    /// The last year that is fixed.
    #[must_use]
    pub fn last_fixed(&self) -> Option<u16> {
        self.fixed.last().map(|(_, year)| *year)
    }
}

impl Aggregate for Scheme {
    const CATEGORY: &'static str = "scheme";
    type Id = SchemeCode;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Register { name, source, terms } => {
                let wanted = (name.clone(), source.clone(), terms.clone());
                if self.registered.as_ref() == Some(&wanted) {
                    return Ok(vec![]);
                }
                let (name, source, terms) = wanted;
                Ok(vec![Event::Registered { name, source, terms }])
            }
            Command::FixClaim { claim, year, seen } => match self.last_fixed() {
                _ if self.fixed.iter().any(|(fixed, _)| fixed == claim) => Ok(vec![]),
                Some(fixed) if fixed >= *year => Err(Refusal::LaterFixed { year: fixed }),
                _ if self.fixed.len() != *seen => Err(Refusal::AnotherFixed),
                _ => Ok(vec![Event::ClaimFixed { claim: *claim, year: *year }]),
            },
        }
    }

    fn evolve(mut self, event: Event) -> Self {
        match event {
            Event::Registered { name, source, terms } => self.registered = Some((name, source, terms)),
            Event::ClaimFixed { claim, year } => self.fixed.push((claim, year)),
        }
        self
    }
}

#[cfg(test)]
mod tests;
