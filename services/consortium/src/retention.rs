//! Retention: how long who is kept, who is held back, and the round that forgets whoever's term is over.
//!
//! ```text
//! schedule (class → term) ┐
//! person (left on)        ├─ due? ─ a hold? ─ keys destroyed ─ PersonForgotten
//! holds                   ┘
//! ```
//!
//! **Invariant:** without an adopted schedule, and before somebody left, nobody is ever due.

pub mod daily;
pub(crate) mod forgetting;
pub mod forgotten;
pub mod hold;
pub(crate) mod holds;
pub mod people;
pub mod round;
pub mod run;
pub mod runs;
pub mod schedule;
pub mod term;
mod turn;

pub(crate) use turn::turn;
