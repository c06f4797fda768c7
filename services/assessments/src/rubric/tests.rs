//! Claims about a rubric.

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
