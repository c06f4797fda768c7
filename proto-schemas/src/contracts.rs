//! The list of all contracts.

use crate::Contract;

/// Every version of every event, sorted by type.
#[must_use]
pub fn contracts() -> Vec<Contract> {
    let mut all = Vec::new();
    all.extend(crate::consortium::contracts());
    all.extend(crate::hotspots::contracts());
    all.extend(crate::agreements::contracts());
    all.extend(crate::assessments::contracts());
    all.extend(crate::co_financing::contracts());
    all.extend(crate::audit::contracts());
    all.extend(crate::restore::contracts());
    all.sort_by(|a, b| a.event_type.cmp(&b.event_type));
    all
}
