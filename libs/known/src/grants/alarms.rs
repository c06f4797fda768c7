//! Alarms, once for each time that grants stop to count.

use access::{Grants, Stale};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use vocabulary::RegionId;

/// For which regions an alarm was raised and is not over; `None` is for all of them.
#[derive(Debug, Default)]
pub(super) struct Alarms(Mutex<BTreeSet<Option<RegionId>>>);

impl Alarms {
    /// Raises an alarm for what does not count any more, and says what counts again.
    pub fn raise(&self, book: &Grants) {
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_all = book.answered().err().map(|error| (None, error));
        let of_one = |region: RegionId| book.current(&region).err().map(|error| (Some(region), error));
        let found: Vec<_> = match of_all {
            Some(all) => vec![all],
            None => book.regions().into_iter().filter_map(of_one).collect(),
        };
        let mut stale = BTreeSet::new();
        // What was only just asked is no alarm yet.
        for (region, error) in found.into_iter().filter(|(_, error)| *error != Stale::Unknown) {
            if !raised.contains(&region) {
                let named = region.as_ref().map_or("every region", RegionId::as_str);
                bus::raise("grants do not count", "consortium", named, &error);
            }
            stale.insert(region);
        }
        for over in raised.difference(&stale) {
            tracing::info!(region = over.as_ref().map(RegionId::as_str), "grants count again");
        }
        *raised = stale;
    }
}
