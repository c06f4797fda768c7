//! The roles of a region, and how far each reaches.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The role of an actor in a region. The `access` library lists what a role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Named in the configuration: founds regions and grants the first programme leader.
    Operator,
    /// Leads the programme of the region (programmaleider).
    ProgrammeLeader,
    /// Controller of the lead partner (penvoerder).
    Controller,
    /// Werkgroeplid: one seat per school, reads across schools.
    WorkingGroupMember,
    /// Recruits and supports companies (accountmanager).
    AccountManager,
    /// Teacher, stagedocent or coach of one school.
    Teacher,
    /// Keeps the exam results of one school (examensecretaris).
    ExamSecretary,
    /// Supervises pupils at one company (stagebegeleider).
    CompanySupervisor,
    /// May sign for one company (tekenbevoegde, hubmanager).
    CompanySignatory,
    /// A pupil, who reads and does what concerns themselves (leerling).
    Pupil,
    /// Parent or guardian (ouder, voogd) of one pupil.
    Parent,
    /// Handles reports of concerns (vertrouwenspersoon).
    Counsellor,
    /// Accountant or auditor: reads, pseudonymised.
    Auditor,
    /// Inspecteur: agreement and execution data only.
    Inspector,
    /// A school's own system, by client credentials (leerlingadministratie).
    SchoolSystem,
    /// The hub itself, acting on an event of another service. Never granted, never in a token.
    Hub,
}

/// The bound of a grant within its region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The grant covers all of the region.
    Region,
    /// The grant covers one school.
    School,
    /// The grant covers one company.
    Company,
    /// The grant covers one pupil: themselves, or their child.
    Person,
}

impl Role {
    /// Every role, in the order of the table in the documentation.
    pub const ALL: [Self; 16] = [
        Self::Operator,
        Self::ProgrammeLeader,
        Self::Controller,
        Self::WorkingGroupMember,
        Self::AccountManager,
        Self::Teacher,
        Self::ExamSecretary,
        Self::CompanySupervisor,
        Self::CompanySignatory,
        Self::Pupil,
        Self::Parent,
        Self::Counsellor,
        Self::Auditor,
        Self::Inspector,
        Self::SchoolSystem,
        Self::Hub,
    ];

    /// What a grant of this role must be bound to.
    #[must_use]
    pub const fn reach(self) -> Reach {
        match self {
            Self::Teacher | Self::ExamSecretary | Self::SchoolSystem => Reach::School,
            Self::CompanySupervisor | Self::CompanySignatory => Reach::Company,
            Self::Pupil | Self::Parent => Reach::Person,
            Self::Operator
            | Self::ProgrammeLeader
            | Self::Controller
            | Self::WorkingGroupMember
            | Self::AccountManager
            | Self::Counsellor
            | Self::Auditor
            | Self::Inspector
            | Self::Hub => Reach::Region,
        }
    }

    /// The role in English, for people to read, such as `programme leader`.
    #[must_use]
    pub fn in_english(self) -> String {
        self.as_str().replace('-', " ")
    }

    /// The role in Dutch, for people to read, such as `programmaleider`.
    #[must_use]
    pub const fn in_dutch(self) -> &'static str {
        match self {
            Self::Operator => "beheerder",
            Self::ProgrammeLeader => "programmaleider",
            Self::Controller => "controller van de penvoerder",
            Self::WorkingGroupMember => "werkgroeplid",
            Self::AccountManager => "accountmanager",
            Self::Teacher => "docent",
            Self::ExamSecretary => "examensecretaris",
            Self::CompanySupervisor => "stagebegeleider",
            Self::CompanySignatory => "tekenbevoegde van het bedrijf",
            Self::Pupil => "leerling",
            Self::Parent => "ouder of voogd",
            Self::Counsellor => "vertrouwenspersoon",
            Self::Auditor => "accountant of auditor",
            Self::Inspector => "inspecteur",
            Self::SchoolSystem => "leerlingadministratie",
            Self::Hub => "de hub zelf",
        }
    }

    /// The role as it stands in events and tokens, such as `programme-leader`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::ProgrammeLeader => "programme-leader",
            Self::Controller => "controller",
            Self::WorkingGroupMember => "working-group-member",
            Self::AccountManager => "account-manager",
            Self::Teacher => "teacher",
            Self::ExamSecretary => "exam-secretary",
            Self::CompanySupervisor => "company-supervisor",
            Self::CompanySignatory => "company-signatory",
            Self::Pupil => "pupil",
            Self::Parent => "parent",
            Self::Counsellor => "counsellor",
            Self::Auditor => "auditor",
            Self::Inspector => "inspector",
            Self::SchoolSystem => "school-system",
            Self::Hub => "hub",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = crate::Invalid;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(crate::Invalid::new("role", "one of the roles of the hub, such as programme-leader"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_as_it_is_written_in_json() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            assert_eq!(role.as_str().parse::<Role>().unwrap(), role);
        }
    }
}
