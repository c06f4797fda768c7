//! Claims about a run.

use super::*;
use decider::given;
use proto_schemas::consortium::{retention_run::Held, retention_schedule::Class};

fn advance(people: u32) -> Command {
    let ended_until = "2026-08-31".parse().unwrap();
    Command::Advance { schedule_version: 1, class: Class::Pupil, people, ended_until }
}

fn advanced(people: u32) -> Event {
    let (ended_until, occurred_on) = ("2026-08-31".parse().unwrap(), "2026-09-01".parse().unwrap());
    Event::Advanced { schedule_version: 1, class: Class::Pupil, people, ended_until, occurred_on }
}

fn finish() -> Command {
    Command::Finish { held: vec![Held { class: Class::Staff, people: 1 }] }
}

fn finished(forgotten: u32) -> Event {
    let held = vec![Held { class: Class::Staff, people: 1 }];
    Event::Finished { forgotten, held, occurred_on: "2026-09-01".parse().unwrap() }
}

#[test]
fn a_run_adds_its_batches_up_and_ends_once() {
    given::<Run>([]).when(advance(100)).then([advanced(100)]);
    given::<Run>([advanced(100), advanced(7)]).when(finish()).then([finished(107)]);
    given::<Run>([]).when(finish()).then([finished(0)]);
    given::<Run>([advanced(100), finished(100)]).when(finish()).then_nothing();
    given::<Run>([advanced(100), finished(100)]).when(advance(1)).then_refused(Refusal::Finished);
}
