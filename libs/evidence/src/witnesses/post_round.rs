//! Hands checkpoints to every witness by itself, each apart from the others: one that is slow, or away, delays none.

use super::Witness;
use super::hand::{CONCURRENCY, Handed, Post};
use crate::checkpoint::Notary;
use bus::{ALARM_AFTER, RetryingEach};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use vocabulary::RegionId;

/// How often we look what waits for whom.
const POLL_INTERVAL: Duration = Duration::from_secs(60);

/// A witness of a region.
type Name = (RegionId, String);

/// Hands over what waits, at once and then again and again, until the token is cancelled.
///
/// # Errors
/// None: what fails is tried again, and raises an alarm when that lasts.
pub async fn hand_over_when_due(notary: Notary, end: CancellationToken) -> Result<(), bus::Error> {
    let post = Post::default();
    let mut round = Round::default();
    while !end.is_cancelled() {
        round.begin(&notary, &post).await;
        let next = sleep_until(Instant::now() + POLL_INTERVAL);
        tokio::pin!(next);
        loop {
            tokio::select! {
                () = end.cancelled() => return Ok(()),
                () = &mut next => break,
                Some(ended) = round.under_way.join_next() => match ended {
                    Ok((name, handed)) => round.note(&name, &handed),
                    // Whose turn it was is not known any more, so that none is left out for ever.
                    Err(_) => round.busy.clear(),
                },
            }
        }
    }
    Ok(())
}

/// Who is being handed something.
struct Round {
    under_way: JoinSet<(Name, sqlx::Result<Handed>)>,
    busy: BTreeSet<Name>,
    turns: Arc<Semaphore>,
    listing: RetryingEach,
    handing: RetryingEach,
}

impl Default for Round {
    fn default() -> Self {
        Self {
            under_way: JoinSet::new(),
            busy: BTreeSet::new(),
            turns: Arc::new(Semaphore::new(CONCURRENCY)),
            listing: RetryingEach::new("the list of witnesses", ALARM_AFTER),
            handing: RetryingEach::new("handing checkpoints to a witness", ALARM_AFTER),
        }
    }
}

impl Round {
    /// Begins with every witness that is not being handed something still.
    async fn begin(&mut self, notary: &Notary, post: &Post) {
        for region in notary.witnessed_regions(&mut self.listing).await {
            let witnesses = notary.addressed(&region).await;
            self.listing.tried("audit", region.as_str(), &witnesses);
            for witness in witnesses.unwrap_or_default() {
                self.hand(notary, post, region.clone(), witness);
            }
        }
    }

    fn hand(&mut self, notary: &Notary, post: &Post, region: RegionId, witness: Witness) {
        let name = (region.clone(), witness.name.clone());
        if !self.busy.insert(name.clone()) {
            return;
        }
        let (notary, post, turns) = (notary.clone(), post.clone(), self.turns.clone());
        self.under_way.spawn(async move {
            let Ok(_turn) = turns.acquire_owned().await else { return (name, Ok(Handed::default())) };
            let handed = notary.hand_to(&region, &witness, &post, notary.clock.now()).await;
            (name, handed)
        });
    }

    /// Remembers what came of it. Where nothing was tried, nothing is known.
    fn note(&mut self, name: &Name, handed: &sqlx::Result<Handed>) {
        self.busy.remove(name);
        let done = match handed {
            Err(error) => Err(error.to_string()),
            Ok(Handed { trouble: Some(trouble), .. }) => Err(trouble.clone()),
            Ok(Handed { tried: 0, .. }) => return,
            Ok(_) => Ok(()),
        };
        self.handing.tried(&format!("witness {}", name.1), name.0.as_str(), &done);
    }
}

impl Notary {
    /// The regions in which something may have been signed. A service that does not answer hides those of no other one.
    async fn witnessed_regions(&self, listing: &mut RetryingEach) -> BTreeSet<RegionId> {
        let mut regions = BTreeSet::new();
        for log in self.logs.iter() {
            let heads = log.heads().await;
            listing.tried(log.service(), "all regions", &heads);
            regions.extend(heads.into_iter().flatten().map(|head| head.region));
        }
        let remembered = if self.signer.is_here() { self.remembered().await.unwrap_or_default() } else { vec![] };
        for log in self.logs.iter() {
            regions.extend(remembered.iter().filter_map(|tree| self.region_of(&tree.origin, log.service())));
        }
        regions
    }
}
