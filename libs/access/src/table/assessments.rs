//! Who may do what in assessments: what was learned.

use super::Row;

/// One row per operation of the service.
pub const ROWS: &[Row] = &[];
