//! What was agreed: hotspot contracts and stage agreements, their documents and their signatures.

pub mod age;
pub mod contract;
pub mod need;
pub mod stage_agreement;

/// The service: its routes, lookups and reactions.
#[must_use]
pub fn service() -> chassis::Service {
    chassis::Service::new("agreements")
}
