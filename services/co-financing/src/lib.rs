//! What companies put in: contributions, schemes, claims.

pub mod arrangement;
pub mod claim;
pub mod contribution;
pub mod contribution_day;
pub mod occasion;
pub mod proof;
pub mod scheme;
