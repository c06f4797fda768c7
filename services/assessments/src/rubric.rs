//! A rubric says what is judged when a pupil takes an elective at a company.
//!
//! None ─adopt→ Version 1 ─adopt→ Version 2 …

pub(crate) mod api;
mod commands;

pub use commands::{Adopt, Refusal};

use decider::{Aggregate, CommandContext};
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

    fn decide(&self, adopt: &Adopt, _: &CommandContext) -> Result<Vec<Event>, Refusal> {
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
mod tests;
