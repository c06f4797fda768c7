//! Who may do what in consortium: who takes part.

use super::{Row, row};
use vocabulary::Role::{
    AccountManager, Auditor, CompanySignatory, Controller, ExamSecretary, Operator, ProgrammeLeader, SchoolSystem,
    Teacher, WorkingGroupMember,
};

/// One row per operation of the service.
pub const ROWS: &[Row] = &[
    // The region begins with the operator, and is the programme leader's from then on.
    row("found-region", &[Operator]),
    row("appoint-programme-leader", &[Operator]),
    // Partners.
    row("import-schools", &[ProgrammeLeader]),
    row("preview-school-import", &[ProgrammeLeader]),
    row("join-school", &[ProgrammeLeader]),
    row("remove-school", &[ProgrammeLeader]),
    row("name-lead-partner", &[ProgrammeLeader]),
    row("add-primary-school", &[ProgrammeLeader]),
    row("add-mbo", &[ProgrammeLeader]),
    row("add-partner-company", &[ProgrammeLeader]),
    row("add-other-partner", &[ProgrammeLeader]),
    row("remove-partner", &[ProgrammeLeader]),
    // Plan, money and rules: who claims does not set the target, who spends does not set the rate.
    row("adopt-plan", &[ProgrammeLeader]),
    row("set-target", &[ProgrammeLeader]),
    row("adopt-policy", &[Controller]),
    row("open-period", &[Controller]),
    row("close-period", &[Controller]),
    // The grant itself decides which roles may give it.
    row("grant-role", &[ProgrammeLeader]),
    row("grant-company-role", &[AccountManager]),
    row("grant-school-role", &[SchoolSystem]),
    row("revoke-role", &[ProgrammeLeader]),
    // Companies: anyone at a school may name one, only an account manager contacts it (R024).
    row("nominate-company", &[AccountManager, ProgrammeLeader, Teacher, WorkingGroupMember, CompanySignatory]),
    row("orient-company", &[AccountManager]),
    row("onboard-company", &[AccountManager]),
    row("activate-company", &[AccountManager]),
    row("suspend-company", &[AccountManager, ProgrammeLeader]),
    row("release-company", &[AccountManager, ProgrammeLeader]),
    row("register-contact", &[AccountManager]),
    // People.
    row("import-pupils", &[SchoolSystem, ProgrammeLeader]),
    row("preview-pupil-import", &[SchoolSystem, ProgrammeLeader]),
    row("show-import", &[SchoolSystem, ProgrammeLeader, Auditor]),
    row("list-shared-pupil-numbers", &[ProgrammeLeader]),
    row("register-staff", &[ProgrammeLeader, SchoolSystem, ExamSecretary]),
    row("record-leaving", &[ProgrammeLeader, SchoolSystem, ExamSecretary]),
    row("take-back-leaving", &[ProgrammeLeader, SchoolSystem, ExamSecretary]),
    row("record-contact-leaving", &[ProgrammeLeader, AccountManager]),
    row("take-back-contact-leaving", &[ProgrammeLeader, AccountManager]),
    row("forget-person", &[ProgrammeLeader]),
    // Retention: who has people forgotten neither sets the terms nor lifts what holds them.
    row("adopt-retention-schedule", &[Controller]),
    row(
        "list-retention-schedules",
        &[
            ProgrammeLeader,
            Controller,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            ExamSecretary,
            SchoolSystem,
            Auditor,
        ],
    ),
    row("place-retention-hold", &[ProgrammeLeader, Controller]),
    row("lift-retention-hold", &[Controller]),
    row("list-retention-holds", &[ProgrammeLeader, Controller, Auditor]),
    row("preview-retention", &[ProgrammeLeader, Controller, Auditor]),
    row("list-retention-due", &[ProgrammeLeader, Controller, Auditor]),
    row("run-retention", &[ProgrammeLeader]),
    row("list-retention-runs", &[ProgrammeLeader, Controller, Auditor]),
    row("show-retention-run", &[ProgrammeLeader, Controller, Auditor]),
];
