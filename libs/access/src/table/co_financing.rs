//! Who may do what in co-financing: what companies put in.

use super::Row;

/// One row per operation of the service.
pub const ROWS: &[Row] = &[];
