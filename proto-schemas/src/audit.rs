//! Events of the audit service: who may look, what was looked at, which names were revealed, what was drawn.

pub mod disclosure;
pub mod look;
pub mod mandate;
pub mod sample;

use crate::category::Category;
use vocabulary::Service;

/// The aggregates of this service: a line for each.
pub(crate) const CATEGORIES: &[Category] = &[
    Category::of::<mandate::Event>(Service::Audit, "mandate"),
    Category::of::<look::Event>(Service::Audit, "look"),
    Category::of::<sample::Event>(Service::Audit, "sample"),
    Category::of::<disclosure::Event>(Service::Audit, "disclosure"),
];
