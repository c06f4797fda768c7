//! A page that nobody needs to read.

/// A page that was not read: how far it goes, and whether it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Skimmed {
    /// The position of its first event.
    pub first: i64,
    /// The position of its last event.
    pub last: i64,
    /// Whether there is an event of one of the categories in it.
    pub concerns: bool,
}
