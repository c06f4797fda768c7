//! A session is one visit of a group of pupils to a hotspot.
//!
//! Unplanned ─plan→ Planned ─start→ Running ─finish→ Finished
//!                     └─cancel→ Cancelled

pub(crate) mod api;
mod commands;
mod hours;
mod visit;

pub use commands::{Command, Refusal};
pub use visit::Visit;

use chrono::{DateTime, NaiveDate, Utc};
use decider::{Aggregate, CommandContext};
use proto_schemas::hotspots::session::Event;
use std::collections::BTreeMap;
use vocabulary::{BranchCode, CompanyId, HotspotId, Label, PersonId, SessionId, amsterdam_date};

/// A session, as its history left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Session {
    /// Nothing happened yet.
    #[default]
    Unplanned,
    /// Pupils may be enrolled.
    Planned(Group),
    /// It goes on; the list is closed.
    Running {
        /// Who and where.
        group: Group,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// It is over.
    Finished(Group),
    /// It did not take place.
    Cancelled(Group),
}

/// Who goes where, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// At which hotspot.
    pub hotspot: HotspotId,
    /// At which company.
    pub company: CompanyId,
    /// The day, in Amsterdam.
    pub date: NaiveDate,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// The most pupils.
    pub max: u8,
    /// Fewer need a reason at the start.
    pub min: u8,
    /// The theory is taught at the company.
    pub theory_at_company: bool,
    /// What the pupils will do.
    pub activities: Vec<Label>,
    /// In whole years on the day.
    pub minimum_age: u8,
    /// The pupils, each with the school that answers for them.
    pub pupils: BTreeMap<PersonId, BranchCode>,
    /// The teachers and instructors, each with their school.
    pub teachers: BTreeMap<PersonId, BranchCode>,
}

impl Group {
    fn size(&self) -> u8 {
        u8::try_from(self.pupils.len()).unwrap_or(u8::MAX)
    }
}

impl Session {
    /// Who goes where; nothing before it was planned.
    #[must_use]
    pub fn group(&self) -> Option<&Group> {
        match self {
            Self::Unplanned => None,
            Self::Planned(group) | Self::Running { group, .. } | Self::Finished(group) | Self::Cancelled(group) => {
                Some(group)
            }
        }
    }

    /// Who is expected where, for a pupil of the group.
    ///
    /// # Errors
    /// When the pupil is not expected.
    pub fn visit(&self, session: SessionId, pupil: PersonId) -> Result<Visit, Refusal> {
        let group = match self {
            Self::Unplanned => return Err(Refusal::Unknown),
            Self::Cancelled(_) => return Err(Refusal::Cancelled),
            Self::Planned(group) | Self::Running { group, .. } | Self::Finished(group) => group,
        };
        let school = group.pupils.get(&pupil).ok_or(Refusal::NotEnrolled)?;
        Ok(Visit {
            pupil,
            session,
            hotspot: group.hotspot,
            company: group.company,
            school: school.clone(),
            date: group.date,
            starts_at: group.starts_at,
            ends_at: group.ends_at,
        })
    }
}

impl Aggregate for Session {
    const CATEGORY: &'static str = "session";
    type Id = SessionId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unplanned => unplanned(command, asked),
            Self::Planned(group) => planned(group, command, asked),
            Self::Running { group, since } => running(group, *since, command, asked),
            Self::Finished(group) => finished(group, command),
            Self::Cancelled(_) => cancelled(command),
        }
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (
                Self::Unplanned,
                Event::Planned {
                    hotspot,
                    company,
                    date,
                    starts_at,
                    ends_at,
                    max,
                    min,
                    theory_at_company,
                    activities,
                    minimum_age,
                },
            ) => Self::Planned(Group {
                hotspot,
                company,
                date,
                starts_at,
                ends_at,
                max,
                min,
                theory_at_company,
                activities,
                minimum_age,
                pupils: BTreeMap::new(),
                teachers: BTreeMap::new(),
            }),
            (Self::Planned(mut group), Event::PupilEnrolled { pupil, school, .. }) => {
                group.pupils.insert(pupil, school);
                Self::Planned(group)
            }
            (Self::Planned(mut group), Event::PupilWithdrawn { pupil }) => {
                group.pupils.remove(&pupil);
                Self::Planned(group)
            }
            (Self::Planned(mut group), Event::TeacherAssigned { teacher, school }) => {
                group.teachers.insert(teacher, school);
                Self::Planned(group)
            }
            (Self::Running { mut group, since }, Event::TeacherAssigned { teacher, school }) => {
                group.teachers.insert(teacher, school);
                Self::Running { group, since }
            }
            (Self::Planned(group), Event::Started { at, .. }) => Self::Running { group, since: at },
            (Self::Running { group, .. }, Event::Finished { .. }) => Self::Finished(group),
            (Self::Planned(group), Event::Cancelled { .. }) => Self::Cancelled(group),
            // What was decided never brings these together.
            (same, _) => same,
        }
    }
}

fn unplanned(command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
    let Command::Plan {
        hotspot,
        company,
        starts_at,
        ends_at,
        capacity,
        group_max,
        group_min,
        theory_at_company,
        activities,
    } = command
    else {
        return Err(Refusal::Unknown);
    };
    let date = amsterdam_date(*starts_at);
    if ends_at <= starts_at {
        return Err(Refusal::BackToFront);
    }
    if amsterdam_date(*ends_at) != date {
        return Err(Refusal::OverMidnight);
    }
    if date < asked.today() {
        return Err(Refusal::InThePast);
    }
    if *capacity == 0 || capacity > group_max {
        return Err(Refusal::GroupSize { max: *group_max });
    }
    let Some(minimum_age) = activities.iter().map(|activity| activity.minimum_age).max() else {
        return Err(Refusal::NoActivities);
    };
    Ok(vec![Event::Planned {
        hotspot: *hotspot,
        company: *company,
        date,
        starts_at: *starts_at,
        ends_at: *ends_at,
        max: *capacity,
        min: *group_min.min(capacity),
        theory_at_company: *theory_at_company,
        activities: activities.iter().map(|activity| activity.name.clone()).collect(),
        minimum_age,
    }])
}

fn planned(group: &Group, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
    Ok(match command {
        Command::Plan { .. } => return Err(Refusal::AlreadyPlanned),
        Command::EnrolPupil { pupil, .. } if group.pupils.contains_key(pupil) => vec![],
        Command::EnrolPupil { .. } if group.size() >= group.max => return Err(Refusal::Full { max: group.max }),
        Command::EnrolPupil { pupil, home_school, school, age } => match age {
            None => return Err(Refusal::AgeUnknown),
            Some(age) if *age < group.minimum_age => return Err(Refusal::TooYoung { minimum: group.minimum_age }),
            Some(_) => {
                vec![Event::PupilEnrolled { pupil: *pupil, home_school: home_school.clone(), school: school.clone() }]
            }
        },
        Command::WithdrawPupil { pupil } if group.pupils.contains_key(pupil) => {
            vec![Event::PupilWithdrawn { pupil: *pupil }]
        }
        Command::WithdrawPupil { .. } => vec![],
        Command::AssignTeacher { teacher, school } => assign(group, *teacher, school),
        Command::Start { at, small_group } => start(group, *at, small_group.as_ref(), asked)?,
        Command::Finish { .. } => return Err(Refusal::NotStarted),
        Command::Cancel { freed, .. } if !freed.iter().eq(group.pupils.keys()) => return Err(Refusal::ListChanged),
        Command::Cancel { reason, .. } => vec![Event::Cancelled {
            reason: reason.clone(),
            hotspot: group.hotspot,
            company: group.company,
            date: group.date,
            enrolled: group.size(),
        }],
        Command::Expect { pupil } => expect(group, *pupil)?,
    })
}

fn running(
    group: &Group,
    since: DateTime<Utc>,
    command: &Command,
    asked: &CommandContext,
) -> Result<Vec<Event>, Refusal> {
    Ok(match command {
        Command::Plan { .. } => return Err(Refusal::AlreadyPlanned),
        Command::EnrolPupil { pupil, .. } if group.pupils.contains_key(pupil) => vec![],
        Command::EnrolPupil { .. } | Command::WithdrawPupil { .. } | Command::Cancel { .. } => {
            return Err(Refusal::AlreadyStarted);
        }
        Command::AssignTeacher { teacher, school } => assign(group, *teacher, school),
        Command::Start { .. } => vec![],
        Command::Finish { at } if *at > asked.at => return Err(Refusal::InTheFuture),
        Command::Finish { at } if *at < since => return Err(Refusal::BeforeStart),
        Command::Finish { at } if amsterdam_date(*at) != group.date => return Err(Refusal::AnotherDay),
        Command::Finish { at } => {
            vec![Event::Finished { at: *at, hotspot: group.hotspot, company: group.company, date: group.date }]
        }
        Command::Expect { pupil } => expect(group, *pupil)?,
    })
}

fn finished(group: &Group, command: &Command) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Plan { .. } => Err(Refusal::AlreadyPlanned),
        Command::Finish { .. } => Ok(vec![]),
        Command::Expect { pupil } => expect(group, *pupil),
        Command::EnrolPupil { .. }
        | Command::WithdrawPupil { .. }
        | Command::AssignTeacher { .. }
        | Command::Start { .. }
        | Command::Cancel { .. } => Err(Refusal::Finished),
    }
}

fn cancelled(command: &Command) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Plan { .. } => Err(Refusal::AlreadyPlanned),
        Command::Cancel { .. } | Command::WithdrawPupil { .. } => Ok(vec![]),
        Command::EnrolPupil { .. }
        | Command::AssignTeacher { .. }
        | Command::Start { .. }
        | Command::Finish { .. }
        | Command::Expect { .. } => Err(Refusal::Cancelled),
    }
}

fn start(
    group: &Group,
    at: DateTime<Utc>,
    small_group: Option<&vocabulary::Reason>,
    asked: &CommandContext,
) -> Result<Vec<Event>, Refusal> {
    if at > asked.at {
        return Err(Refusal::InTheFuture);
    }
    if amsterdam_date(at) != group.date {
        return Err(Refusal::AnotherDay);
    }
    let enrolled = group.size();
    if enrolled == 0 {
        return Err(Refusal::Empty);
    }
    if group.theory_at_company && group.teachers.is_empty() {
        return Err(Refusal::NoTeacher);
    }
    let small = enrolled < group.min;
    if small && small_group.is_none() {
        return Err(Refusal::SmallGroup { enrolled, min: group.min });
    }
    // A reason given for a group that is not small says nothing.
    Ok(vec![Event::Started { at, enrolled, small_group: small_group.filter(|_| small).cloned() }])
}

fn assign(group: &Group, teacher: PersonId, school: &BranchCode) -> Vec<Event> {
    if group.teachers.get(&teacher) == Some(school) {
        return vec![];
    }
    vec![Event::TeacherAssigned { teacher, school: school.clone() }]
}

fn expect(group: &Group, pupil: PersonId) -> Result<Vec<Event>, Refusal> {
    if group.pupils.contains_key(&pupil) { Ok(vec![]) } else { Err(Refusal::NotEnrolled) }
}

#[cfg(test)]
mod tests;
