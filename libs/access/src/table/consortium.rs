//! Who may do what in consortium: who takes part.

use super::Row;

/// One row per operation of the service.
pub const ROWS: &[Row] = &[];
