//! Who is in a region, what they planned, and who may do what.

pub mod api;
pub mod company;
pub mod consortium;
pub mod files;
pub mod finishing;
mod forgetting;
pub mod forgotten;
pub mod grant;
pub mod import;
pub mod member;
mod members;
mod numbers;
pub mod person;
pub mod policy;
pub mod pupil_import;
pub mod retention;
pub mod running_imports;
pub mod school_import;
pub mod sealing;
pub mod shared_numbers;

use finishing::run_finishing;
use forgotten::ForgottenPeople;
use retention::{daily::run_daily, people::RetentionPeople, runs::RetentionRuns};
use running_imports::RunningImports;
use shared_numbers::SharedNumbers;

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
