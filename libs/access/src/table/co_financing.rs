//! Who may do what in co-financing: what companies put in.

use super::{Row, row};
use vocabulary::Role::{AccountManager, Auditor, CompanySignatory, CompanySupervisor, Controller, ProgrammeLeader};

/// One row per operation of the service.
///
/// **Invariant:** a role that may verify may not sign, enter or fix: no row of these lists the same role.
/// Never a teacher, a pupil or a parent.
pub const ROWS: &[Row] = &[
    // Contribution days.
    row("choose-contribution-method", &[ProgrammeLeader, CompanySignatory]),
    row("agree-contribution-method", &[ProgrammeLeader, CompanySignatory]),
    row("show-contribution-day", &[ProgrammeLeader, Controller, CompanySignatory, CompanySupervisor, Auditor]),
    row("list-open-attendances", &[ProgrammeLeader, Controller, Auditor]),
    row("accrue-open-day", &[ProgrammeLeader, Controller]),
    row("enter-supervisor-minutes", &[CompanySupervisor, CompanySignatory]),
    row("reverse-contribution-line", &[ProgrammeLeader]),
    row("sign-contribution-day", &[CompanySignatory]),
    row("verify-contribution-day", &[ProgrammeLeader]),
    row("reject-contribution-day", &[ProgrammeLeader]),
    // Contributions in kind or cash.
    row("record-contribution", &[ProgrammeLeader, AccountManager, CompanySignatory]),
    row("show-contribution", &[ProgrammeLeader, Controller, AccountManager, CompanySignatory, Auditor]),
    row("attach-proof", &[ProgrammeLeader, AccountManager, CompanySignatory]),
    row("sign-contribution", &[CompanySignatory]),
    row("verify-contribution", &[ProgrammeLeader]),
    row("reject-contribution", &[ProgrammeLeader]),
    row("reverse-contribution", &[ProgrammeLeader]),
    // Claims: the programme leader verifies, the controller fixes.
    row("list-claims", &[ProgrammeLeader, Controller, Auditor]),
    row("show-claim", &[ProgrammeLeader, Controller, Auditor]),
    row("list-claim-lines", &[ProgrammeLeader, Controller, Auditor]),
    row("draft-claim", &[ProgrammeLeader, Controller]),
    row("submit-claim", &[ProgrammeLeader, Controller]),
    row("return-claim", &[Controller]),
    row("fix-claim", &[Controller]),
    // Schemes.
    row("register-scheme", &[Controller]),
    row("show-scheme", &[ProgrammeLeader, Controller, Auditor]),
];
