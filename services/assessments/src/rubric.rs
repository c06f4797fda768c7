//! A rubric says what is judged when a pupil takes an elective at a company.
//!
//! None ─adopt→ Version 1 ─adopt→ Version 2 …

mod commands;

pub use commands::{Adopt, Refusal};

use decider::{Aggregate, Asked};
use proto_schemas::assessments::rubric::{Event, Task};
use std::collections::HashSet;
use vocabulary::ElectiveId;

/// The rubric of one elective, in its latest version.
#[derive(Debug, Default, PartialEq)]
pub struct Rubric(Option<Version>);

/// One version of a rubric.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// 1, 2, 3 …
    pub version: u32,
    /// What the pupil learns to do.
    pub learning_tasks: Vec<Task>,
    /// What the pupil does for the company.
    pub work_tasks: Vec<Task>,
}

impl Rubric {
    /// The version that a case opening now is bound to.
    #[must_use]
    pub fn latest(&self) -> Option<&Version> {
        self.0.as_ref()
    }
}

impl Aggregate for Rubric {
    const CATEGORY: &'static str = "rubric";
    type Id = ElectiveId;
    type Command = Adopt;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(&self, adopt: &Adopt, _: &Asked) -> Result<Vec<Event>, Refusal> {
        // Both kinds are judged, so both must be there to judge.
        if adopt.learning_tasks.is_empty() {
            return Err(Refusal::NoLearningTasks);
        }
        if adopt.work_tasks.is_empty() {
            return Err(Refusal::NoWorkTasks);
        }
        let mut seen = HashSet::new();
        let mut all = adopt.learning_tasks.iter().chain(&adopt.work_tasks);
        if let Some(twice) = all.find(|task| !seen.insert(&task.code)) {
            return Err(Refusal::TaskTwice { code: twice.code.clone() });
        }
        let version = match self.latest() {
            Some(latest) if latest.learning_tasks == adopt.learning_tasks && latest.work_tasks == adopt.work_tasks => {
                return Ok(vec![]);
            }
            Some(latest) => latest.version.saturating_add(1),
            None => 1,
        };
        Ok(vec![Event::Adopted {
            elective: adopt.elective,
            version,
            learning_tasks: adopt.learning_tasks.clone(),
            work_tasks: adopt.work_tasks.clone(),
        }])
    }

    fn evolve(self, event: Event) -> Self {
        let Event::Adopted { version, learning_tasks, work_tasks, .. } = event;
        Self(Some(Version { version, learning_tasks, work_tasks }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::{solar, task};
    use decider::given;

    fn adopt(learning: &[&str], work: &[&str]) -> Adopt {
        Adopt {
            elective: solar(),
            learning_tasks: learning.iter().map(|code| task(code)).collect(),
            work_tasks: work.iter().map(|code| task(code)).collect(),
        }
    }

    fn adopted(version: u32, learning: &[&str], work: &[&str]) -> Event {
        let Adopt { elective, learning_tasks, work_tasks } = adopt(learning, work);
        Event::Adopted { elective, version, learning_tasks, work_tasks }
    }

    #[test]
    fn each_change_is_a_new_version_and_no_change_is_none() {
        given::<Rubric>([]).when(adopt(&["L1"], &["W1"])).then([adopted(1, &["L1"], &["W1"])]);
        let first = adopted(1, &["L1"], &["W1"]);
        given::<Rubric>([first.clone()]).when(adopt(&["L1"], &["W1"])).then_nothing();
        given::<Rubric>([first]).when(adopt(&["L1", "L2"], &["W1"])).then([adopted(2, &["L1", "L2"], &["W1"])]);
    }

    // R253: learning tasks and work tasks are both evaluated.
    #[test]
    fn a_rubric_holds_both_kinds_of_task() {
        given::<Rubric>([]).when(adopt(&[], &["W1"])).then_refused(Refusal::NoLearningTasks);
        given::<Rubric>([]).when(adopt(&["L1"], &[])).then_refused(Refusal::NoWorkTasks);
        given::<Rubric>([]).when(adopt(&["T1"], &["T1"])).then_refused(Refusal::TaskTwice { code: "T1".into() });
    }
}
