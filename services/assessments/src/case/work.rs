//! What is judged, what was handed in, and who judged it how.

use super::{Judgement, Open, Refusal};
use chrono::NaiveDate;
use proto_schemas::assessments::{
    case::{Event, EvidenceKind, TaskJudgement},
    rubric::Task,
};
use std::collections::HashSet;
use vocabulary::{ActorId, BranchCode, CompanyId, DocumentHash, ElectiveId, PersonId, SchoolYear, Sealed};

/// A case that was opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Whose work.
    pub pupil: PersonId,
    /// For which elective.
    pub elective: ElectiveId,
    /// The school that answers for the pupil.
    pub school: BranchCode,
    /// The pupil's cohort.
    pub cohort: SchoolYear,
    /// Where the work is done.
    pub company: CompanyId,
    /// The version of the rubric, fixed at the opening.
    pub rubric_version: u32,
    /// Its learning tasks.
    pub learning_tasks: Vec<Task>,
    /// Its work tasks.
    pub work_tasks: Vec<Task>,
    /// The codes of the elective's deeltaken, fixed at the opening.
    pub deeltaken: Vec<String>,
    /// The first day of the work.
    pub opened_on: NaiveDate,
    /// What was handed in.
    pub evidence: Vec<Evidence>,
    /// The company's latest judgement.
    pub company_judgement: Option<CompanyJudgement>,
    /// The school's latest judgement.
    pub school_judgement: Option<SchoolJudgement>,
}

/// A piece of evidence, known by the hash of its content.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// SHA-256 of the content.
    pub content_hash: DocumentHash,
    /// What it shows.
    pub description: Option<Sealed>,
}

/// What the company's supervisor said of the work.
#[derive(Clone, Debug, PartialEq)]
pub struct CompanyJudgement {
    /// The supervisor.
    pub by: ActorId,
    /// On which day.
    pub occurred_on: NaiveDate,
    /// How the learning tasks were done.
    pub learning_tasks: Vec<TaskJudgement>,
    /// How the work tasks were done.
    pub work_tasks: Vec<TaskJudgement>,
    /// The deeltaken done at the company.
    pub done: Vec<String>,
    /// The deeltaken left to the school.
    pub at_school: Vec<String>,
    /// What was written about the pupil.
    pub remarks: Option<Sealed>,
}

/// What a teacher said of the work.
#[derive(Clone, Debug, PartialEq)]
pub struct SchoolJudgement {
    /// The teacher.
    pub by: ActorId,
    /// On which day.
    pub occurred_on: NaiveDate,
    /// How the learning tasks were done.
    pub learning_tasks: Vec<TaskJudgement>,
    /// How the work tasks were done.
    pub work_tasks: Vec<TaskJudgement>,
    /// What was written about the pupil.
    pub remarks: Option<Sealed>,
}

impl Open {
    pub(super) fn event(&self) -> Event {
        Event::Opened {
            pupil: self.pupil,
            elective: self.elective,
            school: self.school.clone(),
            cohort: self.cohort,
            company: self.company,
            rubric_version: self.rubric.version,
            learning_tasks: self.rubric.learning_tasks.clone(),
            work_tasks: self.rubric.work_tasks.clone(),
            deeltaken: self.deeltaken.clone(),
            occurred_on: self.occurred_on,
        }
    }
}

impl Evidence {
    pub(super) fn event(&self) -> Event {
        Event::EvidenceSubmitted {
            kind: self.kind,
            content_hash: self.content_hash.clone(),
            description: self.description.clone(),
        }
    }
}

impl Work {
    pub(super) fn opened(event: Event) -> Option<Self> {
        let Event::Opened {
            pupil,
            elective,
            school,
            cohort,
            company,
            rubric_version,
            learning_tasks,
            work_tasks,
            deeltaken,
            occurred_on,
        } = event
        else {
            return None;
        };
        Some(Self {
            pupil,
            elective,
            school,
            cohort,
            company,
            rubric_version,
            learning_tasks,
            work_tasks,
            deeltaken,
            opened_on: occurred_on,
            evidence: vec![],
            company_judgement: None,
            school_judgement: None,
        })
    }

    /// The same work after evidence or a judgement came in.
    pub(super) fn after(mut self, event: Event) -> Self {
        match event {
            Event::EvidenceSubmitted { kind, content_hash, description } => {
                self.evidence.push(Evidence { kind, content_hash, description });
            }
            Event::JudgedByCompany {
                company: _,
                by,
                occurred_on,
                learning_tasks,
                work_tasks,
                done,
                at_school,
                remarks,
            } => {
                self.company_judgement =
                    Some(CompanyJudgement { by, occurred_on, learning_tasks, work_tasks, done, at_school, remarks });
            }
            Event::JudgedBySchool { school: _, by, occurred_on, learning_tasks, work_tasks, remarks } => {
                self.school_judgement = Some(SchoolJudgement { by, occurred_on, learning_tasks, work_tasks, remarks });
            }
            Event::Opened { .. } | Event::GradeFixed { .. } | Event::GradeRevised { .. } => {}
        }
        self
    }

    /// Whether `open` asks for what was opened. A rubric adopted since makes no difference: it was fixed.
    pub(super) fn began_as(&self, open: &Open) -> bool {
        (self.company, self.opened_on) == (open.company, open.occurred_on)
    }

    /// Whether this very content was handed in before.
    pub(super) fn holds(&self, evidence: &Evidence) -> bool {
        self.evidence.iter().any(|known| known.content_hash == evidence.content_hash)
    }

    pub(super) fn not_before_opening(&self, date: NaiveDate) -> Result<(), Refusal> {
        if date < self.opened_on { Err(Refusal::BeforeOpening { opened_on: self.opened_on }) } else { Ok(()) }
    }

    /// Learning tasks and work tasks, each once and no others (R253).
    pub(super) fn judged_whole(&self, judgement: &Judgement) -> Result<(), Refusal> {
        each_once(&self.learning_tasks, &judgement.learning_tasks)?;
        each_once(&self.work_tasks, &judgement.work_tasks)
    }

    /// Every deeltaak is done, or listed as left to the school (R097, R241).
    pub(super) fn deeltaken_accounted_for(&self, done: &[String], at_school: &[String]) -> Result<(), Refusal> {
        let (known, mut seen) = (self.deeltaken.iter().collect::<HashSet<_>>(), HashSet::new());
        for code in done.iter().chain(at_school) {
            if !known.contains(code) {
                return Err(Refusal::UnknownDeeltaak { code: code.clone() });
            }
            if !seen.insert(code) {
                return Err(Refusal::DeeltaakTwice { code: code.clone() });
            }
        }
        match self.deeltaken.iter().find(|code| !seen.contains(code)) {
            Some(open) => Err(Refusal::DeeltaakOpen { code: open.clone() }),
            None => Ok(()),
        }
    }
}

fn each_once(tasks: &[Task], judged: &[TaskJudgement]) -> Result<(), Refusal> {
    let (known, mut seen) = (tasks.iter().map(|known| &known.code).collect::<HashSet<_>>(), HashSet::new());
    for TaskJudgement { task, .. } in judged {
        if !known.contains(task) {
            return Err(Refusal::UnknownTask { task: task.clone() });
        }
        if !seen.insert(task) {
            return Err(Refusal::JudgedTwice { task: task.clone() });
        }
    }
    match tasks.iter().find(|task| !seen.contains(&task.code)) {
        Some(open) => Err(Refusal::NotJudged { task: open.code.clone() }),
        None => Ok(()),
    }
}
