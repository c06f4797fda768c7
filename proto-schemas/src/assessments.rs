//! Events of the assessments service: what was learned, and what it was worth.

pub mod case;
pub mod catalogue_import;
pub mod elective;
pub mod pta;
pub mod rubric;

mod grade;

pub use grade::Grade;

use crate::category::Category;
use vocabulary::Service;

/// The aggregates of this service: a line for each.
pub(crate) const CATEGORIES: &[Category] = &[
    Category::of::<elective::Event>(Service::Assessments, "elective"),
    Category::of::<catalogue_import::Event>(Service::Assessments, "catalogue-import"),
    Category::of::<rubric::Event>(Service::Assessments, "rubric"),
    Category::of::<pta::Event>(Service::Assessments, "pta").collecting(pta::MEMBERS),
    Category::of::<case::Event>(Service::Assessments, "case").collecting(case::MEMBERS),
];
