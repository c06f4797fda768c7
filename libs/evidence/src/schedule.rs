//! Cuts checkpoints by itself, of each log that has grown, no sooner than a while after the one before; hands them over.

use crate::checkpoint::{NotCut, Notary};
use crate::witnesses::Post;
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// How long after a checkpoint the next one is due.
const EVERY: TimeDelta = TimeDelta::minutes(10);

/// How long after a log was read as a whole it is read again.
const RECHECK: TimeDelta = TimeDelta::hours(24);

/// How often we look whether one is due.
const LOOK: Duration = Duration::from_secs(60);

/// Looks at once and then again and again, until the token is cancelled.
pub async fn cut_when_due(notary: Notary, end: CancellationToken) -> Result<(), bus::Error> {
    let post = Post::default();
    loop {
        if let Err(error) = notary.cut_due().await {
            // It is tried again; what is wrong with one log keeps no other from being signed.
            tracing::warn!(%error, "a checkpoint was not cut");
        }
        if let Err(error) = notary.recheck_due().await {
            tracing::error!(%error, alarm = "a log is not the one that was signed");
        }
        if let Err(error) = notary.hand_over_all(&post).await {
            tracing::warn!(%error, "checkpoints were not handed over");
        }
        tokio::select! {
            () = end.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

impl Notary {
    /// Cuts what is due in every region; answers how many.
    ///
    /// # Errors
    /// The last that was in the way, after all others had their turn.
    pub async fn cut_due(&self) -> Result<usize, NotCut> {
        if !self.signer.is_here() {
            return Ok(0); // Whoever signs cuts by itself.
        }
        let (mut cut, mut failed) = (0, None);
        for log in self.logs.iter() {
            let heads = log.heads().await.map_err(|error| NotCut::Log(log.service().to_owned(), error));
            let heads = match heads {
                Ok(heads) => heads,
                Err(error) => {
                    failed = Some(error);
                    continue;
                }
            };
            let regions: BTreeSet<RegionId> = heads.into_iter().map(|head| head.region).collect();
            for region in regions {
                match self.cut_one_due(&region, log).await {
                    Ok(done) => cut += usize::from(done),
                    Err(error) => failed = Some(error),
                }
            }
        }
        failed.map_or(Ok(cut), Err)
    }

    /// Reads one log again as a whole, the one for which that is longest ago, when it is due; says of which region.
    ///
    /// # Errors
    /// See [`NotCut`]: when it is not the one that was signed.
    pub async fn recheck_due(&self) -> Result<Option<RegionId>, NotCut> {
        if !self.signer.is_here() {
            return Ok(None);
        }
        let now = self.clock.now();
        let mut due = None;
        for log in self.logs.iter() {
            let heads = log.heads().await.map_err(|error| NotCut::Log(log.service().to_owned(), error))?;
            for head in heads {
                let before = self.signer.rechecked(&self.origin(&head.region, log.service()));
                if before.is_none_or(|before| before + RECHECK <= now) {
                    due = due.into_iter().chain([(before, head.region, log)]).min_by_key(|(before, ..)| *before);
                }
            }
        }
        let Some((_, region, log)) = due else { return Ok(None) };
        // Also when it fails: the others have their turn.
        self.signer.set_rechecked(self.origin(&region, log.service()), now);
        self.recheck(&region, log).await?;
        Ok(Some(region))
    }

    async fn hand_over_all(&self, post: &Post) -> Result<(), NotCut> {
        let mut regions = BTreeSet::new();
        for log in self.logs.iter() {
            let heads = log.heads().await.map_err(|error| NotCut::Log(log.service().to_owned(), error))?;
            regions.extend(heads.into_iter().map(|head| head.region));
        }
        for region in regions {
            self.hand_over_due(&region, post).await?;
        }
        Ok(())
    }

    async fn cut_one_due(&self, region: &RegionId, log: &bus::LogSource) -> Result<bool, NotCut> {
        let last = self.latest(region, log.service()).await?;
        if last.as_ref().is_some_and(|last| last.cut_at + EVERY > self.clock.now()) {
            return Ok(false);
        }
        let now = self.cut(region, log).await?;
        Ok(now.is_some() && now != last)
    }
}
