//! Who may do what in hotspots: where learning happens.

use super::{Row, row};
use vocabulary::Role::{
    CompanySignatory, CompanySupervisor, Parent, ProgrammeLeader, Pupil, SchoolSystem, Teacher, WorkingGroupMember,
};

/// One row per operation of the service.
pub const ROWS: &[Row] = &[
    // Hotspots: a company may say how it wants to work (R123), the region decides.
    row("propose-hotspot", &[ProgrammeLeader, WorkingGroupMember, CompanySignatory]),
    row("link-education", &[ProgrammeLeader, WorkingGroupMember]),
    row("adopt-plan-of-approach", &[ProgrammeLeader, WorkingGroupMember]),
    row("attach-safety-check", &[ProgrammeLeader, WorkingGroupMember]),
    row("open-hotspot", &[ProgrammeLeader, WorkingGroupMember]),
    row("suspend-hotspot", &[ProgrammeLeader, WorkingGroupMember]),
    row("retire-hotspot", &[ProgrammeLeader]),
    // Safety: the working group looks (R205), company and school sign (R125), either may stop it after an incident.
    row("draw-up-safety-check", &[ProgrammeLeader, WorkingGroupMember]),
    row("renew-safety-check", &[ProgrammeLeader, WorkingGroupMember]),
    row("sign-safety-check-for-company", &[CompanySupervisor, CompanySignatory]),
    row("sign-safety-check-for-school", &[Teacher, WorkingGroupMember]),
    row("lapse-safety-check", &[ProgrammeLeader, WorkingGroupMember, CompanySupervisor, CompanySignatory]),
    // Sessions.
    row("plan-session", &[ProgrammeLeader, WorkingGroupMember, CompanySupervisor]),
    row("enrol-pupil", &[ProgrammeLeader, WorkingGroupMember, Teacher, SchoolSystem]),
    row("withdraw-pupil", &[ProgrammeLeader, WorkingGroupMember, Teacher, SchoolSystem]),
    row("assign-teacher", &[ProgrammeLeader, WorkingGroupMember, Teacher]),
    row("start-session", &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor]),
    row("finish-session", &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor]),
    row("cancel-session", &[ProgrammeLeader, WorkingGroupMember, CompanySupervisor, CompanySignatory]),
    // Attendance: a pupil only for themselves, only the company confirms, a second person corrects.
    row("show-check-in-code", &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor]),
    row("draw-check-in-code", &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor]),
    row("check-in", &[Pupil]),
    row("check-out", &[Pupil, ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor]),
    row("record-attendance", &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor]),
    row("report-absence", &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor, Parent, SchoolSystem]),
    row("report-resumption", &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor, Parent, SchoolSystem]),
    row("confirm-attendance", &[CompanySupervisor, CompanySignatory]),
    row("confirm-presence", &[CompanySupervisor, CompanySignatory]),
    row("correct-attendance", &[ProgrammeLeader, WorkingGroupMember, Teacher, CompanySupervisor, CompanySignatory]),
];
