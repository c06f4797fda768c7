//! How far a log is known to be where its commits must be: on disk, and with a synchronous standby where there is one.
//!
//! A commit that was cut off while it waited for the standby stands here, is read here, and is lost when the standby takes
//! over. So what was read counts only once a write of this process, which came after it, was acknowledged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocabulary::RegionId;

/// What this process knows of each log. Copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vouched(Arc<Mutex<HashMap<RegionId, Known>>>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    position: i64,
    in_doubt: bool,
}

impl Vouched {
    /// A write of this process was acknowledged: all up to here is kept.
    pub fn up_to(&self, region: &RegionId, position: i64) {
        let mut all = self.all();
        if let Some(known) = all.get_mut(region) {
            *known = Known { position: known.position.max(position), in_doubt: false };
        } else {
            all.insert(region.clone(), Known { position, in_doubt: false });
        }
    }

    /// Nobody knows what became of a write.
    pub fn doubt(&self, region: &RegionId) {
        self.all().entry(region.clone()).or_default().in_doubt = true;
    }

    /// The log ends there, said another process or server. One that is shorter than it was is another one.
    pub fn ends(&self, region: &RegionId, position: i64) {
        if let Some(known) = self.all().get_mut(region)
            && known.position > position
        {
            known.position = 0;
        }
    }

    /// Whether all up to `position` is kept. While a write is in doubt nothing is: what it left may be what was read.
    pub fn covers(&self, region: &RegionId, position: i64) -> bool {
        let known = self.all().get(region).copied().unwrap_or_default();
        position <= known.position && !known.in_doubt
    }

    /// Whether the last write of this process came to nothing that anybody knows.
    pub fn in_doubt(&self, region: &RegionId) -> bool {
        self.all().get(region).is_some_and(|known| known.in_doubt)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<RegionId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_later_write_vouches_for_a_reading() {
        let (vouched, region) = (Vouched::default(), "voorbeeld".parse().unwrap());
        assert!(vouched.covers(&region, 0) && !vouched.covers(&region, 1));
        vouched.up_to(&region, 3);
        vouched.doubt(&region);
        assert!(!vouched.covers(&region, 3) && vouched.in_doubt(&region));
        vouched.up_to(&region, 4);
        assert!(vouched.covers(&region, 4) && !vouched.in_doubt(&region));
        vouched.ends(&region, 2);
        assert!(!vouched.covers(&region, 1));
    }
}
