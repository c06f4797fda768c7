//! Defines an aggregate: it decides what happens next from what happened before.
//!
//! An aggregate decides what happens next from what happened before. Pure: no clock, no
//! randomness, no database; who asks and when comes along in [`CommandContext`].

mod clock;
mod command_context;
mod testing;

pub use clock::{Clock, Hand};
pub use command_context::{CommandContext, CommandKey};
pub use testing::{Given, Outcome, given};

use serde::{Serialize, de::DeserializeOwned};

/// One thing with one life: a session, an agreement, a contribution line.
///
/// The default value is the thing before anything happened to it.
pub trait Aggregate: Default + Send + Sync + 'static {
    /// The first part of a stream's name, such as `session`.
    const CATEGORY: &'static str;
    /// The second part of a stream's name.
    type Id: std::fmt::Display + std::str::FromStr + Clone + Send + Sync;
    /// What may be asked, in the imperative.
    type Command: Send + Sync;
    /// What may have happened, in the past tense: an enum tagged `type` and `data`.
    type Event: Event;
    /// Why not.
    type Refusal: Refusal;

    /// What happens when `command` is asked.
    ///
    /// Nothing new is `Ok(vec![])`: asking twice is harmless.
    fn decide(&self, command: &Self::Command, asked: &CommandContext) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// The state after `event`.
    #[must_use]
    fn evolve(self, event: Self::Event) -> Self;

    /// The state after a whole history.
    fn replay(history: impl IntoIterator<Item = Self::Event>) -> Self {
        history.into_iter().fold(Self::default(), Self::evolve)
    }
}

/// The events of one aggregate.
///
/// An enum that serde tags with `type` and `data`, each variant renamed to its full type:
/// it reads from the text of a CloudEvent as it stands, and writes that text's tail.
pub trait Event:
    Serialize + DeserializeOwned + schemars::JsonSchema + Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static
{
}

impl<T> Event for T where
    T: Serialize
        + DeserializeOwned
        + schemars::JsonSchema
        + Clone
        + PartialEq
        + std::fmt::Debug
        + Send
        + Sync
        + 'static
{
}

/// Why a command was refused, answered to its caller: an enum with a variant for each reason, whose names are the codes
/// (`strum::AsRefStr` and `strum::VariantNames` in kebab-case). The error's own text is the English sentence.
pub trait Refusal:
    std::error::Error + AsRef<str> + strum::VariantNames + Clone + PartialEq + Send + Sync + 'static
{
    /// A stable code in kebab-case, unique within the aggregate, such as `full`.
    fn code(&self) -> &'static str {
        let code = self.as_ref();
        Self::VARIANTS.iter().copied().find(|variant| *variant == code).unwrap_or_default()
    }

    /// Every code there is, in the order of the variants.
    #[must_use]
    fn codes() -> &'static [&'static str] {
        Self::VARIANTS
    }

    /// The same sentence in Dutch.
    fn in_dutch(&self) -> String;
}
