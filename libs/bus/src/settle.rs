//! Drains everything, for tests: they never sleep.

use crate::{Bus, Error, LogSource};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::future::Future;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Every checkpoint is written at once: they say whether anything moves.
pub const NONE_BEHIND: Duration = Duration::ZERO;
/// Longer than a reaction waits for what is drained with it.
const REACTS_WITHIN: Duration = Duration::from_secs(20);
/// A reaction that takes longer may wait for what is drained beside it.
const LASTS: Duration = Duration::from_millis(100);
/// More rounds than any chain of reactions needs.
const ROUNDS: usize = 100;

/// Others who read the logs: they read all there is now, and answer whether anything moved.
pub(crate) type Others<'a> = dyn Fn(CancellationToken) -> BoxFuture<'static, Result<bool, Error>> + Sync + 'a;

impl Bus {
    /// Relays and reacts until nothing moves any more. For tests, in place of [`Bus::run`].
    ///
    /// # Errors
    /// The first that occurs, or `Unsettled` when it does not come to rest.
    pub async fn settle(&self) -> Result<(), Error> {
        self.settle_with(&|_| async { Ok(false) }.boxed()).await
    }

    /// The same, where `others` read the logs as well: they read all there is now, and answer whether anything moved.
    ///
    /// # Errors
    /// As [`Bus::settle`].
    pub async fn settle_with(&self, others: &Others<'_>) -> Result<(), Error> {
        self.prepare().await?;
        for _ in 0..ROUNDS {
            if !self.round(others).await? {
                return Ok(());
            }
        }
        Err(Error::Unsettled(format!("{ROUNDS} rounds were not enough")))
    }

    /// Relays and reacts once; whether anything moved.
    async fn round(&self, others: &Others<'_>) -> Result<bool, Error> {
        let end = CancellationToken::new();
        let mut moved = Box::pin(self.relay_and_read(others, &end)).await?;
        for one in &self.reactions {
            for source in &one.sources {
                for (log, upto) in source.logs().await? {
                    let waits = || Err(Error::Unsettled(format!("{} waits", one.reaction.name())));
                    let follow = self.follow_reaction(one, source, log, &end, NONE_BEHIND)?;
                    let reacts =
                        async { timeout(REACTS_WITHIN, follow.catch_up(upto, &end)).await.unwrap_or_else(|_| waits()) };
                    // On the heap: both are large, and a test's stack is small.
                    moved |= Box::pin(self.while_reading(reacts, others, &end)).await?;
                }
            }
        }
        Ok(moved)
    }

    /// Reacts, and when that lasts, relays beside it and lets others read: a reaction may wait for a lookup over the log
    /// that it, or one before it, has just written to. Whether anything moved.
    async fn while_reading(
        &self,
        reacts: impl Future<Output = Result<bool, Error>>,
        others: &Others<'_>,
        end: &CancellationToken,
    ) -> Result<bool, Error> {
        let reacted = CancellationToken::new();
        let reads = async {
            let mut moved = false;
            while timeout(LASTS, reacted.cancelled()).await.is_err() {
                moved |= self.relay_and_read(others, end).await?;
            }
            Ok::<bool, Error>(moved)
        };
        let reacts = async {
            let _reacted = reacted.clone().drop_guard();
            reacts.await
        };
        let (moved, beside) = tokio::join!(reacts, reads);
        Ok(moved? | beside?)
    }

    /// Relays once, then lets others read; whether anything moved there.
    async fn relay_and_read(&self, others: &Others<'_>, end: &CancellationToken) -> Result<bool, Error> {
        for events in &self.relays {
            for (log, _) in LogSource::from(events.clone()).logs().await? {
                self.relay_of(events, &log)?.catch_up().await?;
            }
        }
        others(end.clone()).await
    }

    /// Removes the streams of the logs that are relayed here. For tests: the relay makes them again.
    ///
    /// # Errors
    /// When NATS or the database does not answer.
    pub async fn remove_streams(&self) -> Result<(), Error> {
        for events in &self.relays {
            for (log, _) in LogSource::from(events.clone()).logs().await? {
                self.streams.of(&log)?.remove().await?;
            }
        }
        Ok(())
    }
}
