//! Who may do what in assessments: what was learned.

use super::{Row, row};
use vocabulary::Role::{
    AccountManager, Auditor, CompanySignatory, CompanySupervisor, Controller, ExamSecretary, Inspector, Parent,
    ProgrammeLeader, Pupil, SchoolSystem, Teacher, WorkingGroupMember,
};

/// Everyone who takes part: the catalogue is public.
const ALL: &[vocabulary::Role] = &[
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
];

/// One row per operation of the service.
pub const ROWS: &[Row] = &[
    // The catalogue.
    row("preview-catalogue-import", &[ProgrammeLeader, WorkingGroupMember]),
    row("import-catalogue", &[ProgrammeLeader, WorkingGroupMember]),
    row("show-catalogue-import", &[ProgrammeLeader, WorkingGroupMember, Auditor]),
    row("list-electives", ALL),
    row("show-elective", ALL),
    row("fit-elective", ALL),
    row("add-elective", &[ProgrammeLeader, WorkingGroupMember]),
    row("revise-elective", &[ProgrammeLeader, WorkingGroupMember]),
    // What is judged: the schools decide that together.
    row("show-rubric", ALL),
    row("adopt-rubric", &[WorkingGroupMember]),
    // What counts for the exam.
    row("show-pta", &[ExamSecretary, Teacher, SchoolSystem, ProgrammeLeader, WorkingGroupMember, Auditor]),
    row("register-pta-item", &[ExamSecretary]),
    row("freeze-pta", &[ExamSecretary]),
    // Cases: between the pupil, the school and the company. Nobody of the region sees a grade.
    row("list-cases", &[Teacher, ExamSecretary, CompanySupervisor, Pupil]),
    row("show-case", &[Teacher, ExamSecretary, CompanySupervisor, Pupil]),
    row("open-case", &[Teacher]),
    row("submit-evidence", &[Pupil, Teacher]),
    row("judge-by-company", &[CompanySupervisor]),
    row("judge-by-school", &[Teacher]),
    row("fix-grade", &[Teacher]),
    row("revise-grade", &[Teacher]),
];
