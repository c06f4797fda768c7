//! A task that wants to run every ten milliseconds: how late it was at most says for how long nobody else could run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Between two beats.
const BEAT: Duration = Duration::from_millis(10);

/// Beats on the runtime of the test, until it is dropped.
#[derive(Debug)]
pub struct Heartbeat {
    latest: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Heartbeat {
    /// Begins to beat.
    #[must_use]
    pub fn start() -> Self {
        let latest = Arc::new(AtomicU64::new(0));
        let seen = latest.clone();
        let task = tokio::spawn(async move {
            loop {
                let began = Instant::now();
                tokio::time::sleep(BEAT).await;
                let late = began.elapsed().saturating_sub(BEAT);
                seen.fetch_max(u64::try_from(late.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            }
        });
        Self { latest, task }
    }

    /// How late it was at most since it began.
    #[must_use]
    pub fn largest_delay(&self) -> Duration {
        Duration::from_micros(self.latest.load(Ordering::Relaxed))
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}
