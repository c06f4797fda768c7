//! A run is one round of the retention schedule, in batches; what it tells are numbers.
//!
//! New ─advance→ Running ─advance→ Running ─finish→ Finished

pub(crate) mod api;
mod commands;

pub use commands::{Command, Refusal};

use decider::{Aggregate, CommandContext};
use proto_schemas::consortium::retention_run::Event;
use vocabulary::RetentionRunId;

/// One run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Run {
    /// Nobody was forgotten in it yet.
    #[default]
    New,
    /// So many were.
    Running { forgotten: u32 },
    /// It is over.
    Finished,
}

impl Aggregate for Run {
    const CATEGORY: &'static str = "retention-run";
    type Id = RetentionRunId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        let occurred_on = asked.today();
        Ok(match (self, command) {
            (Self::Finished, Command::Advance { .. }) => return Err(Refusal::Finished),
            (Self::Finished, Command::Finish { .. }) => vec![],
            (Self::New | Self::Running { .. }, Command::Advance { schedule_version, class, people, ended_until }) => {
                let (schedule_version, class) = (*schedule_version, *class);
                let (people, ended_until) = (*people, *ended_until);
                vec![Event::Advanced { schedule_version, class, people, ended_until, occurred_on }]
            }
            (Self::New, Command::Finish { held }) => {
                vec![Event::Finished { forgotten: 0, held: held.clone(), occurred_on }]
            }
            (Self::Running { forgotten }, Command::Finish { held }) => {
                vec![Event::Finished { forgotten: *forgotten, held: held.clone(), occurred_on }]
            }
        })
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (Self::Running { forgotten }, Event::Advanced { people, .. }) => {
                Self::Running { forgotten: forgotten.saturating_add(people) }
            }
            (Self::New | Self::Finished, Event::Advanced { people, .. }) => Self::Running { forgotten: people },
            (_, Event::Finished { .. }) => Self::Finished,
        }
    }
}

#[cfg(test)]
mod tests;
