//! Events of the consortium service: who is in the region, what was planned, who may do what.

pub mod company;
#[expect(clippy::module_inception, reason = "the aggregate bears the name of its service")]
pub mod consortium;
pub mod grant;
pub mod import;
pub mod person;
pub mod place;
pub mod policy;

use crate::{Contract, contracts::of};

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    [
        of::<consortium::Event>("consortium", "consortium"),
        of::<policy::Event>("consortium", "policy"),
        of::<company::Event>("consortium", "company"),
        of::<person::Event>("consortium", "person"),
        of::<grant::Event>("consortium", "grant"),
        of::<import::Event>("consortium", "import"),
    ]
    .concat()
}
