//! Given this history, when that is asked, then this happens.

use crate::{Aggregate, CommandContext};
use vocabulary::{Actor, ActorId, Role};

/// A history to ask something of.
pub struct Given<A: Aggregate> {
    state: A,
    asked: CommandContext,
}

/// What came of it.
pub struct Outcome<A: Aggregate> {
    result: Result<Vec<A::Event>, A::Refusal>,
}

/// Begins a test with a history, asked by a programme leader at noon on 1 September 2026.
#[must_use]
pub fn given<A: Aggregate>(history: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let actor = Actor { id: ActorId::derived(&["tester"]), role: Role::ProgrammeLeader, organisation: None };
    let noon = chrono::DateTime::from_timestamp(1_788_256_800, 0).unwrap_or_default();
    Given { state: A::replay(history), asked: CommandContext::new(actor, noon) }
}

impl<A: Aggregate> Given<A> {
    /// Asked by someone else, at another moment.
    #[must_use]
    pub fn asked(mut self, asked: CommandContext) -> Self {
        self.asked = asked;
        self
    }

    /// Asked by another actor at the same moment.
    #[must_use]
    pub fn by(mut self, actor: Actor) -> Self {
        self.asked.by = actor;
        self
    }

    /// Asked at another moment, such as `2026-09-01T10:00:00Z`.
    ///
    /// # Panics
    /// When the text is not a moment.
    #[must_use]
    pub fn at(mut self, moment: &str) -> Self {
        self.asked.at = moment.parse().unwrap_or_else(|error| panic!("{moment}: {error}"));
        self
    }

    /// Asks.
    #[must_use]
    pub fn when(self, command: impl Into<A::Command>) -> Outcome<A> {
        Outcome { result: self.state.decide(&command.into(), &self.asked) }
    }
}

impl<A: Aggregate> Outcome<A> {
    /// These events and no others.
    ///
    /// # Panics
    /// When something else came of it.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = A::Event>) {
        assert_eq!(self.result, Ok(expected.into_iter().collect()));
    }

    /// Nothing new, and no refusal.
    ///
    /// # Panics
    /// When something else came of it.
    #[track_caller]
    pub fn then_nothing(self) {
        assert_eq!(self.result, Ok(vec![]));
    }

    /// This refusal.
    ///
    /// # Panics
    /// When something else came of it.
    #[track_caller]
    pub fn then_refused(self, refusal: A::Refusal) {
        assert_eq!(self.result, Err(refusal));
    }

    /// The events, for a closer look.
    ///
    /// # Panics
    /// When it was refused.
    #[track_caller]
    pub fn events(self) -> Vec<A::Event> {
        match self.result {
            Ok(events) => events,
            Err(refusal) => panic!("refused: {refusal}"),
        }
    }
}
