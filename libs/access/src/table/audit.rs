//! Who may do what in audit: an auditor reads; nobody changes anything here but the audit's own log.

use super::{Row, row};
use vocabulary::Role::{Auditor, Controller, ProgrammeLeader};

/// One row per operation of the service.
pub const ROWS: &[Row] = &[
    row("cut-checkpoints", &[Controller, ProgrammeLeader]),
    row("list-witnesses", &[Auditor, Controller, ProgrammeLeader]),
    row("list-logs", &[Auditor, Controller, ProgrammeLeader]),
    row("trace-figure", &[Auditor, Controller, ProgrammeLeader]),
    // Mandates: given by who answers for the region, never by who looks.
    row("open-mandate", &[ProgrammeLeader, Controller]),
    row("end-mandate", &[ProgrammeLeader, Controller]),
    row("list-mandates", &[ProgrammeLeader, Controller, Auditor]),
    row("list-audit-exports", &[ProgrammeLeader, Controller, Auditor]),
    row("list-looks", &[ProgrammeLeader, Controller, Auditor]),
    row("reveal-name", &[Auditor]),
    // For people who ask for their data: the hub's own answer to the right of access.
    row("open-access-export", &[ProgrammeLeader]),
    row("show-access-export", &[ProgrammeLeader]),
    // Of anything in any service, grades and concerns too.
    row("show-timeline", &[Auditor]),
    row("prove-event", &[Auditor]),
    row("prove-consistency", &[Auditor]),
    row("draw-audit-sample", &[Auditor, Controller]),
    // Also for who gives the mandates: each drawing, also those that were thrown away.
    row("list-audit-samples", &[Auditor, Controller, ProgrammeLeader]),
    row("show-audit-sample", &[Auditor, Controller]),
    row("show-audit-sample-sheet", &[Auditor, Controller]),
];
