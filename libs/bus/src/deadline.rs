//! How long one attempt at something in the database may take, where the connection itself is at work.

use crate::Error;
use sessions::late;
use std::time::Duration;
use tokio::time::timeout;

/// A batch, or a checkpoint: as long as PostgreSQL lets one statement take.
const ATTEMPT: Duration = Duration::from_secs(60);

/// What an attempt comes to. When packets vanish nothing else ends it; then it is made again.
///
/// # Errors
/// What the attempt comes to, or that it got no answer.
pub async fn in_time<T>(attempt: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(ATTEMPT, attempt).await.unwrap_or_else(|_| Err(late(ATTEMPT).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_gets_no_answer_ends_and_is_made_again() {
        let late = in_time(std::future::pending::<Result<(), Error>>()).await.unwrap_err();
        assert!(late.passes(), "{late}");
    }
}
