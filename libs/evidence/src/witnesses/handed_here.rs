//! What this process handed over: a row that says that a witness has a checkpoint may be anybody's.

use super::Witness;
use crate::checkpoint::Cut;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use vocabulary::RegionId;

/// The newest checkpoint of each log that each witness is known to have. Copies share it; it ends with the process.
#[derive(Clone, Debug, Default)]
pub struct HandedHere(Arc<Mutex<BTreeMap<Log, (i32, i64)>>>);

/// A region, a witness and a service.
type Log = (RegionId, String, String);

impl HandedHere {
    /// Whether a witness is known to have this checkpoint, or a later one of that log.
    pub(super) fn has(&self, region: &RegionId, witness: &Witness, cut: &Cut) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&log(region, witness, cut)).is_some_and(|newest| *newest >= (cut.epoch, cut.size))
    }

    pub(super) fn add(&self, region: &RegionId, witness: &Witness, cut: &Cut) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = known.entry(log(region, witness, cut)).or_default();
        *newest = (cut.epoch, cut.size).max(*newest);
    }
}

/// Another address is another witness.
fn log(region: &RegionId, witness: &Witness, cut: &Cut) -> Log {
    (region.clone(), format!("{} {}", witness.name, witness.address), cut.service.clone())
}
