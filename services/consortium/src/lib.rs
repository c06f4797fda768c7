//! Who is in a region, what they planned, and who may do what.

pub mod api;
pub mod company;
pub mod consortium;
pub mod files;
pub mod forgotten;
pub mod grant;
pub mod import;
pub mod person;
pub mod policy;
pub mod pupil_import;
pub mod school_import;
pub mod sealing;

use forgotten::ForgottenPeople;

/// The service as a value.
#[must_use]
pub fn service() -> chassis::Service {
    chassis::Service::new("consortium").routes(api::routes).projection(ForgottenPeople).beside(forgotten::apply_again)
}
