//! Events of the agreements service.

pub mod contract;
pub mod stage_agreement;

use crate::category::Category;
use vocabulary::Service;

/// The aggregates of this service: a line for each.
pub(crate) const CATEGORIES: &[Category] = &[
    Category::of::<contract::Event>(Service::Agreements, "contract").collecting(contract::MEMBERS),
    Category::of::<stage_agreement::Event>(Service::Agreements, "stage-agreement").collecting(stage_agreement::MEMBERS),
];
