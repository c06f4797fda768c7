//! Claims about what is known of a person.

use super::*;
use decider::given;
use proto_schemas::consortium::person::{ContactLevel, LearningPath};
use vocabulary::{HoldId, Purpose, Reason, Sealed};

fn pupil() -> Pupil {
    Pupil {
        home_school: "99AA00".parse().unwrap(),
        host_school: None,
        learning_path: LearningPath::Kb,
        profile: "PIE".into(),
        year: 3,
        group: "3K1".parse().unwrap(),
        cohort: "2026-2027".parse().unwrap(),
    }
}

fn who(text: &str) -> Who {
    let sealed = || Sealed { person: PersonId::derived(&["a"]), purpose: Purpose::Identity, sealed: text.into() };
    Who { name: sealed(), birth_date: sealed(), guardians: vec![] }
}

fn registered() -> Event {
    pupil().registered(&who("a"), None)
}

fn register() -> Command {
    Command::RegisterPupil { pupil: pupil(), who: who("a"), within: Within::Region, shares_number_with: None }
}

fn update(pupil: Pupil, corrected: Option<Who>) -> Command {
    Command::UpdatePupil { pupil, corrected, within: Within::Region }
}

fn forget() -> Command {
    Command::Forget { reason: "Bewaartermijn verstreken".parse().unwrap(), retention: None, held: None }
}

#[test]
fn a_pupil_imported_again_is_not_registered_again() {
    given::<Person>([]).when(register()).then([registered()]);
    given::<Person>([registered()]).when(register()).then_nothing();
    given::<Person>([registered()]).when(update(pupil(), None)).then_nothing();
}

#[test]
fn a_pupil_in_the_next_year_has_moved_and_a_new_name_is_a_correction() {
    let next = || Pupil { year: 4, ..pupil() };
    given::<Person>([registered()]).when(update(next(), None)).then([next().moved()]);
    given::<Person>([registered()]).when(update(pupil(), Some(who("b")))).then([who("b").corrected()]);
    given::<Person>([registered()]).when(update(next(), Some(who("b")))).then([next().moved(), who("b").corrected()]);
}

// R012.
#[test]
fn a_host_school_is_another_school() {
    let own = Pupil { host_school: Some("99AA00".parse().unwrap()), ..pupil() };
    given::<Person>([registered()]).when(update(own, None)).then_refused(Refusal::HostIsHome);
}

// R026.
#[test]
fn a_contact_of_a_company_is_on_one_of_three_levels() {
    for level in [ContactLevel::Work, ContactLevel::Careers, ContactLevel::Board] {
        let (company, name) = (vocabulary::CompanyId::derived(&["a"]), who("a").name);
        let register = Command::RegisterContact { company, level, name: name.clone(), email: None, phone: None };
        given::<Person>([]).when(register).then([Event::ContactRegistered {
            company,
            level,
            name,
            email: None,
            phone: None,
        }]);
    }
}

#[test]
fn a_forgotten_person_stays_forgotten() {
    let reason: Reason = "Bewaartermijn verstreken".parse().unwrap();
    let forgotten = Event::PersonForgotten { reason, occurred_on: "2026-09-01".parse().unwrap(), retention: None };
    given::<Person>([]).when(forget()).then_refused(Refusal::NotRegistered);
    given::<Person>([registered()]).when(forget()).then([forgotten.clone()]);
    given::<Person>([registered(), forgotten.clone()]).when(forget()).then_nothing();
    given::<Person>([registered(), forgotten]).when(register()).then_refused(Refusal::Forgotten);
}

#[test]
fn a_pupil_is_nobody_else() {
    let staff = Command::RegisterStaff { school: "99AA00".parse().unwrap(), name: who("a").name, email: None };
    given::<Person>([registered()]).when(staff).then_refused(Refusal::SomeoneElse);
}

fn leave(on: &str) -> Command {
    Command::Leave { occurred_on: on.parse().unwrap() }
}

fn left(on: &str) -> Event {
    Event::PersonLeft { occurred_on: on.parse().unwrap() }
}

fn returned() -> Event {
    Event::PersonReturned { occurred_on: "2026-09-01".parse().unwrap() }
}

// The tests ask on 1 September 2026.
#[test]
fn a_person_leaves_today_at_the_latest_and_once() {
    given::<Person>([registered()]).when(leave("2026-09-01")).then([left("2026-09-01")]);
    given::<Person>([registered()]).when(leave("2026-09-02")).then_refused(Refusal::InTheFuture);
    let gone = || [registered(), left("2026-07-31")];
    given::<Person>(gone()).when(leave("2026-07-31")).then_nothing();
    let on = "2026-07-31".parse().unwrap();
    given::<Person>(gone()).when(leave("2026-08-01")).then_refused(Refusal::AlreadyLeft { on });
    given::<Person>([]).when(leave("2026-07-31")).then_refused(Refusal::NotRegistered);
    let reason: Reason = "Bewaartermijn verstreken".parse().unwrap();
    let forgotten = Event::PersonForgotten { reason, occurred_on: "2026-09-01".parse().unwrap(), retention: None };
    given::<Person>([registered(), forgotten]).when(leave("2026-07-31")).then_refused(Refusal::Forgotten);
}

#[test]
fn a_person_named_again_has_returned_and_may_leave_again() {
    let gone = || [registered(), left("2026-07-31")];
    given::<Person>(gone()).when(update(pupil(), None)).then([returned()]);
    given::<Person>(gone()).when(register()).then([returned()]);
    let next = || Pupil { year: 4, ..pupil() };
    given::<Person>(gone()).when(update(next(), Some(who("b")))).then([
        returned(),
        next().moved(),
        who("b").corrected(),
    ]);
    given::<Person>(gone()).when(Command::Return).then([returned()]);
    given::<Person>([registered()]).when(Command::Return).then_nothing();
    let back = [registered(), left("2026-07-31"), returned()];
    given::<Person>(back).when(leave("2026-08-31")).then([left("2026-08-31")]);
}

#[test]
fn staff_and_contacts_leave_as_well_and_stay_what_they_were() {
    let school = || "99AA00".parse().unwrap();
    let staff = Event::StaffRegistered { school: school(), name: who("a").name, email: None };
    given::<Person>([staff.clone()]).when(leave("2026-08-31")).then([left("2026-08-31")]);
    let gone = Person::replay([staff, left("2026-08-31")]);
    let expected = Known { part: Part::Staff(school()), left: Some("2026-08-31".parse().unwrap()) };
    assert_eq!(gone, Person::Known(expected));
}

#[test]
fn a_held_person_is_not_forgotten_and_a_forgotten_one_not_held() {
    let held = Held { hold: HoldId::fresh(), reason: "Lopend geschil".parse().unwrap() };
    let forget = || Command::Forget {
        reason: "Verzoek van de betrokkene".parse().unwrap(),
        retention: None,
        held: Some(held.clone()),
    };
    given::<Person>([registered()]).when(forget()).then_refused(Refusal::Held(held.clone()));
    let reason: Reason = "Bewaartermijn verstreken".parse().unwrap();
    let occurred_on = "2026-09-01".parse().unwrap();
    let forgotten = Event::PersonForgotten { reason, occurred_on, retention: None };
    given::<Person>([registered(), forgotten]).when(forget()).then_nothing();
}

#[test]
fn a_pupil_is_moved_only_by_whom_reaches_where_the_pupil_is() {
    let there: Pupil = Pupil { home_school: "99AA01".parse().unwrap(), ..pupil() };
    let within = |schools: &[&str]| Within::Schools(schools.iter().map(|school| school.parse().unwrap()).collect());
    let update = |schools| Command::UpdatePupil { pupil: there.clone(), corrected: None, within: within(schools) };
    given::<Person>([registered()]).when(update(&["99AA01"])).then_refused(Refusal::Elsewhere);
    given::<Person>([registered()]).when(update(&["99AA00", "99AA01"])).then([there.moved()]);
    let register = |schools| {
        let (pupil, within) = (there.clone(), within(schools));
        Command::RegisterPupil { pupil, who: who("b"), within, shares_number_with: None }
    };
    given::<Person>([registered()]).when(register(&["99AA01"])).then_refused(Refusal::Elsewhere);
    given::<Person>([registered()]).when(register(&["99AA00", "99AA01"])).then([there.moved()]);
}
