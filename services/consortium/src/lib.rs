//! Who is in a region, what they planned, and who may do what.

pub mod company;
pub mod consortium;
pub mod files;
pub mod grant;
pub mod import;
pub mod person;
pub mod policy;
