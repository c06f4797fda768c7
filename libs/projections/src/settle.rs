//! Drains everything, for tests: they never sleep.

use crate::Projections;
use crate::group::Groups;
use bus::{Error, Log, LogSource, NONE_BEHIND};
use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

impl Projections {
    /// Relays, applies and reacts until nothing moves any more. For tests, in place of [`Projections::run`].
    ///
    /// # Errors
    /// The first that occurs, or `Unsettled` when it does not come to rest.
    pub async fn settle(&self) -> Result<(), Error> {
        self.prepare().await?;
        let end = CancellationToken::new();
        for one in &self.all {
            one.bring_up(&end).await?;
        }
        let others = |end: CancellationToken| {
            let own = self.clone();
            async move { own.catch_up(&end).await }.boxed()
        };
        self.bus.settle_with(&others).await
    }

    /// Applies once what there is; whether anything moved.
    async fn catch_up(&self, end: &CancellationToken) -> Result<bool, Error> {
        let mut moved = false;
        for one in self.all.iter().filter(|one| one.reads_the_log()) {
            for source in &one.sources {
                moved |= self.direct(one, source).catch_up(end).await?;
            }
        }
        for source in self.read_together() {
            for (log, upto) in source.logs().await? {
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
        let readers =
            self.all.iter().filter(|one| !one.reads_the_log() && one.projection.logs().contains(&source.service()));
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
                    self.follow_alone(one, source, log.clone())?.catch_up(upto, end).await?;
                    moved = true;
                }
                Some(error) => return Err(error),
            }
        }
        Ok(moved)
    }
}
