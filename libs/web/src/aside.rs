//! Work that would keep a thread from answering others is done beside them, a few pieces at a time.

use crate::Problem;
use std::{
    num::NonZeroUsize,
    sync::{Arc, LazyLock},
    thread::available_parallelism,
};
use tokio::sync::{Semaphore, TryAcquireError};

/// How many pieces of work may wait for a thread. Each holds what it works on: a body of one MiB at most.
const MAX_WAITING: usize = 128;

/// How many are worked on at once: as many as there are processors, and two at least.
static THREADS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(threads())));

/// Those that wait and those that are worked on.
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(threads() + MAX_WAITING)));

fn threads() -> usize {
    available_parallelism().map_or(2, NonZeroUsize::get).max(2)
}

/// Does on a thread of its own what may take longer than ten milliseconds: reading a large body or file, drawing a
/// document. **Invariant:** a caller who goes away frees no place before the work has ended.
///
/// # Errors
/// 503 when too much of it waits already, 500 when the work panicked.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let place = PLACES.clone().try_acquire_owned().map_err(|full| match full {
        TryAcquireError::NoPermits => Problem::busy(),
        TryAcquireError::Closed => Problem::internal(),
    })?;
    let thread = THREADS.clone().acquire_owned().await.map_err(|_| Problem::internal())?;
    let span = tracing::Span::current();
    let done = tokio::task::spawn_blocking(move || {
        let (_place, _thread) = (place, thread);
        span.in_scope(work)
    });
    done.await.map_err(|_| Problem::internal())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
        time::Duration,
    };
    use tokio::sync::Mutex;

    /// The places are of the whole process: one test at a time.
    static ALONE: Mutex<()> = Mutex::const_new(());

    #[tokio::test]
    async fn work_beside_the_others_is_bounded_and_a_panic_is_a_problem() {
        let _alone = ALONE.lock().await;
        assert_eq!(aside(|| 7).await, Ok(7));
        assert_eq!(aside(|| assert_ne!(1, 1)).await, Err(Problem::internal()));

        // All threads are held until the test releases them, and their callers have gone away.
        let (held, most) = (Arc::new(Barrier::new(threads() + 1)), Arc::new(AtomicUsize::new(0)));
        let holding = || {
            let (held, most) = (held.clone(), most.clone());
            tokio::spawn(aside(move || {
                most.fetch_add(1, Ordering::SeqCst);
                held.wait();
                held.wait();
            }))
        };
        let gone: Vec<_> = (0..threads()).map(|_| holding()).collect();
        let waiting = held.clone();
        tokio::task::spawn_blocking(move || waiting.wait()).await.unwrap();
        gone.iter().for_each(tokio::task::JoinHandle::abort);
        let waiting: Vec<_> = (0..MAX_WAITING).map(|_| tokio::spawn(aside(|| ()))).collect();
        while PLACES.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(aside(|| ()).await, Err(Problem::busy()));
        assert_eq!(most.load(Ordering::SeqCst), threads());
        tokio::task::spawn_blocking(move || held.wait()).await.unwrap();
        for one in waiting {
            assert_eq!(one.await.unwrap(), Ok(()));
        }
    }

    #[tokio::test]
    async fn work_beside_the_others_does_not_stop_the_heart_of_their_thread() {
        let _alone = ALONE.lock().await;
        // One thread runs everything: it beats while the work is done, or the work waits for the last beat in vain.
        let (last_beat, awaited) = mpsc::channel();
        let work = tokio::spawn(aside(move || awaited.recv_timeout(Duration::from_secs(20))));
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        last_beat.send(()).unwrap();
        assert_eq!(work.await.unwrap(), Ok(Ok(())));
    }
}
