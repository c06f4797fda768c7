//! Waits until the hub is as far as a caller asks; no more wait at the same time than may.

use crate::{Positions, Problem};
use access::Grants;
use futures_util::future::BoxFuture;
use futures_util::poll;
use http::StatusCode;
use serde_json::json;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Semaphore;
use vocabulary::RegionId;

/// The log that tells who holds what.
const GRANTS: &str = "consortium";

/// How long a caller without grants waits for one that was just given.
const GRANT_TIMEOUT: Duration = Duration::from_secs(2);

/// Waits until the lookups of a region are as far as asked, two seconds at most.
pub type Wait = Arc<dyn Fn(RegionId, Positions) -> BoxFuture<'static, Result<(), Lag>> + Send + Sync>;

/// What was not there in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    /// For each service that was waited for, how many events are still to come.
    pub behind: Positions,
}

/// Those who wait.
pub(crate) struct Waiting {
    wait: Option<Wait>,
    callers: Semaphore,
    strangers: Semaphore,
}

impl Waiting {
    /// No more than `most` wait, and of those who hold nothing an eighth of that.
    pub fn new(wait: Option<Wait>, most: usize) -> Self {
        let places = |most: usize| Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS));
        Self { wait, callers: places(most), strangers: places(most / 8) }
    }

    /// Waits until the lookups are there, for a caller who may ask.
    pub async fn until(&self, region: Option<&RegionId>, wanted: Positions) -> Result<(), Problem> {
        let (Some(region), Some(wait)) = (region, &self.wait) else { return Ok(()) };
        if wanted.is_empty() {
            return Ok(());
        }
        in_a_place(&self.callers, wait(region.clone(), wanted)).await
    }

    /// Waits until a grant that was just given is known. **Invariant:** for a caller without grants no database is
    /// asked, and only the log of grants is waited for.
    pub async fn until_granted(
        &self,
        grants: &Grants,
        region: Option<&RegionId>,
        wanted: &Positions,
    ) -> Result<(), Problem> {
        let position = wanted.iter().filter(|(service, _)| service == GRANTS).map(|(_, position)| *position).max();
        let (Some(region), Some(position), Some(_)) = (region, position, &self.wait) else { return Ok(()) };
        let waiting = async {
            let missing = grants.wait(region, position, GRANT_TIMEOUT).await;
            missing.map_err(|missing| Lag { behind: vec![(GRANTS.to_owned(), missing)] })
        };
        in_a_place(&self.strangers, waiting).await
    }
}

/// What is there already takes nobody's place.
async fn in_a_place(places: &Semaphore, waiting: impl Future<Output = Result<(), Lag>>) -> Result<(), Problem> {
    let mut waiting = pin!(waiting);
    let waited = match poll!(&mut waiting) {
        Poll::Ready(waited) => waited,
        Poll::Pending => {
            let _place = places.try_acquire().map_err(|_| Problem::busy())?;
            waiting.await
        }
    };
    waited.map_err(|lag| {
        let behind: serde_json::Map<_, _> = lag.behind.into_iter().map(|(service, n)| (service, json!(n))).collect();
        let english = "The hub is not that far yet. Please try again.";
        let dutch = "De hub is nog niet zo ver. Probeer het opnieuw.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "behind", english, dutch)
            .with("behind", behind.into())
            .again_after("1")
    })
}
