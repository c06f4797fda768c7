//! The service whole: real router, grants, log, vault and lookups.

#[path = "it/case.rs"]
mod case;
#[path = "it/catalogue.rs"]
mod catalogue;
#[path = "it/region.rs"]
mod region;
