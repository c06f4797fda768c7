//! Token buckets by key, in bounded memory (generic cell rate algorithm).
//!
//! A bucket is one number: the moment at which it is full again. One that is full is forgotten, since a new one is full.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// As many requests are let through a second, and as many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many a second, in the long run; at least one.
    pub per_second: u32,
    /// How many at once; at least one.
    pub burst: u32,
}

/// What is left of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    /// Requests that go through at once.
    pub remaining: u32,
    /// Until nothing of the quota is missing any more.
    pub full_in: Duration,
}

/// Nothing of the quota is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Until one more request goes through.
    pub again_in: Duration,
}

/// The buckets of one quota.
///
/// **Invariant:** no more than `max_keys` are remembered. Where more than that are in use at the same time, those that come
/// on top share one bucket: they slow each other down, and nobody else.
pub(crate) struct Buckets {
    quota: Quota,
    began: Instant,
    max_keys: usize,
    buckets: Mutex<State>,
}

struct State {
    /// Nanoseconds after `began` at which each is full.
    full_at: HashMap<u64, u64>,
    swept: u64,
}

/// Looking for buckets that are full is linear, so it is done no oftener than this.
const SWEEP_PAUSE: Duration = Duration::from_secs(1);

/// The bucket of those for whom there is no room.
const SHARED: u64 = 0;

impl Quota {
    /// The same for `times` as much.
    pub(crate) fn times(self, times: u32) -> Self {
        Self { per_second: self.per_second.saturating_mul(times), burst: self.burst.saturating_mul(times) }
    }

    /// Nanoseconds between two requests of a steady client.
    fn pace(self) -> u64 {
        (1_000_000_000 / u64::from(self.per_second.max(1))).max(1)
    }

    fn capacity(self) -> u64 {
        self.pace().saturating_mul(u64::from(self.burst.max(1)))
    }

    /// Seconds in which the whole quota comes back, rounded up.
    pub(crate) fn window(self) -> u64 {
        self.capacity().div_ceil(1_000_000_000).max(1)
    }
}

impl Buckets {
    pub fn new(quota: Quota, max_keys: usize) -> Self {
        let buckets = Mutex::new(State { full_at: HashMap::new(), swept: 0 });
        Self { quota, began: Instant::now(), max_keys: max_keys.max(1), buckets }
    }

    pub fn quota(&self) -> Quota {
        self.quota
    }

    /// Counts one request.
    ///
    /// # Errors
    /// When nothing of the quota is left; then it is not counted.
    pub fn take(&self, key: u64, now: Instant) -> Result<Level, Spent> {
        let (now, pace, capacity) = (self.nanos(now), self.quota.pace(), self.quota.capacity());
        let mut state = self.state();
        let key = state.room_for(key, now, self.max_keys);
        let full_at = state.full_at.get(&key).copied().unwrap_or(now).max(now).saturating_add(pace);
        let missing = full_at - now;
        if missing > capacity {
            return Err(Spent { again_in: Duration::from_nanos(missing - capacity) });
        }
        state.full_at.insert(key, full_at);
        let remaining = u32::try_from((capacity - missing) / pace).unwrap_or(u32::MAX);
        Ok(Level { remaining, full_in: Duration::from_nanos(missing) })
    }

    /// How long until one request goes through, where none does now. Counts nothing.
    pub fn spent(&self, key: u64, now: Instant) -> Option<Spent> {
        let (now, pace, capacity) = (self.nanos(now), self.quota.pace(), self.quota.capacity());
        let state = self.state();
        let known =
            state.full_at.get(&key).or_else(|| state.full_at.get(&SHARED).filter(|_| state.is_full(self.max_keys)));
        let missing = known?.saturating_sub(now).saturating_add(pace);
        (missing > capacity).then(|| Spent { again_in: Duration::from_nanos(missing - capacity) })
    }

    fn nanos(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.began).as_nanos()).unwrap_or(u64::MAX)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_full(&self, max_keys: usize) -> bool {
        self.full_at.len() >= max_keys
    }

    /// The key to count under.
    fn room_for(&mut self, key: u64, now: u64, max_keys: usize) -> u64 {
        if !self.is_full(max_keys) || self.full_at.contains_key(&key) {
            return key;
        }
        if u128::from(now.saturating_sub(self.swept)) >= SWEEP_PAUSE.as_nanos() {
            self.swept = now;
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        if self.is_full(max_keys) { SHARED } else { key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota { per_second: 10, burst: 5 };

    fn taken(buckets: &Buckets, key: u64, now: Instant) -> usize {
        (0..1_000).take_while(|_| buckets.take(key, now).is_ok()).count()
    }

    #[tokio::test]
    async fn a_burst_goes_through_and_then_the_rate() {
        let (buckets, began) = (Buckets::new(QUOTA, 10), Instant::now());
        assert_eq!(taken(&buckets, 1, began), 5);
        assert_eq!(buckets.take(1, began), Err(Spent { again_in: Duration::from_millis(100) }));
        assert_eq!(buckets.spent(1, began), Some(Spent { again_in: Duration::from_millis(100) }));
        assert_eq!(taken(&buckets, 1, began + Duration::from_millis(99)), 0);
        assert_eq!(taken(&buckets, 1, began + Duration::from_millis(100)), 1);
        assert_eq!(taken(&buckets, 1, began + Duration::from_millis(400)), 3);
        assert_eq!(taken(&buckets, 1, began + Duration::from_secs(3600)), 5);
    }

    #[tokio::test]
    async fn a_refused_request_is_not_counted() {
        let (buckets, began) = (Buckets::new(QUOTA, 10), Instant::now());
        assert_eq!(taken(&buckets, 1, began), 5);
        for _ in 0..1_000 {
            assert!(buckets.take(1, began).is_err());
        }
        assert_eq!(taken(&buckets, 1, began + Duration::from_millis(500)), 5);
    }

    #[tokio::test]
    async fn each_key_has_a_quota_of_its_own() {
        let (buckets, began) = (Buckets::new(QUOTA, 10), Instant::now());
        assert_eq!(taken(&buckets, 1, began), 5);
        assert_eq!((buckets.spent(2, began), taken(&buckets, 2, began)), (None, 5));
    }

    #[tokio::test]
    async fn the_level_says_what_is_left_and_when_all_of_it_is_back() {
        let (buckets, began) = (Buckets::new(QUOTA, 10), Instant::now());
        let level = |remaining, millis| Ok(Level { remaining, full_in: Duration::from_millis(millis) });
        assert_eq!(buckets.take(1, began), level(4, 100));
        assert_eq!(buckets.take(1, began), level(3, 200));
        assert_eq!((QUOTA.window(), QUOTA.times(8).window()), (1, 1));
    }

    #[tokio::test]
    async fn more_keys_than_the_bound_share_one_bucket_and_keep_nobody_elses() {
        let (buckets, began) = (Buckets::new(QUOTA, 3), Instant::now());
        for key in 1..=3 {
            buckets.take(key, began).unwrap();
        }
        let on_top = (10..1_000).filter(|key| buckets.take(*key, began).is_ok()).count();
        assert_eq!(on_top, 5);
        assert!(buckets.spent(2_000, began).is_some());
        assert_eq!(taken(&buckets, 1, began), 4);
        assert!(buckets.state().full_at.len() <= 4);
        // Once they are full they are forgotten, and there is room again.
        let later = began + Duration::from_secs(2);
        assert_eq!(taken(&buckets, 10, later), 5);
        assert_eq!(buckets.state().full_at.len(), 1);
    }
}
