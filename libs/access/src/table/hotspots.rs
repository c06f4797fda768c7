//! Who may do what in hotspots: where learning happens.

use super::Row;

/// One row per operation of the service.
pub const ROWS: &[Row] = &[];
