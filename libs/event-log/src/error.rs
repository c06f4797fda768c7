//! Why a command had no effect.

use crate::{Nonconforming, Unreadable, is_outage, without_values};

/// A refusal by an aggregate, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{english}")]
pub struct Refused {
    /// The category of the aggregate that refused.
    pub aggregate: &'static str,
    /// Its code for the reason, stable.
    pub code: &'static str,
    /// The reason in English.
    pub english: String,
    /// The reason in Dutch.
    pub dutch: String,
}

/// Why a command had no effect. In every case nothing was written, but for `Unavailable`,
/// where asking again under the same command id tells.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The stream is at another version than the asker saw.
    #[error("{stream} is at version {actual}, not {expected}")]
    Conflict {
        /// Which stream.
        stream: String,
        /// What the asker saw.
        expected: i32,
        /// What it is.
        actual: i32,
    },
    /// Others wrote to the same stream all the time: asking again later may help.
    #[error("others were faster at every attempt: {0}")]
    Contended(String),
    /// The command id was used before for something else.
    #[error("this command id was used before with another content")]
    Reused,
    /// An event is larger than [`crate::MAX_EVENT_BYTES`].
    #[error("an event {event_type} would have {bytes} bytes, which is too many")]
    TooLarge {
        /// Its type.
        event_type: String,
        /// Of its data.
        bytes: usize,
    },
    /// The database does not answer: whether it was written is unknown.
    #[error("the event log is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The database refuses what was asked of it, or holds what nobody can read: waiting does not help.
    #[error("the event log does not take it: {}", without_values(.0))]
    Faulty(#[source] sqlx::Error),
    /// A stored event does not read as its type says.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// What was decided does not conform to the published schema of its type.
    #[error(transparent)]
    Nonconforming(#[from] Nonconforming),
    /// The log is being shut down.
    #[error("the event log is shutting down")]
    Closed,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_outage(&error) { Self::Unavailable(error) } else { Self::Faulty(error) }
    }
}
