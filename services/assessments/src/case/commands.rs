//! What may be asked of a case, and why not.

use super::{Counts, Evidence};
use chrono::NaiveDate;
use proto_schemas::assessments::{Grade, case::TaskJudgement};
use vocabulary::{BranchCode, CompanyId, ElectiveId, PersonId, Reason, SchoolYear, Sealed};

/// What may be asked of a case.
#[derive(Clone, Debug)]
pub enum Command {
    /// Fix what will be judged.
    Open(Open),
    /// Hand in a piece of evidence.
    SubmitEvidence(Evidence),
    /// The company's supervisor judges.
    JudgeByCompany {
        /// How the tasks were done.
        judgement: Judgement,
        /// The deeltaken done at the company.
        done: Vec<String>,
        /// The deeltaken left to the school.
        at_school: Vec<String>,
    },
    /// A teacher of the pupil's school judges.
    JudgeBySchool(Judgement),
    /// The school gives the grade.
    FixGrade(FixGrade),
    /// The school gives another grade.
    ReviseGrade {
        /// The grade that is to stand.
        fix: FixGrade,
        reason: Reason,
    },
}

/// All that a case begins with; what the hub knows was looked up, not told.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
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
    /// The latest version of the rubric.
    pub rubric: crate::rubric::Version,
    /// The codes of the elective's deeltaken.
    pub deeltaken: Vec<String>,
    /// The first day of the work.
    pub occurred_on: NaiveDate,
}

/// How the tasks of the rubric were done.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Every learning task.
    pub learning_tasks: Vec<TaskJudgement>,
    /// Every work task.
    pub work_tasks: Vec<TaskJudgement>,
    /// What was written about the pupil.
    pub remarks: Option<Sealed>,
    /// The day of the judgement.
    pub occurred_on: NaiveDate,
}

/// A grade to give.
#[derive(Clone, Debug, PartialEq)]
pub struct FixGrade {
    /// The grade.
    pub grade: Grade,
    /// Whether it counts for the school exam.
    pub counts: Counts,
    /// The day it is given.
    pub occurred_on: NaiveDate,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// There is one case per pupil and elective.
    #[error("the pupil already has a case for this elective, with other facts")]
    AlreadyOpen,
    /// Nothing to judge.
    #[error("there is no such case")]
    NotOpen,
    /// Dates are facts.
    #[error("{date} is in the future")]
    InTheFuture {
        /// The date.
        date: NaiveDate,
    },
    /// Nothing to judge yet on that day.
    #[error("the case was opened on {opened_on}, a judgement cannot be older")]
    BeforeOpening {
        /// The first day of the work.
        opened_on: NaiveDate,
    },
    /// The grade weighs the judgement.
    #[error("the company judged on {judged_on}, the grade cannot be older")]
    BeforeJudgement {
        /// The day of the company's judgement.
        judged_on: NaiveDate,
    },
    /// Only those who saw the work.
    #[error("only the supervisor of the company where the work was done judges it")]
    AnotherCompany,
    /// Only those who answer for the pupil.
    #[error("only a teacher of the pupil's school judges and grades")]
    AnotherSchool,
    /// Both kinds of task are judged, each task.
    #[error("task {task} is not judged; learning tasks and work tasks are all judged")]
    NotJudged {
        /// Its code.
        task: String,
    },
    /// One task, one outcome.
    #[error("task {task} is judged twice")]
    JudgedTwice {
        /// Its code.
        task: String,
    },
    /// The rubric is the one the case began with.
    #[error("task {task} is not in the rubric of this case")]
    UnknownTask {
        /// Its code.
        task: String,
    },
    /// Nothing of the exam programme is forgotten.
    #[error("deeltaak {code} is neither done nor listed as left to the school")]
    DeeltaakOpen {
        /// Its code.
        code: String,
    },
    /// Done or left, not both.
    #[error("deeltaak {code} is listed twice")]
    DeeltaakTwice {
        /// Its code.
        code: String,
    },
    /// The deeltaken are those the case began with.
    #[error("deeltaak {code} is not of this elective")]
    UnknownDeeltaak {
        /// Its code.
        code: String,
    },
    /// The company's judgement is weighed.
    #[error("the company has not judged yet, so there is nothing to weigh")]
    CompanyHasNotJudged,
    /// R235.
    #[error("the grade cannot count for the exam: the elective is not in the PTA of this school and cohort")]
    NotInPta,
    /// R235.
    #[error("the grade cannot count for the exam: the PTA of this school and cohort is not frozen yet")]
    PtaNotFrozen,
    /// R236.
    #[error("the grade cannot count for the exam: the PTA concludes this elective at school only")]
    AtSchoolOnly,
    /// The grade stands.
    #[error("the grade is fixed; only a teacher of the school may revise it, with a reason")]
    Graded,
    /// Nothing to revise.
    #[error("there is no grade to revise yet")]
    NotGraded,
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::AlreadyOpen => "de leerling heeft al een beoordeling voor dit keuzevak, anders begonnen".into(),
            Self::NotOpen => "deze beoordeling bestaat niet".into(),
            Self::InTheFuture { date } => format!("{date} moet nog komen"),
            Self::BeforeOpening { opened_on } => {
                format!("de beoordeling is geopend op {opened_on}, een oordeel kan niet ouder zijn")
            }
            Self::BeforeJudgement { judged_on } => {
                format!("het bedrijf oordeelde op {judged_on}, het cijfer kan niet ouder zijn")
            }
            Self::AnotherCompany => {
                "alleen de stagebegeleider van het bedrijf waar het werk gedaan is, beoordeelt het".into()
            }
            Self::AnotherSchool => {
                "alleen een docent van de school van de leerling beoordeelt en geeft het cijfer".into()
            }
            Self::NotJudged { task } => {
                format!("taak {task} is niet beoordeeld; leertaken en werktaken worden alle beoordeeld")
            }
            Self::JudgedTwice { task } => format!("taak {task} is twee keer beoordeeld"),
            Self::UnknownTask { task } => {
                format!("taak {task} staat niet in het beoordelingsmodel van deze beoordeling")
            }
            Self::DeeltaakOpen { code } => format!("deeltaak {code} is niet gedaan en staat ook niet bij 'op school'"),
            Self::DeeltaakTwice { code } => format!("deeltaak {code} staat er twee keer"),
            Self::UnknownDeeltaak { code } => format!("deeltaak {code} hoort niet bij dit keuzevak"),
            Self::CompanyHasNotJudged => "het bedrijf heeft nog niet geoordeeld, er valt nog niets te wegen".into(),
            Self::NotInPta => {
                "het cijfer kan niet meetellen: het keuzevak staat niet in het PTA van deze school en dit cohort".into()
            }
            Self::PtaNotFrozen => {
                "het cijfer kan niet meetellen: het PTA van deze school en dit cohort is nog niet vastgesteld".into()
            }
            Self::AtSchoolOnly => {
                "het cijfer kan niet meetellen: volgens het PTA wordt dit keuzevak alleen op school afgesloten".into()
            }
            Self::Graded => {
                "het cijfer staat vast; alleen een docent van de school mag het herzien, met een reden".into()
            }
            Self::NotGraded => "er is nog geen cijfer om te herzien".into(),
        }
    }
}
