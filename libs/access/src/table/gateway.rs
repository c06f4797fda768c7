//! Who may do what in gateway: what may be read across services.

use super::{Row, row};
use vocabulary::Role::{
    AccountManager, Auditor, CompanySignatory, CompanySupervisor, Controller, Counsellor, ExamSecretary, Inspector,
    Operator, Parent, ProgrammeLeader, Pupil, SchoolSystem, Teacher, WorkingGroupMember,
};

/// One row per operation of the service.
pub const ROWS: &[Row] = &[
    row(
        "show-me",
        &[
            Operator,
            ProgrammeLeader,
            Controller,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            ExamSecretary,
            CompanySupervisor,
            CompanySignatory,
            Pupil,
            Parent,
            Counsellor,
            Auditor,
            Inspector,
            SchoolSystem,
        ],
    ),
    // What the region is and offers: for everyone who takes part.
    row(
        "show-region",
        &[
            Operator,
            ProgrammeLeader,
            Controller,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            ExamSecretary,
            CompanySupervisor,
            CompanySignatory,
            Pupil,
            Parent,
            Auditor,
            Inspector,
            SchoolSystem,
        ],
    ),
    row(
        "list-processing-activities",
        &[
            ProgrammeLeader,
            Controller,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            ExamSecretary,
            CompanySupervisor,
            CompanySignatory,
            Pupil,
            Parent,
            Auditor,
            Inspector,
            SchoolSystem,
        ],
    ),
    row(
        "list-hotspots",
        &[
            ProgrammeLeader,
            Controller,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            ExamSecretary,
            CompanySupervisor,
            CompanySignatory,
            Pupil,
            Parent,
            Auditor,
            SchoolSystem,
        ],
    ),
    row(
        "show-hotspot",
        &[
            ProgrammeLeader,
            Controller,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            ExamSecretary,
            CompanySupervisor,
            CompanySignatory,
            Pupil,
            Parent,
            Auditor,
            SchoolSystem,
        ],
    ),
    row(
        "list-companies",
        &[
            ProgrammeLeader,
            Controller,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            CompanySupervisor,
            CompanySignatory,
            Auditor,
        ],
    ),
    row(
        "list-sessions",
        &[
            ProgrammeLeader,
            WorkingGroupMember,
            AccountManager,
            Teacher,
            CompanySupervisor,
            CompanySignatory,
            Pupil,
            Parent,
            SchoolSystem,
        ],
    ),
    // Who comes: each within their reach; names are in none of the auditor's questions.
    row(
        "show-session",
        &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor, Pupil, Parent, SchoolSystem],
    ),
    row(
        "list-attendance",
        &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor, Pupil, Parent, SchoolSystem],
    ),
    row("list-pupils", &[ProgrammeLeader, Teacher, ExamSecretary, SchoolSystem]),
    // What each may show in full, by the table of agreements.
    row(
        "list-contracts",
        &[ProgrammeLeader, WorkingGroupMember, AccountManager, Teacher, CompanySignatory, CompanySupervisor],
    ),
    row("list-agreements", &[Teacher, CompanySignatory, CompanySupervisor, Pupil, Parent, Inspector]),
    row(
        "list-open-signatures",
        &[ProgrammeLeader, Controller, WorkingGroupMember, AccountManager, Teacher, CompanySignatory, Pupil, Parent],
    ),
    // Money: the region's figures, and each company's own.
    row("show-statement", &[ProgrammeLeader, Controller, Auditor, CompanySignatory]),
    row("explain-figure", &[ProgrammeLeader, Controller, Auditor, CompanySignatory]),
];
