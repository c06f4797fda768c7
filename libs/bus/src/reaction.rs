//! A reaction answers an event of another service with a command here.

use decider::CommandContext;
use event_log::{Recorded, Unreadable, is_outage, without_values};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use uuid::Uuid;

use crate::parked::OnParked;

/// Answers events of other services with commands here.
pub trait Reaction: Send + Sync + 'static {
    /// In kebab-case. Never changed: command ids are derived from it.
    const NAME: &'static str;
    /// The services whose logs it reads.
    const LOGS: &'static [&'static str];
    /// The categories it answers, the first parts of streams' names; `None` means all. Others never reach it.
    const CATEGORIES: Option<&'static [&'static str]> = None;
    /// What happens to later events of a stream of which one is parked.
    const ON_PARKED: OnParked = OnParked::StreamWaits;

    /// The answer to one event; `Ok` also when there is nothing to do.
    ///
    /// `asked` is by the hub, caused by the event, and its command id is derived from the event's: handled
    /// twice, it has one effect. For more than one command, see [`part`].
    fn react(&self, happened: &Recorded, asked: CommandContext)
    -> impl Future<Output = Result<(), CannotReact>> + Send;
}

/// Why a reaction had no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotReact {
    /// Something is missing that should be there by now, or does not answer: tried again for as long as it takes. Later
    /// events of the log wait. After half a minute an alarm names what it waits for.
    #[error("{0}")]
    Later(String),
    /// It will not become possible by itself, such as a refusal or an event that does not read: parked at once.
    #[error("{0}")]
    Never(String),
}

impl CannotReact {
    /// `what` is not in a lookup. It may still come while the lookup has not `read` the event that needs it; afterwards it
    /// never will, and waiting would hold up everything behind it. Find out whether it has read it before you look.
    #[must_use]
    pub fn lacking(what: &str, read: bool) -> Self {
        if read {
            Self::Never(format!("{what} does not exist"))
        } else {
            Self::Later(format!("{what} is not known yet"))
        }
    }
}

impl From<event_log::Error> for CannotReact {
    fn from(error: event_log::Error) -> Self {
        match error {
            event_log::Error::Refused(refused) => {
                Self::Never(format!("{}/{}: {refused}", refused.aggregate, refused.code))
            }
            event_log::Error::Unreadable(unreadable) => unreadable.into(),
            event_log::Error::Reused | event_log::Error::TooLarge { .. } => Self::Never(error.to_string()),
            // Decided alike the next time: a fault of the program.
            event_log::Error::Nonconforming(error) => Self::Never(error.to_string()),
            event_log::Error::Unavailable(error) => error.into(),
            other => Self::Later(other.to_string()),
        }
    }
}

impl From<sqlx::Error> for CannotReact {
    fn from(error: sqlx::Error) -> Self {
        let reason = without_values(&error);
        // A statement that the database refuses is a fault of the program: asked again, it is refused again.
        if is_outage(&error) { Self::Later(reason) } else { Self::Never(reason) }
    }
}

impl From<Unreadable> for CannotReact {
    fn from(error: Unreadable) -> Self {
        Self::Never(format!("unreadable at line {}, column {}", error.0.line(), error.0.column()))
    }
}

/// The same asker for one of several commands that answer one event, under a command id of its own.
#[must_use]
pub fn part(asked: &CommandContext, name: &str) -> CommandContext {
    let mut asked = asked.clone();
    if let Some(command) = &mut asked.command {
        command.id = Uuid::new_v5(&command.id, name.as_bytes());
    }
    asked
}

/// A reaction whose type is forgotten.
pub(crate) trait AnyReaction: Send + Sync {
    fn name(&self) -> &'static str;
    fn logs(&self) -> &'static [&'static str];
    fn on_parked(&self) -> OnParked;
    fn answers(&self, event: &Recorded) -> bool;
    fn react<'a>(&'a self, happened: &'a Recorded, asked: CommandContext) -> BoxFuture<'a, Result<(), CannotReact>>;
}

impl<R: Reaction> AnyReaction for R {
    fn name(&self) -> &'static str {
        R::NAME
    }
    fn logs(&self) -> &'static [&'static str] {
        R::LOGS
    }
    fn on_parked(&self) -> OnParked {
        R::ON_PARKED
    }
    fn answers(&self, event: &Recorded) -> bool {
        R::CATEGORIES.is_none_or(|categories| categories.contains(&event.category()))
    }
    fn react<'a>(&'a self, happened: &'a Recorded, asked: CommandContext) -> BoxFuture<'a, Result<(), CannotReact>> {
        let reacted = AssertUnwindSafe(R::react(self, happened, asked)).catch_unwind();
        Box::pin(reacted.map(|done| done.unwrap_or_else(|_| Err(CannotReact::Never("it panicked".into())))))
    }
}

/// The reaction's name in checkpoints and among what is parked.
pub(crate) fn reader(name: &str) -> String {
    format!("reaction/{name}")
}
