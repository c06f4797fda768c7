//! A run is one round of the retention schedule, in batches; what it tells are numbers.
//!
//! New ─advance→ Running ─advance→ Running ─finish→ Finished

pub mod commands;

use commands::{Command, Refusal};
use decider::{Aggregate, Asked};
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

    fn decide(&self, command: &Command, asked: &Asked) -> Result<Vec<Event>, Refusal> {
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
mod tests {
    use super::*;
    use decider::given;
    use proto_schemas::consortium::{retention_run::Held, retention_schedule::Class};

    fn advance(people: u32) -> Command {
        let ended_until = "2026-08-31".parse().unwrap();
        Command::Advance { schedule_version: 1, class: Class::Pupil, people, ended_until }
    }

    fn advanced(people: u32) -> Event {
        let (ended_until, occurred_on) = ("2026-08-31".parse().unwrap(), "2026-09-01".parse().unwrap());
        Event::Advanced { schedule_version: 1, class: Class::Pupil, people, ended_until, occurred_on }
    }

    fn finish() -> Command {
        Command::Finish { held: vec![Held { class: Class::Staff, people: 1 }] }
    }

    fn finished(forgotten: u32) -> Event {
        let held = vec![Held { class: Class::Staff, people: 1 }];
        Event::Finished { forgotten, held, occurred_on: "2026-09-01".parse().unwrap() }
    }

    #[test]
    fn a_run_adds_its_batches_up_and_ends_once() {
        given::<Run>([]).when(advance(100)).then([advanced(100)]);
        given::<Run>([advanced(100), advanced(7)]).when(finish()).then([finished(107)]);
        given::<Run>([]).when(finish()).then([finished(0)]);
        given::<Run>([advanced(100), finished(100)]).when(finish()).then_nothing();
        given::<Run>([advanced(100), finished(100)]).when(advance(1)).then_refused(Refusal::Finished);
    }
}
