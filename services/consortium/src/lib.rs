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
        .aggregate::<region::consortium::Consortium>()
        .aggregate::<region::member::Member>()
        .aggregate::<region::policy::Policies>()
        .aggregate::<companies::company::Company>()
        .aggregate::<people::person::Person>()
        .aggregate::<access::grant::Grant>()
        .aggregate::<people::import::Import>()
        .aggregate::<retention::schedule::Schedules>()
        .aggregate::<retention::hold::Holds>()
        .aggregate::<retention::run::Run>()
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
