//! Who may do what in gateway: what may be read across services.

use super::Row;

/// One row per operation of the service.
pub const ROWS: &[Row] = &[];
