//! An arrangement is how a company's days are counted under a scheme unless a day says otherwise.
//!
//! ```text
//! nothing (forfait) ─agree→ Agreed from a date on ─agree→ …
//! ```

pub(crate) mod api;
mod commands;

pub use commands::{AgreeMethod, Refusal};

use chrono::NaiveDate;
use decider::{Aggregate, CommandContext};
use proto_schemas::co_financing::{arrangement::Event, contribution_day::Method};
use vocabulary::ArrangementId;

/// An arrangement as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    agreed: Vec<(NaiveDate, Method)>,
}

impl Arrangement {
    /// How days on `date` are counted: by what was agreed last among what holds then, forfait before that.
    #[must_use]
    pub fn method_on(&self, date: NaiveDate) -> Method {
        let held = self.agreed.iter().filter(|(from, _)| *from <= date);
        held.max_by_key(|(from, _)| *from).map_or(Method::Forfait, |(_, method)| *method)
    }
}

impl Aggregate for Arrangement {
    const CATEGORY: &'static str = "arrangement";
    type Id = ArrangementId;
    type Command = AgreeMethod;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &AgreeMethod, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let AgreeMethod { company, scheme, method, from } = command.clone();
        if self.agreed.iter().rev().find(|(date, _)| *date == from).is_some_and(|(_, same)| *same == method) {
            return Ok(vec![]);
        }
        if from < asked.today() {
            return Err(Refusal::Backwards { from });
        }
        Ok(vec![Event::MethodAgreed { company, scheme, method, from }])
    }

    fn evolve(mut self, event: Event) -> Self {
        let Event::MethodAgreed { method, from, .. } = event;
        self.agreed.push((from, method));
        self
    }
}

#[cfg(test)]
mod tests;
