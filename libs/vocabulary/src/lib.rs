//! Values that mean the same everywhere.
//!
//! A value of one of these types has been checked: parsing is the only way in.

#[cfg(feature = "sqlx")]
mod stored;

mod actor;
mod checked;
mod company;
mod generations;
mod ids;
mod invalid;
mod money;
pub mod ranges;
mod region;
pub mod restore;
mod role;
mod scheme;
mod school;
mod sealed;
mod service;
mod text;
mod time;

pub use actor::{Actor, Organisation};
pub use company::KvkNumber;
pub use generations::Generations;
pub use ids::*;
pub use invalid::Invalid;
pub use money::{BasisPoints, Euros};
pub use region::RegionId;
pub use role::{Reach, Role};
pub use scheme::SchemeCode;
pub use school::{BranchCode, Brin};
pub use sealed::{Purpose, Sealed};
pub use service::Service;
pub use text::{Clause, DocumentHash, Email, Label, Reason};
pub use time::{DayMinutes, Minutes, SchoolYear, amsterdam_date};
