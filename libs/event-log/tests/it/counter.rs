//! The smallest aggregate: it counts up to a limit.

use decider::{Aggregate, CommandContext, CommandKey, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vocabulary::{Actor, ActorId, Role};

#[derive(Default)]
pub struct Counter {
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    #[serde(rename = "nl.sterktechniekonderwijs.counters.counter-raised.v1")]
    Raised { by: u32 },
}

/// Raise by so much; nothing is never new.
pub struct Raise(pub u32);

#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum No {
    #[error("{most} is the most")]
    TooMuch { most: u32 },
}

impl Refusal for No {
    fn in_dutch(&self) -> String {
        let Self::TooMuch { most } = self;
        format!("{most} is het meeste")
    }
}

impl Aggregate for Counter {
    const CATEGORY: &'static str = "counter";
    type Id = Uuid;
    type Command = Raise;
    type Event = Event;
    type Refusal = No;

    fn decide(&self, Raise(by): &Raise, _: &CommandContext) -> Result<Vec<Event>, No> {
        match by {
            0 => Ok(vec![]),
            by if self.count + by > 1_000 => Err(No::TooMuch { most: 1_000 }),
            by => Ok(vec![Event::Raised { by: *by }]),
        }
    }

    fn evolve(self, Event::Raised { by }: Event) -> Self {
        Self { count: self.count + by }
    }
}

pub fn asked() -> CommandContext {
    let actor = Actor { id: ActorId::derived(&["tester"]), role: Role::ProgrammeLeader, organisation: None };
    CommandContext::new(actor, chrono::Utc::now())
}

pub fn under(command: Uuid, fingerprint: &str) -> CommandContext {
    CommandContext { command: Some(CommandKey { id: command, fingerprint: fingerprint.into() }), ..asked() }
}

/// What is at a level: raised to where it is already, nothing happens.
#[derive(Default)]
pub struct Level(u32);

/// Raise to so much.
pub struct To(pub u32);

impl Aggregate for Level {
    const CATEGORY: &'static str = "level";
    type Id = Uuid;
    type Command = To;
    type Event = Event;
    type Refusal = No;

    fn decide(&self, To(level): &To, _: &CommandContext) -> Result<Vec<Event>, No> {
        match level.checked_sub(self.0) {
            None | Some(0) => Ok(vec![]),
            Some(by) => Ok(vec![Event::Raised { by }]),
        }
    }

    fn evolve(self, Event::Raised { by }: Event) -> Self {
        Self(self.0 + by)
    }
}
