//! What may be asked of a rubric, and why not.

use proto_schemas::assessments::rubric::Task;
use vocabulary::ElectiveId;

/// Adopt the next version.
#[derive(Clone, Debug)]
pub struct Adopt {
    /// The elective it is for.
    pub elective: ElectiveId,
    /// What the pupil learns to do.
    pub learning_tasks: Vec<Task>,
    /// What the pupil does for the company.
    pub work_tasks: Vec<Task>,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, thiserror::Error, strum::AsRefStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Both kinds are judged.
    #[error("a rubric has at least one learning task")]
    NoLearningTasks,
    /// Both kinds are judged.
    #[error("a rubric has at least one work task")]
    NoWorkTasks,
    /// Two tasks share a code.
    #[error("task {code} is in this rubric twice")]
    TaskTwice {
        /// The code.
        code: String,
    },
}

impl decider::Refusal for Refusal {
    fn in_dutch(&self) -> String {
        match self {
            Self::NoLearningTasks => "een beoordelingsmodel heeft ten minste één leertaak".into(),
            Self::NoWorkTasks => "een beoordelingsmodel heeft ten minste één werktaak".into(),
            Self::TaskTwice { code } => format!("taak {code} staat twee keer in dit beoordelingsmodel"),
        }
    }
}
