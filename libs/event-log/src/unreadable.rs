//! A text that is no event.

/// A text that is not the event it should be.
#[derive(Debug, thiserror::Error)]
#[error("this is not a readable event: {0}")]
pub struct Unreadable(#[from] pub serde_json::Error);
