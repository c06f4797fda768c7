//! Starts a task again when it ends with an error, and logs that.

use crate::Error;
use crate::retrying::Retrying;
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Waits longer each time it is asked, up to five seconds.
pub struct Backoff {
    next: Duration,
    longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::up_to(LONGEST_PAUSE)
    }
}

impl Backoff {
    pub fn up_to(longest: Duration) -> Self {
        Self { next: SHORTEST_PAUSE, longest }
    }

    pub fn reset(&mut self) {
        self.next = SHORTEST_PAUSE;
    }

    /// Waits, unless it ends first: then `false`.
    pub async fn wait(&mut self, end: &CancellationToken) -> bool {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        tokio::select! {
            () = end.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }
}

/// What is run, and after how long of failing somebody is told.
pub struct Supervised {
    pub name: String,
    /// Whose logs it works with, and of which region.
    pub service: String,
    pub region: String,
    pub alarm_after: Duration,
}

/// Runs `task` until it is done or the end comes; after an error or a panic it is run again.
pub async fn supervise<F>(what: Supervised, end: CancellationToken, mut task: impl FnMut() -> F)
where
    F: Future<Output = Result<(), Error>>,
{
    let Supervised { name, service, region, alarm_after } = what;
    let (mut backoff, mut retrying) = (Backoff::default(), Retrying::new(alarm_after));
    while !end.is_cancelled() {
        let began = Instant::now();
        let outcome = AssertUnwindSafe(task()).catch_unwind().await;
        if began.elapsed() > LONGEST_PAUSE {
            backoff.reset();
        }
        if began.elapsed() > alarm_after {
            retrying.worked();
        }
        let error = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it panicked".to_owned(),
        };
        tracing::error!(task = name, %error, "stopped, and is started again");
        retrying.failed(&name, &service, &region, &error);
        if !backoff.wait(&end).await {
            return;
        }
    }
}
