//! Some clients that do the same thing again and again for a while.

use std::future::Future;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How fast it went.
pub(super) struct Measured {
    pub per_second: f64,
    /// Sorted.
    pub latencies: Vec<Duration>,
}

impl Measured {
    /// The latency that so many of a thousand stay below.
    pub fn below(&self, per_mille: usize) -> Duration {
        let at = (self.latencies.len() * per_mille / 1_000).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or_default()
    }

    pub fn latency(&self) -> String {
        format!("p50 {:.2} ms, p99 {:.2} ms", millis(self.below(500)), millis(self.below(990)))
    }
}

/// Milliseconds with a fraction.
pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Each of `clients` does `once` until the time is over.
pub(super) async fn load<C, F>(clients: Vec<C>, time: Duration, once: fn(C) -> F) -> anyhow::Result<Measured>
where
    C: Send + 'static,
    F: Future<Output = anyhow::Result<C>> + Send + 'static,
{
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for mut client in clients {
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while begin.elapsed() < time {
                let asked = Instant::now();
                client = once(client).await?;
                latencies.push(asked.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(one) = tasks.join_next().await {
        latencies.extend(one??);
    }
    let seconds = begin.elapsed().as_secs_f64();
    latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a rate to show")]
    let per_second = latencies.len() as f64 / seconds;
    Ok(Measured { per_second, latencies })
}
