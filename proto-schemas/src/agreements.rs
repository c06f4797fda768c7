//! Events of the agreements service.

pub mod contract;
pub mod stage_agreement;

use crate::{Contract, contract::of};

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    [of::<contract::Event>("agreements", "contract"), of::<stage_agreement::Event>("agreements", "stage-agreement")]
        .concat()
}
