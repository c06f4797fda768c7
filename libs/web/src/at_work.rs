//! How many requests are worked on at the same time, in all and of one client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The requests that are worked on.
pub(crate) struct AtWork {
    most: usize,
    most_of_one: usize,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    all: usize,
    /// Those who have none are not in it.
    by_key: HashMap<u64, usize>,
}

/// One of them, until it is dropped.
pub(crate) struct Working {
    at_work: Arc<AtWork>,
    key: u64,
}

/// Why no more begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// For any caller: the hub works on as many requests as it may.
    All,
    /// This client has its share.
    OfOne,
}

impl AtWork {
    /// One client has a quarter of `most`: others are let in however slow its requests are.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most: most.max(1), most_of_one: (most / 4).max(1), now: Mutex::default() })
    }

    /// Begins one.
    ///
    /// # Errors
    /// When there are as many as there may be.
    pub fn begin(self: &Arc<Self>, key: u64) -> Result<Working, Full> {
        let mut now = self.now();
        if now.by_key.get(&key).is_some_and(|of_one| *of_one >= self.most_of_one) {
            return Err(Full::OfOne);
        }
        if now.all >= self.most {
            return Err(Full::All);
        }
        now.all += 1;
        *now.by_key.entry(key).or_default() += 1;
        Ok(Working { at_work: self.clone(), key })
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let mut now = self.at_work.now();
        now.all -= 1;
        if let Some(of_one) = now.by_key.get_mut(&self.key) {
            *of_one -= 1;
            if *of_one == 0 {
                now.by_key.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_has_a_quarter_of_all_that_is_worked_on() {
        let at_work = AtWork::new(8);
        let both = [at_work.begin(1).unwrap(), at_work.begin(1).unwrap()];
        assert_eq!(at_work.begin(1).err(), Some(Full::OfOne));
        let others: Vec<_> = (2..8).map(|key| at_work.begin(key).unwrap()).collect();
        assert_eq!(at_work.begin(9).err(), Some(Full::All));
        drop(both);
        assert!(at_work.begin(1).is_ok());
        drop(others);
        assert!(at_work.now().by_key.is_empty() && at_work.now().all == 0);
    }
}
