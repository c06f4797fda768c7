//! Starts a task again when it ends with an error, and says so.

use crate::Error;
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// Waits longer each time it is asked, up to five seconds.
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub fn new() -> Self {
        Self(SHORTEST)
    }

    pub fn reset(&mut self) {
        self.0 = SHORTEST;
    }

    /// Waits, unless it ends first: then `false`.
    pub async fn wait(&mut self, end: &CancellationToken) -> bool {
        let pause = self.0;
        self.0 = (pause * 2).min(LONGEST);
        tokio::select! {
            () = end.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }
}

/// Runs `task` until it is done or the end comes; after an error or a panic it is run again.
pub(crate) async fn supervise<F>(name: String, end: CancellationToken, mut task: impl FnMut() -> F)
where
    F: Future<Output = Result<(), Error>>,
{
    let mut backoff = Backoff::new();
    while !end.is_cancelled() {
        let began = Instant::now();
        match AssertUnwindSafe(task()).catch_unwind().await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => tracing::error!(task = name, %error, "stopped, and is started again"),
            Err(_) => tracing::error!(task = name, "panicked, and is started again"),
        }
        if began.elapsed() > LONGEST {
            backoff.reset();
        }
        if !backoff.wait(&end).await {
            return;
        }
    }
}
