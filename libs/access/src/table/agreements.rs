//! Who may do what in agreements: what was agreed.

use super::Row;

/// One row per operation of the service.
pub const ROWS: &[Row] = &[];
