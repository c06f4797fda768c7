//! Who may do what in agreements: what was agreed.

use super::{Row, row};
use vocabulary::Role::{
    AccountManager, CompanySignatory, CompanySupervisor, Inspector, Parent, ProgrammeLeader, Pupil, Teacher,
    WorkingGroupMember,
};

/// Who reads a hotspot contract: the region, the company it binds, every school that may sign it.
const CONTRACT_READERS: &[vocabulary::Role] =
    &[ProgrammeLeader, WorkingGroupMember, AccountManager, Teacher, CompanySignatory, CompanySupervisor];

/// Who reads a stage agreement: its parties, and the inspector (art. 6). Nobody of another school.
const AGREEMENT_READERS: &[vocabulary::Role] =
    &[Teacher, CompanySignatory, CompanySupervisor, Pupil, Parent, Inspector];

/// One row per operation of the service.
pub const ROWS: &[Row] = &[
    // Hotspot contracts: the region draws up, each party signs for itself.
    row("draw-up-contract", &[ProgrammeLeader, WorkingGroupMember]),
    row("amend-contract", &[ProgrammeLeader, WorkingGroupMember]),
    row("sign-contract-for-company", &[CompanySignatory]),
    row("sign-contract-for-school", &[WorkingGroupMember, Teacher]),
    row("show-contract", CONTRACT_READERS),
    row("show-contract-text", CONTRACT_READERS),
    row("show-contract-document", CONTRACT_READERS),
    // Stage agreements: the pupil's own school draws up; the four slots have an operation each.
    row("draft-stage-agreement", &[Teacher]),
    row("offer-stage-agreement", &[Teacher]),
    row("amend-stage-agreement", &[Teacher]),
    row("sign-stage-agreement-for-school", &[Teacher]),
    row("sign-stage-agreement-for-company", &[CompanySignatory]),
    row("sign-stage-agreement-as-pupil", &[Pupil]),
    row("sign-stage-agreement-as-parent", &[Parent]),
    row("record-consent-form", &[Teacher]),
    row("show-stage-agreement", AGREEMENT_READERS),
    row("show-stage-agreement-text", AGREEMENT_READERS),
    row("show-stage-agreement-document", AGREEMENT_READERS),
    // Disputes: a party, or the stagebegeleider, raises one; the school records the outcome.
    row("raise-dispute", &[Teacher, CompanySignatory, CompanySupervisor, Pupil, Parent]),
    row("escalate-dispute", &[Teacher, CompanySignatory, CompanySupervisor, Pupil, Parent]),
    row("settle-dispute", &[Teacher]),
    // Endings.
    row("record-hearing", &[Teacher]),
    row("consent-to-end", &[Teacher, CompanySignatory, Pupil, Parent]),
    row("end-stage-agreement-by-school", &[Teacher]),
    row("end-stage-agreement-by-company", &[CompanySignatory]),
    // Whether an agreement is needed at all (R352).
    row(
        "explain-agreement-need",
        &[
            ProgrammeLeader,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            CompanySupervisor,
            CompanySignatory,
            Pupil,
            Parent,
            Inspector,
        ],
    ),
];
