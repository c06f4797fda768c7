//! Events of the consortium service: who is in the region, what was planned, who may do what.

pub mod company;
#[expect(clippy::module_inception, reason = "the aggregate bears the name of its service")]
pub mod consortium;
pub mod grant;
pub mod import;
pub mod person;
pub mod place;
pub mod policy;
pub mod retention_hold;
pub mod retention_run;
pub mod retention_schedule;

use crate::category::Category;
use vocabulary::Service;

/// The aggregates of this service: a line for each.
pub(crate) const CATEGORIES: &[Category] = &[
    Category::of::<consortium::Event>(Service::Consortium, "consortium").collecting(consortium::MEMBERS),
    Category::of::<policy::Event>(Service::Consortium, "policy"),
    Category::of::<company::Event>(Service::Consortium, "company"),
    Category::of::<person::Event>(Service::Consortium, "person"),
    Category::of::<grant::Event>(Service::Consortium, "grant"),
    Category::of::<import::Event>(Service::Consortium, "import"),
    Category::of::<retention_schedule::Event>(Service::Consortium, "retention-schedule"),
    Category::of::<retention_hold::Event>(Service::Consortium, "retention-hold").collecting(retention_hold::MEMBERS),
    Category::of::<retention_run::Event>(Service::Consortium, "retention-run"),
];
