//! A turn: work of one process at a time in a region, over several round trips.
//!
//! free ─take→ had, while its process speaks ─dropped, or silent for five seconds→ free
//!
//! A lock by itself is held by a process that is frozen for as long as that lasts: its kernel answers for it. So this one
//! goes with a session that PostgreSQL ends when nothing is said, and the holder of the turn says something each
//! second.

use crate::ROWS_HELD;
use sessions::{Pool, Transaction, late};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use vocabulary::RegionId;

/// How often something is said. PostgreSQL waits for five seconds.
const SPEAK_EVERY: Duration = Duration::from_secs(1);
/// How long an answer to that may take.
const ANSWER: Duration = Duration::from_secs(2);

/// As long as it is held nobody else has the turn, in no process; unless this one is frozen, or cut off.
#[derive(Debug)]
pub struct Turn {
    session: Session,
    speaking: AbortHandle,
}

/// The transaction that has the lock; none after it did not answer.
type Session = Arc<Mutex<Option<Transaction>>>;

impl Turn {
    /// Waits for the turn at `what`, for as long as a statement may take.
    ///
    /// # Errors
    /// When the database does not answer, or others take too long.
    pub async fn take(app: &Pool, region: &RegionId, what: &str) -> sqlx::Result<Self> {
        let begin = format!("begin; set local regiohub.region = '{region}'; {ROWS_HELD}");
        let mut transaction = app.begin_waiting(begin).await?;
        sqlx::query("select pg_advisory_xact_lock(hashtext($1), hashtext($2))")
            .bind(what)
            .bind(region.as_str())
            .execute(&mut *transaction)
            .await?;
        let session = Arc::new(Mutex::new(Some(transaction)));
        let speaking = session.clone();
        let speaking = tokio::spawn(async move {
            loop {
                sleep(SPEAK_EVERY).await;
                if let Err(error) = speak(&speaking).await {
                    tracing::warn!(%error, "a turn was lost");
                    return;
                }
            }
        });
        Ok(Self { session, speaking: speaking.abort_handle() })
    }

    /// Whether it is still this process's: to be asked before a step that cannot be undone. A process that was frozen
    /// learns that it is over.
    ///
    /// # Errors
    /// When it is not, or nobody knows.
    pub async fn still(&self) -> sqlx::Result<()> {
        speak(&self.session).await
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // The transaction goes with the last who has it.
        self.speaking.abort();
    }
}

async fn speak(session: &Session) -> sqlx::Result<()> {
    let mut session = session.lock().await;
    // After one answer that did not come nothing that it says counts.
    let Some(mut transaction) = session.take() else { return Err(late(ANSWER)) };
    let answer = timeout(ANSWER, sqlx::query("select 1").execute(&mut *transaction)).await;
    answer.unwrap_or_else(|_| Err(late(ANSWER)))?;
    *session = Some(transaction);
    Ok(())
}
