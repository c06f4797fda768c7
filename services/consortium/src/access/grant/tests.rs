//! Claims about who may hold what.

use super::*;
use decider::given;
use vocabulary::Actor;

fn held(role: Role) -> Held {
    Held {
        actor: ActorId::derived(&["someone"]),
        role,
        school: None,
        company: None,
        person: None,
        from: None,
        until: None,
    }
}

fn at_school(role: Role) -> Held {
    Held { school: Some("99AA00".parse().unwrap()), ..held(role) }
}

fn everything() -> Known {
    Known { school: true, company: true, pupil: true, leader: true }
}

fn give(held: Held) -> Command {
    Command::Give(Give { held, known: everything() })
}

fn granted(held: Held) -> Event {
    let Held { actor, role, school, company, person, from, until } = held;
    Event::Granted { actor, role, school, company, person, from, until }
}

fn acting(role: Role, who: &str) -> Actor {
    Actor { id: ActorId::derived(&[who]), role, organisation: None }
}

#[test]
fn a_role_given_twice_is_given_once_and_another_term_replaces_it() {
    let teacher = at_school(Role::Teacher);
    given::<Grant>([]).when(give(teacher.clone())).then([granted(teacher.clone())]);
    given::<Grant>([granted(teacher.clone())]).when(give(teacher.clone())).then_nothing();
    let longer = Held { until: Some("2027-07-31".parse().unwrap()), ..teacher.clone() };
    given::<Grant>([granted(teacher)]).when(give(longer.clone())).then([granted(longer)]);
}

#[test]
fn a_role_is_bound_to_what_it_reaches() {
    let refused = |held: Held, needs| given::<Grant>([]).when(give(held)).then_refused(Refusal::WrongBinding { needs });
    refused(held(Role::Teacher), "school");
    refused(held(Role::WorkingGroupMember), "school");
    refused(at_school(Role::CompanySupervisor), "company");
    refused(at_school(Role::Pupil), "person");
    refused(at_school(Role::Controller), "region");
}

#[test]
fn the_bound_of_a_role_must_be_in_the_region() {
    let refused = |held: Held, why: Refusal| {
        let known = Known { leader: true, ..Known::default() };
        given::<Grant>([]).when(Command::Give(Give { held, known })).then_refused(why);
    };
    refused(at_school(Role::Teacher), Refusal::NoSuchSchool);
    refused(Held { company: Some(CompanyId::derived(&["a"])), ..held(Role::CompanySignatory) }, Refusal::NoSuchCompany);
    refused(Held { person: Some(PersonId::derived(&["a"])), ..held(Role::Parent) }, Refusal::NoSuchPupil);
}

#[test]
fn nobody_gives_a_role_to_themselves() {
    let own = Held { actor: ActorId::derived(&["tester"]), ..held(Role::Controller) };
    given::<Grant>([]).when(give(own)).then_refused(Refusal::ToOneself);
}

#[test]
fn the_operator_may_begin_as_programme_leader_and_only_begin() {
    let own = || Held { actor: ActorId::derived(&["operator"]), ..held(Role::ProgrammeLeader) };
    let operator = || acting(Role::Operator, "operator");
    let known = |leader| Known { leader, ..Known::default() };
    let ask = |leader| Command::Give(Give { held: own(), known: known(leader) });
    given::<Grant>([]).by(operator()).when(ask(false)).then([granted(own())]);
    given::<Grant>([]).by(operator()).when(ask(true)).then_refused(Refusal::ToOneself);
    given::<Grant>([]).by(operator()).when(give(held(Role::Controller))).then_refused(Refusal::BeyondYourRole);
}

#[test]
fn operator_and_hub_are_never_given() {
    for role in [Role::Operator, Role::Hub] {
        given::<Grant>([]).when(give(held(role))).then_refused(Refusal::NotForGiving);
    }
}

#[test]
fn account_managers_and_school_systems_grant_roles_of_their_own() {
    let signatory = || Held { company: Some(CompanyId::derived(&["a"])), ..held(Role::CompanySignatory) };
    let manager = || acting(Role::AccountManager, "manager");
    given::<Grant>([]).by(manager()).when(give(signatory())).then([granted(signatory())]);
    given::<Grant>([]).by(manager()).when(give(at_school(Role::Teacher))).then_refused(Refusal::BeyondYourRole);
    let system = || acting(Role::SchoolSystem, "system");
    given::<Grant>([]).by(system()).when(give(at_school(Role::Teacher))).then([granted(at_school(Role::Teacher))]);
    given::<Grant>([]).by(system()).when(give(signatory())).then_refused(Refusal::BeyondYourRole);
    given::<Grant>([]).by(system()).when(give(at_school(Role::ExamSecretary))).then_refused(Refusal::BeyondYourRole);
}

#[test]
fn an_inspector_looks_for_a_time_only() {
    given::<Grant>([]).when(give(held(Role::Inspector))).then_refused(Refusal::NeedsAnEnd);
    let day = |text: &str| Some(text.parse().unwrap());
    let backward = Held { from: day("2026-10-02"), until: day("2026-10-01"), ..held(Role::Inspector) };
    given::<Grant>([]).when(give(backward.clone())).then_refused(Refusal::EndsBeforeItBegins);
    let one_day = Held { from: day("2026-10-01"), ..backward };
    given::<Grant>([]).when(give(one_day.clone())).then([granted(one_day)]);
}

#[test]
fn a_revoked_role_can_be_given_again() {
    let revoke = || Command::Revoke { reason: "Andere functie".parse().unwrap() };
    let revoked = || Event::Revoked { reason: "Andere functie".parse().unwrap() };
    let teacher = || at_school(Role::Teacher);
    given::<Grant>([]).when(revoke()).then_refused(Refusal::NeverGiven);
    given::<Grant>([granted(teacher())]).when(revoke()).then([revoked()]);
    given::<Grant>([granted(teacher()), revoked()]).when(revoke()).then_nothing();
    given::<Grant>([granted(teacher()), revoked()]).when(give(teacher())).then([granted(teacher())]);
}

#[test]
fn two_grants_are_one_when_they_bind_the_same() {
    let region: RegionId = "voorbeeld".parse().unwrap();
    let until = Held { until: Some("2027-07-31".parse().unwrap()), ..at_school(Role::Teacher) };
    assert_eq!(id_of(&region, &at_school(Role::Teacher)), id_of(&region, &until));
    assert_ne!(id_of(&region, &at_school(Role::Teacher)), id_of(&region, &at_school(Role::ExamSecretary)));
}
