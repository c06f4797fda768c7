//! Keys in memory, for a minute and not too many.
//!
//! Another process may forget someone: the minute bounds how long this one still opens what is theirs.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use vocabulary::{PersonId, RegionId};

use crate::cipher::{Key, Owner};

const LIFETIME: Duration = Duration::from_secs(60);
/// About two megabytes.
const MAX_KEYS: usize = 10_000;

#[derive(Default)]
pub(crate) struct Cache(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    keys: HashMap<Owner, (Instant, Arc<Key>)>,
    forgettings: u64,
}

/// How many forgettings there had been when keys were asked for.
#[derive(Clone, Copy)]
pub(crate) struct AskedAt(u64);

impl Cache {
    pub(crate) fn get(&self, owner: &Owner) -> Option<Arc<Key>> {
        let inner = self.inner();
        let (since, key) = inner.keys.get(owner)?;
        (since.elapsed() < LIFETIME).then(|| Arc::clone(key))
    }

    pub(crate) fn asked_at(&self) -> AskedAt {
        AskedAt(self.inner().forgettings)
    }

    /// Keys on their way while someone was forgotten are not kept: they may be theirs.
    pub(crate) fn keep(&self, asked_at: AskedAt, found: impl IntoIterator<Item = (Owner, Arc<Key>)>) {
        let now = Instant::now();
        let mut inner = self.inner();
        if inner.forgettings != asked_at.0 {
            return;
        }
        inner.keys.extend(found.into_iter().map(|(owner, key)| (owner, (now, key))));
        if inner.keys.len() > MAX_KEYS {
            inner.keys.retain(|_, (since, _)| since.elapsed() < LIFETIME);
        }
        if inner.keys.len() > MAX_KEYS {
            let mut moments: Vec<Instant> = inner.keys.values().map(|(since, _)| *since).collect();
            let (_, middle, _) = moments.select_nth_unstable(MAX_KEYS / 2);
            let middle = *middle;
            inner.keys.retain(|_, (since, _)| *since > middle);
        }
    }

    pub(crate) fn forget(&self, region: &RegionId, persons: &[PersonId]) {
        let mut inner = self.inner();
        inner.forgettings += 1;
        let persons: HashSet<PersonId> = persons.iter().copied().collect();
        inner.keys.retain(|owner, _| owner.region != *region || !persons.contains(&owner.person));
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::random_key;
    use vocabulary::Purpose;

    fn owner(region: &str) -> Owner {
        Owner { region: region.parse().unwrap(), person: PersonId::fresh(), purpose: Purpose::Identity }
    }

    #[test]
    fn a_key_that_was_on_its_way_during_a_forgetting_is_not_kept() {
        let (cache, owner) = (Cache::default(), owner("gorinchem"));
        let asked_at = cache.asked_at();
        cache.forget(&owner.region, &[owner.person]);
        cache.keep(asked_at, [(owner.clone(), Arc::new(random_key().unwrap()))]);
        assert!(cache.get(&owner).is_none());
    }

    #[test]
    fn there_are_never_more_than_the_limit() {
        let cache = Cache::default();
        for _ in 0..3 {
            let found = (0..MAX_KEYS).map(|_| (owner("gorinchem"), Arc::new(random_key().unwrap())));
            cache.keep(cache.asked_at(), found);
            assert!(cache.inner().keys.len() <= MAX_KEYS);
        }
    }
}
