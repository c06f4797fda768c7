//! Claims about an import.

use super::*;
use decider::given;

fn started() -> Event {
    Event::Started { kind: Kind::Pupils, total: 120, schools: vec![] }
}

fn finish() -> Command {
    Command::Finish { registered: 118, changed: 1, unchanged: 1 }
}

#[test]
fn progress_only_grows() {
    given::<Import>([started()]).when(Command::Advance { done: 100 }).then([Event::Advanced { done: 100 }]);
    let advanced = || [started(), Event::Advanced { done: 100 }];
    given::<Import>(advanced()).when(Command::Advance { done: 100 }).then_nothing();
    let finished = Event::Finished { registered: 118, changed: 1, unchanged: 1 };
    given::<Import>([started(), finished]).when(Command::Advance { done: 100 }).then_nothing();
}

#[test]
fn an_import_is_over_once() {
    let finished = Event::Finished { registered: 118, changed: 1, unchanged: 1 };
    given::<Import>([started()]).when(finish()).then([finished.clone()]);
    given::<Import>([started(), finished]).when(finish()).then_refused(Refusal::Over);
    given::<Import>([]).when(finish()).then_refused(Refusal::NotStarted);
}

#[test]
fn one_that_failed_may_begin_again() {
    let failed = || [started(), Event::Failed { code: "unavailable".into() }];
    given::<Import>([started()]).when(Command::Fail { code: "unavailable".into() }).then([failed()[1].clone()]);
    let start = Command::Start { kind: Kind::Pupils, total: 120, schools: vec![] };
    given::<Import>(failed()).when(start).then([started()]);
    given::<Import>(failed()).when(finish()).then_refused(Refusal::Over);
}

#[test]
fn starting_twice_is_harmless() {
    let start = Command::Start { kind: Kind::Pupils, total: 120, schools: vec![] };
    given::<Import>([started()]).when(start).then_nothing();
}
