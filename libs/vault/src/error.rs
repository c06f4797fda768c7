//! Why the vault does not answer.

use vocabulary::PersonId;

/// Its texts hold no personal data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Try again later: 503.
    #[error("the vault does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Its database refuses what it was asked: waiting does not help.
    #[error("the vault does not take it: {}", sessions::without_values(.0))]
    Faulty(#[source] sqlx::Error),
    /// Nothing is sealed for this person any more: 410.
    #[error("{0} was forgotten")]
    Forgotten(PersonId),
    /// A wrong key, or something was tampered with: an alarm, and never a guess.
    #[error("cannot be opened: {0}")]
    Broken(&'static str),
    /// The master key itself.
    #[error("master key: {0}")]
    MasterKey(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if sessions::is_outage(&error) { Self::Unavailable(error) } else { Self::Faulty(error) }
    }
}
