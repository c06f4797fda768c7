//! An event that does not conform.

/// An event that its own published schema refuses: whoever decided it was laxer than whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the type {event_type} does not conform to its schema at {at}")]
pub struct Nonconforming {
    /// Its full type.
    pub event_type: String,
    /// A JSON pointer to the first place, below the event's data.
    pub at: String,
}
