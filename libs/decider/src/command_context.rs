//! The context of a command: its actor, its moment and its id.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;
use vocabulary::{Actor, PersonId, amsterdam_date};

/// All that a decision may know beside the history and the command.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandContext {
    /// The actor of the command.
    pub by: Actor,
    /// The moment asked: dates in the command are never after it.
    pub at: DateTime<Utc>,
    /// The person whom the actor acts for, such as the child of a parent.
    pub on_behalf_of: Option<PersonId>,
    /// Under which id the command is kept, so that asking again answers again.
    pub command: Option<CommandKey>,
    /// The version the asker saw (`If-Match`); another one is refused.
    pub expects: Option<i32>,
    /// The event this is a reaction to.
    pub cause: Option<Uuid>,
    /// What ties a chain of commands and events together.
    pub correlation: Option<Uuid>,
    /// The W3C trace this belongs to.
    pub traceparent: Option<String>,
    /// The version of the region's policy that was applied.
    pub policy_version: Option<u32>,
}

/// The id of a command, and a keyed print of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandKey {
    /// Unique per caller and `Idempotency-Key`, or derived from the event reacted to.
    pub id: Uuid,
    /// The same id with another print is a mistake of the caller.
    pub fingerprint: Vec<u8>,
}

impl CommandContext {
    /// Asked by `by` at `at`, with nothing else known.
    #[must_use]
    pub fn new(by: Actor, at: DateTime<Utc>) -> Self {
        Self {
            by,
            at,
            on_behalf_of: None,
            command: None,
            expects: None,
            cause: None,
            correlation: None,
            traceparent: None,
            policy_version: None,
        }
    }

    /// The same, naming the policy that the command applies.
    #[must_use]
    pub fn under(mut self, policy_version: u32) -> Self {
        self.policy_version = Some(policy_version);
        self
    }

    /// The date in the Netherlands.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        amsterdam_date(self.at)
    }
}
