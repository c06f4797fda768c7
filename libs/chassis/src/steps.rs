//! Work of several steps is finished as a whole: it does not end with the request that began it.
//!
//! **Invariant:** a place is taken before anything is begun, so callers who go away begin no more work than there are
//! places. What a crash cuts off is not remembered here: each service that begins something looks for what it left.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tracing::Instrument;
use uuid::Uuid;
use web::Problem;

/// How many pieces of work a service has under way at once; others wait, for as long as their request does.
const PLACES: u32 = 64;

/// How many of them may be large, such as an import: each holds a whole file.
const LARGE_PLACES: usize = 4;

/// The work of a service that outlives requests. Copies share everything.
#[derive(Clone, Debug)]
pub struct Steps(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    places: Arc<Semaphore>,
    large: Arc<Semaphore>,
    under_way: Mutex<HashMap<Uuid, watch::Receiver<()>>>,
}

/// Something has begun in this process, and ends when this is dropped.
#[derive(Debug)]
pub struct UnderWay {
    steps: Steps,
    id: Uuid,
    _ends: watch::Sender<()>,
}

impl Default for Steps {
    fn default() -> Self {
        Self(Arc::new(Inner {
            places: Arc::new(Semaphore::new(PLACES as usize)),
            large: Arc::new(Semaphore::new(LARGE_PLACES)),
            under_way: Mutex::default(),
        }))
    }
}

impl Steps {
    /// Does all of it, also when the caller goes away or the time of the request is over.
    ///
    /// # Errors
    /// As the work; 500 when it panicked.
    pub async fn finish<T, E>(&self, work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        let place = self.0.places.clone().acquire_owned().await.map_err(|_| Problem::internal())?;
        let working = async move {
            let _place = place;
            work.await
        };
        tokio::spawn(working.in_current_span()).await.map_err(|_| Problem::internal())?.map_err(Into::into)
    }

    /// A place for something large, once there is one. It is free again when this is dropped.
    ///
    /// # Errors
    /// Never, while the service runs.
    pub async fn large_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.0.large.clone().acquire_owned().await.map_err(|_| Problem::internal())
    }

    /// Begins what has an id, unless it is under way here: then what tells of its end.
    ///
    /// # Errors
    /// A receiver that is closed when it ends.
    pub fn begin(&self, id: Uuid) -> Result<UnderWay, watch::Receiver<()>> {
        let mut under_way = self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = under_way.get(&id) {
            return Err(known.clone());
        }
        let (ends, ended) = watch::channel(());
        under_way.insert(id, ended);
        Ok(UnderWay { steps: self.clone(), id, _ends: ends })
    }

    /// Whether something of that id is under way in this process.
    #[must_use]
    pub fn is_under_way(&self, id: Uuid) -> bool {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
    }

    /// Waits until nothing that was begun is under way any more.
    pub async fn settled(&self) {
        let all = self.0.places.acquire_many(PLACES).await;
        drop(all);
        loop {
            let next = self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).values().next().cloned();
            let Some(mut ended) = next else { return };
            // Closed is what is waited for.
            let _ = ended.changed().await;
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.steps.0.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Notify;

    #[tokio::test]
    async fn work_that_began_ends_although_its_caller_has_gone() {
        let (steps, done, go) = (Steps::default(), Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let asking = |n: u32| {
            let (done, go) = (done.clone(), go.clone());
            steps.finish(async move {
                go.notified().await;
                done.fetch_add(n, Ordering::SeqCst);
                Ok::<_, Problem>(())
            })
        };
        let mut gone = Box::pin(asking(1));
        assert!(futures_util::poll!(&mut gone).is_pending());
        drop(gone);
        tokio::task::yield_now().await;
        assert_eq!(done.load(Ordering::SeqCst), 0);
        go.notify_one();
        steps.settled().await;
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_caller_who_left_before_getting_a_place_begins_nothing() {
        let (steps, begun, go) = (Steps::default(), Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        for _ in 0..2 * PLACES {
            let (begun, go) = (begun.clone(), go.clone());
            let mut asking = Box::pin(steps.finish(async move {
                begun.fetch_add(1, Ordering::SeqCst);
                go.notified().await;
                Ok::<_, Problem>(())
            }));
            assert!(futures_util::poll!(&mut asking).is_pending());
        }
        while begun.load(Ordering::SeqCst) < PLACES {
            tokio::task::yield_now().await;
        }
        go.notify_waiters();
        steps.settled().await;
        assert_eq!(begun.load(Ordering::SeqCst), PLACES);
    }

    #[tokio::test]
    async fn the_same_thing_is_under_way_once_and_waited_for() {
        let (steps, id) = (Steps::default(), Uuid::now_v7());
        let under_way = steps.begin(id).unwrap();
        let mut ended = steps.begin(id).unwrap_err();
        assert!(steps.is_under_way(id) && !steps.is_under_way(Uuid::now_v7()));
        drop(under_way);
        assert!(ended.changed().await.is_err());
        assert!(steps.begin(id).is_ok());
    }
}
