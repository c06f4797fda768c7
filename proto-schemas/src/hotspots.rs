//! Events of the hotspots service.

use crate::Contract;

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    Vec::new()
}
