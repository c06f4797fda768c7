//! What was agreed: hotspot contracts and stage agreements, their documents and their signatures.

pub mod contract;
