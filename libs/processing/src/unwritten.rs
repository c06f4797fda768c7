//! What was processed and could not be written down.

/// It could not be written down; an alarm was raised.
#[derive(Debug, thiserror::Error)]
#[error("the processing of personal data could not be recorded: {0}")]
pub struct Unwritten(pub(crate) String);
