//! Events of the co-financing service: what companies put in, and what a region claims of it.
//!
//! `figures` is not an event: it is how everyone who adds these events up arrives at the same cents.

pub mod arrangement;
pub mod claim;
pub mod contribution;
pub mod contribution_day;
pub mod figures;
pub mod occasion;
pub mod proof;
pub mod scheme;

use crate::category::Category;
use vocabulary::Service;

/// The aggregates of this service: a line for each.
pub(crate) const CATEGORIES: &[Category] = &[
    Category::of::<contribution_day::Event>(Service::CoFinancing, "contribution-day")
        .collecting(contribution_day::MEMBERS),
    Category::of::<contribution::Event>(Service::CoFinancing, "contribution").collecting(contribution::MEMBERS),
    Category::of::<claim::Event>(Service::CoFinancing, "claim").collecting(claim::MEMBERS),
    Category::of::<scheme::Event>(Service::CoFinancing, "scheme").collecting(scheme::MEMBERS),
    Category::of::<occasion::Event>(Service::CoFinancing, "occasion"),
    Category::of::<proof::Event>(Service::CoFinancing, "proof"),
    Category::of::<arrangement::Event>(Service::CoFinancing, "arrangement"),
];
