//! Claims about a session.

use super::*;
use decider::given;
use proto_schemas::hotspots::safety_check::{Activity, Supervision};
use vocabulary::Reason;

const BEGIN: &str = "2026-10-06T06:30:00Z";
const END: &str = "2026-10-06T12:30:00Z";

fn text<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn hotspot() -> HotspotId {
    HotspotId::derived(&["cooling"])
}

fn company() -> CompanyId {
    CompanyId::derived(&["cooling"])
}

fn pupil(number: u8) -> PersonId {
    PersonId::derived(&["pupil", &number.to_string()])
}

fn gilde() -> BranchCode {
    text("99XX00")
}

fn activity(minimum_age: u8) -> Activity {
    Activity { name: text(&format!("From {minimum_age}")), minimum_age, supervision: Supervision::Regular }
}

fn plan() -> Command {
    Command::Plan {
        hotspot: hotspot(),
        company: company(),
        starts_at: text(BEGIN),
        ends_at: text(END),
        capacity: 10,
        group_max: 10,
        group_min: 8,
        theory_at_company: false,
        activities: vec![activity(14), activity(15)],
    }
}

fn planned() -> Event {
    given::<Session>([]).when(plan()).events().remove(0)
}

fn with_theory() -> Event {
    match planned() {
        Event::Planned { hotspot, company, date, starts_at, ends_at, max, min, activities, minimum_age, .. } => {
            Event::Planned {
                hotspot,
                company,
                date,
                starts_at,
                ends_at,
                max,
                min,
                theory_at_company: true,
                activities,
                minimum_age,
            }
        }
        other => other,
    }
}

fn enrolled(pupils: u8) -> impl Iterator<Item = Event> {
    (1..=pupils).map(|number| Event::PupilEnrolled { pupil: pupil(number), home_school: gilde(), school: gilde() })
}

fn enrol(number: u8, age: u8) -> Command {
    Command::EnrolPupil { pupil: pupil(number), home_school: gilde(), school: gilde(), age: Some(age) }
}

fn start(small_group: Option<Reason>) -> Command {
    Command::Start { at: text(BEGIN), small_group }
}

fn history(pupils: u8) -> Vec<Event> {
    [planned()].into_iter().chain(enrolled(pupils)).collect()
}

fn started(pupils: u8) -> Event {
    Event::Started { at: text(BEGIN), enrolled: pupils, small_group: None }
}

fn cancel(pupils: u8) -> Command {
    Command::Cancel { reason: text("The bus broke down"), freed: (1..=pupils).map(pupil).collect() }
}

fn small() -> Option<Reason> {
    Some(text("Three pupils are ill"))
}

#[test]
fn the_eleventh_pupil_is_refused() {
    // R121
    given::<Session>(history(9)).when(enrol(10, 15)).then([Event::PupilEnrolled {
        pupil: pupil(10),
        home_school: gilde(),
        school: gilde(),
    }]);
    given::<Session>(history(10)).when(enrol(11, 15)).then_refused(Refusal::Full { max: 10 });
}

#[test]
fn the_tenth_pupil_may_be_enrolled_again_to_no_effect() {
    given::<Session>(history(10)).when(enrol(10, 15)).then_nothing();
}

#[test]
fn a_withdrawn_pupil_makes_room() {
    let withdrawn = Event::PupilWithdrawn { pupil: pupil(1) };
    given::<Session>(history(10)).when(Command::WithdrawPupil { pupil: pupil(1) }).then([withdrawn.clone()]);
    given::<Session>(history(10).into_iter().chain([withdrawn])).when(enrol(11, 15)).then([Event::PupilEnrolled {
        pupil: pupil(11),
        home_school: gilde(),
        school: gilde(),
    }]);
}

#[test]
fn a_pupil_is_as_old_as_the_most_demanding_activity_asks() {
    // R210
    given::<Session>(history(0)).when(enrol(1, 15)).then(enrolled(1));
    given::<Session>(history(0)).when(enrol(1, 14)).then_refused(Refusal::TooYoung { minimum: 15 });
    given::<Session>(history(0))
        .when(Command::EnrolPupil { pupil: pupil(1), home_school: gilde(), school: gilde(), age: None })
        .then_refused(Refusal::AgeUnknown);
}

#[test]
fn eight_pupils_start_without_a_word_and_seven_with_a_reason_only() {
    // R121
    given::<Session>(history(8)).at(BEGIN).when(start(None)).then([started(8)]);
    given::<Session>(history(7)).at(BEGIN).when(start(None)).then_refused(Refusal::SmallGroup { enrolled: 7, min: 8 });
    given::<Session>(history(7)).at(BEGIN).when(start(small())).then([Event::Started {
        at: text(BEGIN),
        enrolled: 7,
        small_group: small(),
    }]);
    given::<Session>(history(8)).at(BEGIN).when(start(small())).then([started(8)]);
    given::<Session>(history(0)).at(BEGIN).when(start(small())).then_refused(Refusal::Empty);
}

#[test]
fn theory_at_the_company_does_not_start_without_a_teacher() {
    // R105
    let history = || [with_theory()].into_iter().chain(enrolled(8));
    let teacher = Event::TeacherAssigned { teacher: pupil(99), school: gilde() };
    given::<Session>(history()).at(BEGIN).when(start(None)).then_refused(Refusal::NoTeacher);
    given::<Session>(history().chain([teacher])).at(BEGIN).when(start(None)).then([started(8)]);
}

#[test]
fn a_session_starts_on_its_day_and_not_before_the_moment_itself() {
    given::<Session>(history(8)).at("2026-10-06T06:29:59Z").when(start(None)).then_refused(Refusal::InTheFuture);
    given::<Session>(history(8))
        .at("2026-10-07T06:30:00Z")
        .when(Command::Start { at: text("2026-10-07T06:30:00Z"), small_group: None })
        .then_refused(Refusal::AnotherDay);
}

#[test]
fn the_list_is_closed_once_it_started() {
    let running = || history(8).into_iter().chain([started(8)]);
    given::<Session>(running()).when(enrol(9, 15)).then_refused(Refusal::AlreadyStarted);
    given::<Session>(running()).when(Command::WithdrawPupil { pupil: pupil(1) }).then_refused(Refusal::AlreadyStarted);
    given::<Session>(running()).when(cancel(8)).then_refused(Refusal::AlreadyStarted);
}

#[test]
fn it_finishes_after_it_started() {
    let running = || history(8).into_iter().chain([started(8)]);
    let finish = |at: &str| Command::Finish { at: text(at) };
    let finished = Event::Finished { at: text(END), hotspot: hotspot(), company: company(), date: text("2026-10-06") };
    given::<Session>(running()).at(END).when(finish(END)).then([finished.clone()]);
    given::<Session>(running()).at(END).when(finish("2026-10-06T06:29:59Z")).then_refused(Refusal::BeforeStart);
    given::<Session>(running()).at(BEGIN).when(finish(END)).then_refused(Refusal::InTheFuture);
    given::<Session>(history(8)).at(END).when(finish(END)).then_refused(Refusal::NotStarted);
    given::<Session>(running().chain([finished])).at(END).when(finish(END)).then_nothing();
}

#[test]
fn a_cancelled_session_says_what_it_costs_and_expects_nobody() {
    let cancelled = Event::Cancelled {
        reason: text("The bus broke down"),
        hotspot: hotspot(),
        company: company(),
        date: text("2026-10-06"),
        enrolled: 8,
    };
    given::<Session>(history(8)).when(cancel(8)).then([cancelled.clone()]);
    given::<Session>(history(8)).when(cancel(7)).then_refused(Refusal::ListChanged);
    let history = || history(8).into_iter().chain([cancelled.clone()]);
    given::<Session>(history()).when(cancel(8)).then_nothing();
    given::<Session>(history()).when(Command::Expect { pupil: pupil(1) }).then_refused(Refusal::Cancelled);
}

#[test]
fn only_enrolled_pupils_are_expected() {
    given::<Session>(history(8)).when(Command::Expect { pupil: pupil(8) }).then_nothing();
    given::<Session>(history(8)).when(Command::Expect { pupil: pupil(9) }).then_refused(Refusal::NotEnrolled);
}

#[test]
fn a_plan_is_of_one_day_to_come_and_no_larger_than_the_policy_allows() {
    let with = |change: fn(&mut Command)| {
        let mut command = plan();
        change(&mut command);
        given::<Session>([]).at("2026-10-06T21:59:59Z").when(command)
    };
    with(|_| {}).then([planned()]);
    given::<Session>([]).at("2026-10-06T22:00:00Z").when(plan()).then_refused(Refusal::InThePast);
    with(|plan| {
        if let Command::Plan { capacity, .. } = plan {
            *capacity = 11;
        }
    })
    .then_refused(Refusal::GroupSize { max: 10 });
    with(|plan| {
        if let Command::Plan { capacity, .. } = plan {
            *capacity = 0;
        }
    })
    .then_refused(Refusal::GroupSize { max: 10 });
    with(|plan| {
        if let Command::Plan { ends_at, .. } = plan {
            *ends_at = text(BEGIN);
        }
    })
    .then_refused(Refusal::BackToFront);
    with(|plan| {
        if let Command::Plan { ends_at, .. } = plan {
            *ends_at = text("2026-10-06T22:00:00Z");
        }
    })
    .then_refused(Refusal::OverMidnight);
    with(|plan| {
        if let Command::Plan { activities, .. } = plan {
            activities.clear();
        }
    })
    .then_refused(Refusal::NoActivities);
}
