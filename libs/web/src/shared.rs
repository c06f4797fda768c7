//! One evaluation at a time, whose answer others share: the bound of the work that callers without a token can cause.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// For so long an answer is given again.
const KEPT: Duration = Duration::from_secs(1);

/// So many answers are kept.
const MAX_KEPT: usize = 64;

/// Answers by what was asked.
pub(crate) struct Shared<V> {
    kept: Mutex<HashMap<String, (Instant, V)>>,
    turn: Semaphore,
    waiting: Semaphore,
}

/// Too many wait for their turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

impl<V: Clone> Shared<V> {
    /// No more than `most` wait at the same time.
    pub fn new(most: usize) -> Self {
        Self { kept: Mutex::default(), turn: Semaphore::new(1), waiting: Semaphore::new(most) }
    }

    /// The answer of a moment ago, or that of `evaluate`, which is kept when `keep` accepts it.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn get(
        &self,
        asked: &str,
        evaluate: impl Future<Output = V>,
        keep: impl FnOnce(&V) -> bool,
    ) -> Result<V, TooMany> {
        if let Some(kept) = self.fresh(asked, Instant::now()) {
            return Ok(kept);
        }
        let _waiting = self.waiting.try_acquire().map_err(|_| TooMany)?;
        // Never closed.
        let _turn = self.turn.acquire().await;
        // Somebody else may have asked the same meanwhile.
        if let Some(kept) = self.fresh(asked, Instant::now()) {
            return Ok(kept);
        }
        let value = evaluate.await;
        if keep(&value) {
            let (mut kept, now) = (self.kept(), Instant::now());
            kept.retain(|_, (since, _)| now.saturating_duration_since(*since) < KEPT);
            if kept.len() < MAX_KEPT {
                kept.insert(asked.to_owned(), (now, value.clone()));
            }
        }
        Ok(value)
    }

    fn fresh(&self, asked: &str, now: Instant) -> Option<V> {
        let kept = self.kept();
        kept.get(asked)
            .filter(|(since, _)| now.saturating_duration_since(*since) < KEPT)
            .map(|(_, value)| value.clone())
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, (Instant, V)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::task::yield_now;

    /// Counts evaluations, and how many there were at the same time.
    #[derive(Default)]
    struct Counter {
        all: AtomicUsize,
        now: AtomicUsize,
        most: AtomicUsize,
    }

    impl Counter {
        async fn evaluate(&self) -> usize {
            let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(now, Ordering::Relaxed);
            yield_now().await;
            self.now.fetch_sub(1, Ordering::Relaxed);
            self.all.fetch_add(1, Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn a_thousand_that_ask_the_same_at_once_cost_one_evaluation() {
        let (shared, counter) = (Shared::new(1_000), Counter::default());
        let began = Instant::now();
        let answers = join_all((0..1_000).map(|_| shared.get("a", counter.evaluate(), |_| true))).await;
        assert!(answers.iter().all(Result::is_ok));
        // However slow this machine is: no more than one a second.
        let evaluated = counter.all.load(Ordering::Relaxed) as u64;
        assert!(evaluated <= 1 + began.elapsed().as_secs(), "{evaluated}");
        assert!(shared.fresh("a", Instant::now() + KEPT).is_none());
    }

    #[tokio::test]
    async fn different_questions_take_turns_and_no_more_wait_than_may() {
        let (shared, counter) = (Shared::new(5), Counter::default());
        let questions: Vec<String> = (0..20).map(|question| question.to_string()).collect();
        let answers = join_all(questions.iter().map(|asked| shared.get(asked, counter.evaluate(), |_| true))).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 5);
        assert_eq!((counter.all.into_inner(), counter.most.into_inner()), (5, 1));
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_frees_the_turn() {
        let (shared, counter) = (Shared::new(5), Counter::default());
        let hung_up = shared.get("a", std::future::pending::<usize>(), |_| true);
        assert!(tokio::time::timeout(Duration::from_millis(5), hung_up).await.is_err());
        assert_eq!(shared.get("a", counter.evaluate(), |_| true).await, Ok(0));
    }

    #[tokio::test]
    async fn the_kept_answers_are_bounded() {
        let shared = Shared::new(5);
        for question in 0..1_000 {
            let asked = question.to_string();
            assert_eq!(shared.get(&asked, async { question }, |_| true).await, Ok(question));
            assert!(shared.kept().len() <= MAX_KEPT);
        }
    }
}
