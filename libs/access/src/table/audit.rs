//! Who may do what in audit: an auditor reads; nobody changes anything here but the audit's own log.

use super::{Row, row};
use vocabulary::Role::{Auditor, Controller, ProgrammeLeader};

/// One row per operation of the service.
pub const ROWS: &[Row] = &[
    row("list-logs", &[Auditor, Controller, ProgrammeLeader]),
    row("trace-figure", &[Auditor, Controller, ProgrammeLeader]),
];
