//! What auditors may see, and what they were shown: mandates, looks, disclosures, access exports.
//!
//! **Invariant:** nothing here explains a figure: that is `trace`, which knows nothing of mandates.

pub mod access_export;
pub mod disclosure;
pub(crate) mod exports;
pub(crate) mod inspections;
pub mod look;
pub(crate) mod looks;
pub mod mandate;
pub(crate) mod mandates;
pub mod names;
pub mod sample;
pub(crate) mod samples;
pub(crate) mod sealed_names;
