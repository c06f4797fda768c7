//! Drains everything, for tests: they never sleep.

use crate::discovery::ask;
use crate::group::Groups;
use crate::names::Log;
use crate::{Bus, Error, LogSource};
use std::future::Future;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Every checkpoint is written at once: they say whether anything moves.
const NONE_BEHIND: Duration = Duration::ZERO;
/// Longer than a reaction waits for what is drained with it.
const REACTS_WITHIN: Duration = Duration::from_secs(20);
/// A reaction that takes longer may wait for what is drained beside it.
const LASTS: Duration = Duration::from_millis(100);
/// More rounds than any chain of reactions needs.
const ROUNDS: usize = 100;

impl Bus {
    /// Relays, applies and reacts until nothing moves any more. For tests, in place of [`Bus::run`].
    ///
    /// # Errors
    /// The first that occurs, or `Unsettled` when it does not come to rest.
    pub async fn settle(&self) -> Result<(), Error> {
        self.prepare().await?;
        let end = CancellationToken::new();
        for one in &self.projections {
            one.bring_up(&end).await?;
        }
        for _ in 0..ROUNDS {
            if !self.round().await? {
                return Ok(());
            }
        }
        Err(Error::Unsettled(format!("{ROUNDS} rounds were not enough")))
    }

    /// Relays, applies and reacts once; whether anything moved.
    async fn round(&self) -> Result<bool, Error> {
        let end = CancellationToken::new();
        let mut moved = Box::pin(self.relay_and_project(&end)).await?;
        for one in &self.reactions {
            for source in &one.sources {
                for (log, upto) in ask(source).await? {
                    let waits = || Err(Error::Unsettled(format!("{} waits", one.reaction.name())));
                    let follow = self.follow_reaction(one, source, log, &end, NONE_BEHIND)?;
                    let reacts =
                        async { timeout(REACTS_WITHIN, follow.catch_up(upto, &end)).await.unwrap_or_else(|_| waits()) };
                    // On the heap: both are large, and a test's stack is small.
                    moved |= Box::pin(self.while_projecting(reacts, &end)).await?;
                }
            }
        }
        Ok(moved)
    }

    /// Reacts, and when that lasts, relays and applies beside it: a reaction may wait for a lookup over the log that it, or
    /// one before it, has just written to. Whether anything moved.
    async fn while_projecting(
        &self,
        reacts: impl Future<Output = Result<bool, Error>>,
        end: &CancellationToken,
    ) -> Result<bool, Error> {
        let reacted = CancellationToken::new();
        let projects = async {
            let mut moved = false;
            while timeout(LASTS, reacted.cancelled()).await.is_err() {
                moved |= self.relay_and_project(end).await?;
            }
            Ok::<bool, Error>(moved)
        };
        let reacts = async {
            let _reacted = reacted.clone().drop_guard();
            reacts.await
        };
        let (moved, beside) = tokio::join!(reacts, projects);
        Ok(moved? | beside?)
    }

    /// Relays and applies once; whether anything moved.
    async fn relay_and_project(&self, end: &CancellationToken) -> Result<bool, Error> {
        let mut moved = false;
        for events in &self.relays {
            for (log, _) in ask(&events.clone().into()).await? {
                self.relay_of(events, &log)?.catch_up().await?;
            }
        }
        for one in self.projections.iter().filter(|one| one.reads_the_log()) {
            for source in &one.sources {
                moved |= self.direct(one, source).catch_up(end).await?;
            }
        }
        for source in self.projected() {
            for (log, upto) in ask(&source).await? {
                moved |= self.settle_projections(&source, &log, upto, end).await?;
            }
        }
        Ok(moved)
    }

    /// Has all projections of a log read it together; whether anything moved.
    async fn settle_projections(
        &self,
        source: &LogSource,
        log: &Log,
        upto: i64,
        end: &CancellationToken,
    ) -> Result<bool, Error> {
        // Apart from those of a bus that runs meanwhile.
        let groups = Groups::default();
        let readers = self
            .projections
            .iter()
            .filter(|one| !one.reads_the_log() && one.projection.logs().contains(&source.service()));
        let mut places: Vec<_> = readers.map(|one| (one, groups.join(log, self.projector(one)))).collect();
        let over = end.child_token();
        let inside = groups.watch(log).borrow().clone();
        let mut moved =
            self.follow_together(inside, source, log.clone(), &over, NONE_BEHIND)?.catch_up(upto, &over).await?;
        for (one, place) in &mut places {
            match place.was_sent_away() {
                None => {}
                Some(Error::Forked { .. }) => {
                    one.heal(log, end).await?;
                    moved = true;
                }
                Some(error) if error.passes() => {
                    // The others are done; this one is waited for.
                    self.follow_projection(one, source, log.clone())?.catch_up(upto, end).await?;
                    moved = true;
                }
                Some(error) => return Err(error),
            }
        }
        Ok(moved)
    }

    /// Removes the streams of the logs that are relayed here. For tests: the relay makes them again.
    ///
    /// # Errors
    /// When NATS or the database does not answer.
    pub async fn remove_streams(&self) -> Result<(), Error> {
        for events in &self.relays {
            for (log, _) in ask(&events.clone().into()).await? {
                self.streams.of(&log)?.remove().await?;
            }
        }
        Ok(())
    }
}
