//! How many batches are under way at the same time: of all readers, and of one that stands apart.

use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Turns at the database. Copies share them.
#[derive(Clone)]
pub struct Turns {
    /// Of one reader: one that waits for something takes its own turns, and not those of the others.
    own: Option<Arc<Semaphore>>,
    all: Arc<Semaphore>,
}

/// A turn; it ends when this is dropped.
pub struct Turn<'a> {
    _own: Option<SemaphorePermit<'a>>,
    _one_of_all: Option<SemaphorePermit<'a>>,
}

impl Turns {
    /// So many for all who have a copy.
    pub fn of(at_once: usize) -> Self {
        Self { own: None, all: Arc::new(Semaphore::new(at_once.max(1))) }
    }

    /// The same turns, of which one reader takes at most so many.
    #[must_use]
    pub fn at_most(&self, at_once: usize) -> Self {
        Self { own: Some(Arc::new(Semaphore::new(at_once.max(1)))), all: self.all.clone() }
    }

    /// Waits for a turn.
    pub async fn acquire(&self) -> Turn<'_> {
        // They are never closed.
        let own = match &self.own {
            Some(own) => own.acquire().await.ok(),
            None => None,
        };
        Turn { _own: own, _one_of_all: self.all.acquire().await.ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test]
    async fn one_that_waits_leaves_the_turns_of_the_others() {
        let all = Turns::of(2);
        let (waits, other) = (all.at_most(1), all.at_most(1));
        let _its_turn = waits.acquire().await;
        assert!(timeout(Duration::ZERO, waits.acquire()).await.is_err());
        assert!(timeout(Duration::ZERO, other.acquire()).await.is_ok());
    }
}
