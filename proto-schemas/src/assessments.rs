//! Events of the assessments service: what was learned, and what it was worth.

pub mod case;
pub mod catalogue_import;
pub mod elective;
pub mod pta;
pub mod rubric;

mod grade;

pub use grade::Grade;

use crate::Contract;
use crate::contracts::of;

/// The contracts of this service.
pub(crate) fn contracts() -> Vec<Contract> {
    [
        of::<elective::Event>("assessments", "elective"),
        of::<catalogue_import::Event>("assessments", "catalogue-import"),
        of::<rubric::Event>("assessments", "rubric"),
        of::<pta::Event>("assessments", "pta"),
        of::<case::Event>("assessments", "case"),
    ]
    .concat()
}
