//! A case is one pupil's assessment for one elective.
//!
//! Unopened ─open→ Open ─fix grade→ Graded ─revise→ Graded
//!                  └ submit evidence, judge by company, judge by school (each again, until the grade is fixed)

pub(crate) mod api;
mod commands;
mod exam;
mod work;

pub use commands::{Command, FixGrade, Judgement, Open, Refusal};
pub use exam::{Counts, exam_item};
pub use work::{CompanyJudgement, Evidence, SchoolJudgement, Work};

use decider::{Aggregate, CommandContext};
use proto_schemas::assessments::{
    Grade,
    case::{Event, ExamItem},
};
use vocabulary::{CaseId, ElectiveId, Organisation, PersonId};

/// The case as its history made it.
#[derive(Debug, Default, PartialEq)]
pub enum Case {
    /// Nothing is judged yet.
    #[default]
    Unopened,
    /// Evidence and judgements come in.
    Open(Box<Work>),
    /// The school has fixed the grade.
    Graded(Box<Work>, Fixed),
}

/// A grade that stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixed {
    /// The grade.
    pub grade: Grade,
    /// The PTA item it counts under, if it counts.
    pub exam: Option<ExamItem>,
}

/// The one case of this pupil for this elective.
#[must_use]
pub fn id(pupil: PersonId, elective: ElectiveId) -> CaseId {
    CaseId::derived(&[&pupil.to_string(), &elective.to_string()])
}

impl Case {
    /// What is judged, once it is open.
    #[must_use]
    pub fn work(&self) -> Option<&Work> {
        match self {
            Self::Unopened => None,
            Self::Open(work) | Self::Graded(work, _) => Some(work),
        }
    }
}

impl Aggregate for Case {
    const CATEGORY: &'static str = "case";
    type Id = CaseId;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, command: &Command, asked: &CommandContext) -> Result<Vec<Event>, Refusal> {
        match (self, command) {
            (Self::Unopened, Command::Open(open)) => {
                not_after_today(open.occurred_on, asked)?;
                Ok(vec![open.event()])
            }
            (Self::Open(work) | Self::Graded(work, _), Command::Open(open)) => {
                if work.began_as(open) {
                    Ok(vec![])
                } else {
                    Err(Refusal::AlreadyOpen)
                }
            }
            (Self::Unopened, _) => Err(Refusal::NotOpen),

            (Self::Open(work), Command::SubmitEvidence(evidence)) if work.holds(evidence) => Ok(vec![]),
            (Self::Open(_), Command::SubmitEvidence(evidence)) => Ok(vec![evidence.event()]),

            (Self::Open(work), Command::JudgeByCompany { judgement, done, at_school }) => {
                if asked.by.organisation != Some(Organisation::Company(work.company)) {
                    return Err(Refusal::AnotherCompany);
                }
                work.judged_whole(judgement)?;
                work.deeltaken_accounted_for(done, at_school)?;
                work.not_before_opening(judgement.occurred_on)?;
                not_after_today(judgement.occurred_on, asked)?;
                Ok(vec![Event::JudgedByCompany {
                    company: work.company,
                    by: asked.by.id,
                    occurred_on: judgement.occurred_on,
                    learning_tasks: judgement.learning_tasks.clone(),
                    work_tasks: judgement.work_tasks.clone(),
                    done: done.clone(),
                    at_school: at_school.clone(),
                    remarks: judgement.remarks.clone(),
                }])
            }

            (Self::Open(work), Command::JudgeBySchool(judgement)) => {
                of_the_school(work, asked)?;
                work.judged_whole(judgement)?;
                work.not_before_opening(judgement.occurred_on)?;
                not_after_today(judgement.occurred_on, asked)?;
                Ok(vec![Event::JudgedBySchool {
                    school: work.school.clone(),
                    by: asked.by.id,
                    occurred_on: judgement.occurred_on,
                    learning_tasks: judgement.learning_tasks.clone(),
                    work_tasks: judgement.work_tasks.clone(),
                    remarks: judgement.remarks.clone(),
                }])
            }

            (Self::Open(work), Command::FixGrade(fix)) => {
                of_the_school(work, asked)?;
                let weighed = work.company_judgement.as_ref().ok_or(Refusal::CompanyHasNotJudged)?;
                if fix.occurred_on < weighed.occurred_on {
                    return Err(Refusal::BeforeJudgement { judged_on: weighed.occurred_on });
                }
                not_after_today(fix.occurred_on, asked)?;
                Ok(vec![Event::GradeFixed {
                    grade_tenths: fix.grade,
                    by: asked.by.id,
                    occurred_on: fix.occurred_on,
                    exam: exam_item(fix.counts)?,
                }])
            }
            (Self::Open(_), Command::ReviseGrade { .. }) => Err(Refusal::NotGraded),

            (Self::Graded(work, fixed), Command::ReviseGrade { fix, reason }) => {
                of_the_school(work, asked)?;
                not_after_today(fix.occurred_on, asked)?;
                let exam = exam_item(fix.counts)?;
                if (fix.grade, &exam) == (fixed.grade, &fixed.exam) {
                    return Ok(vec![]);
                }
                Ok(vec![Event::GradeRevised {
                    grade_tenths: fix.grade,
                    replaced_tenths: fixed.grade,
                    by: asked.by.id,
                    occurred_on: fix.occurred_on,
                    reason: reason.clone(),
                    exam,
                }])
            }
            (Self::Graded(work, fixed), Command::FixGrade(fix)) => {
                of_the_school(work, asked)?;
                let same = fix.grade == fixed.grade && exam_item(fix.counts)? == fixed.exam;
                if same { Ok(vec![]) } else { Err(Refusal::Graded) }
            }
            (
                Self::Graded(..),
                Command::SubmitEvidence(_) | Command::JudgeByCompany { .. } | Command::JudgeBySchool(_),
            ) => Err(Refusal::Graded),
        }
    }

    fn evolve(self, event: Event) -> Self {
        match (self, event) {
            (case, Event::Opened { .. }) if case != Self::Unopened => case,
            (_, event @ Event::Opened { .. }) => {
                Work::opened(event).map_or(Self::Unopened, |work| Self::Open(Box::new(work)))
            }
            (Self::Open(work), Event::GradeFixed { grade_tenths, exam, .. })
            | (
                Self::Graded(work, _),
                Event::GradeFixed { grade_tenths, exam, .. } | Event::GradeRevised { grade_tenths, exam, .. },
            ) => Self::Graded(work, Fixed { grade: grade_tenths, exam }),
            (Self::Open(work), event) => Self::Open(Box::new(work.after(event))),
            (case, _) => case,
        }
    }
}

/// Only the pupil's school decides what the work is worth.
fn of_the_school(work: &Work, asked: &CommandContext) -> Result<(), Refusal> {
    match &asked.by.organisation {
        Some(Organisation::School(school)) if *school == work.school => Ok(()),
        _ => Err(Refusal::AnotherSchool),
    }
}

fn not_after_today(date: chrono::NaiveDate, asked: &CommandContext) -> Result<(), Refusal> {
    if date > asked.today() { Err(Refusal::InTheFuture { date }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
