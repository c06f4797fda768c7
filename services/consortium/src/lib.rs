//! Who is in a region, what they planned, and who may do what.

pub mod access;
mod api;
mod bodies;
pub mod companies;
pub mod files;
pub mod finishing;
pub mod people;
pub mod region;
pub mod retention;

use finishing::run_finishing;
use people::{running_imports::RunningImports, shared_numbers::SharedNumbers};
use retention::{
    daily::run_daily,
    forgotten::{self, ForgottenPeople},
    people::RetentionPeople,
    runs::RetentionRuns,
};

/// The service as a value.
#[must_use]
pub fn service() -> chassis::Service {
    chassis::Service::new("consortium")
        .routes(api::routes)
        .projection(ForgottenPeople)
        .projection(RetentionPeople)
        .projection(RetentionRuns)
        .projection(SharedNumbers)
        .projection(RunningImports)
        .beside(forgotten::apply_again)
        .runs("retention", |hub, _| hub.clone(), run_daily)
        .runs("finishing", |hub, _| hub.clone(), run_finishing)
}
