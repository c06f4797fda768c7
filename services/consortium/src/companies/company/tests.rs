//! Claims about a company's life.

use super::*;
use decider::given;
use proto_schemas::consortium::{
    company::{Form, Goal, Place, TargetGroup, TimeClass},
    place::Address,
};
use vocabulary::Reason;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    date("2026-09-01")
}

fn nominate() -> Nominate {
    Nominate {
        name: "Koeltechniek Voorbeeld".parse().unwrap(),
        kvk: "90001354".parse().unwrap(),
        branch: None,
        sector: None,
        sbi: vec!["43222".into()],
        address: Address {
            street: "Hoofdstraat".parse().unwrap(),
            number: "1".into(),
            postcode: "1234AB".into(),
            place: "Voorbeeldstad".parse().unwrap(),
            municipality: None,
        },
        coordinates: None,
        nominated_by: None,
        occurred_on: today(),
    }
}

fn onboard() -> Onboard {
    Onboard {
        goals: vec![Goal::YoungTalent],
        target_groups: vec![TargetGroup::Secondary],
        time_class: TimeClass::More,
        forms: vec![Form::Electives],
        places: vec![Place::SchoolInCompany],
        occurred_on: today(),
    }
}

fn reason() -> Reason {
    "Verbouwing".parse().unwrap()
}

fn history(steps: usize) -> Vec<Event> {
    let oriented = Event::Oriented { occurred_on: today() };
    let activated = Event::Activated { occurred_on: today() };
    let suspended = Event::Suspended { reason: reason(), occurred_on: today() };
    let all = [nominate().nominated(), oriented, onboard().onboarded(), activated, suspended];
    all.into_iter().take(steps).collect()
}

fn activate() -> Command {
    Command::Activate { occurred_on: today() }
}

// R024, R029: nomination, talk, onboarding, in this order.
#[test]
fn no_step_is_skipped() {
    let orient = || Command::Orient { occurred_on: today() };
    given::<Company>([]).when(orient()).then_refused(Refusal::NotNominated);
    given::<Company>(history(1)).when(Command::Onboard(onboard())).then_refused(Refusal::NotOriented);
    given::<Company>(history(2)).when(activate()).then_refused(Refusal::NotOnboarded);
    given::<Company>(history(3)).when(activate()).then([Event::Activated { occurred_on: today() }]);
    given::<Company>(history(4)).when(activate()).then_nothing();
    given::<Company>(history(5)).when(activate()).then([Event::Activated { occurred_on: today() }]);
    given::<Company>(history(4)).when(orient()).then_nothing();
}

#[test]
fn only_an_active_company_is_suspended() {
    let suspend = || Command::Suspend { reason: reason(), occurred_on: today() };
    given::<Company>(history(3)).when(suspend()).then_refused(Refusal::NotActive);
    given::<Company>(history(4)).when(suspend()).then([Event::Suspended { reason: reason(), occurred_on: today() }]);
    given::<Company>(history(5)).when(suspend()).then_nothing();
}

#[test]
fn a_company_that_left_stays_away() {
    let leave = || Command::Leave { reason: reason(), occurred_on: today() };
    let left = Event::Left { reason: reason(), occurred_on: today() };
    given::<Company>(history(1)).when(leave()).then([left.clone()]);
    let gone = || [history(4), vec![left.clone()]].concat();
    given::<Company>(gone()).when(leave()).then_nothing();
    given::<Company>(gone()).when(activate()).then_refused(Refusal::HasLeft);
}

#[test]
fn a_site_is_nominated_once() {
    let by_someone_else = Nominate { nominated_by: Some("99AA00".parse().unwrap()), ..nominate() };
    given::<Company>(history(1)).when(Command::Nominate(Box::new(by_someone_else.clone()))).then_nothing();
    let other = Nominate { name: "Anders".parse().unwrap(), ..nominate() };
    given::<Company>(history(1)).when(Command::Nominate(Box::new(other.clone()))).then_refused(Refusal::AlreadyKnown);
    let region: RegionId = "voorbeeld".parse().unwrap();
    assert_eq!(id_of(&region, &nominate()), id_of(&region, &by_someone_else));
    let elsewhere = Nominate { branch: Some("000012345678".into()), ..nominate() };
    assert_ne!(id_of(&region, &nominate()), id_of(&region, &elsewhere));
}

// R053–R063: one to seven goals, one to four target groups.
#[test]
fn goals_and_target_groups_are_named_each_once() {
    let refused = |change: fn(&mut Onboard), why: Refusal| {
        let mut onboard = onboard();
        change(&mut onboard);
        given::<Company>(history(2)).when(Command::Onboard(onboard)).then_refused(why);
    };
    refused(|onboard| onboard.goals.clear(), Refusal::Goals);
    refused(|onboard| onboard.goals = vec![Goal::Innovation; 2], Refusal::Goals);
    refused(|onboard| onboard.target_groups.clear(), Refusal::TargetGroups);
    refused(|onboard| onboard.forms = vec![Form::Electives; 2], Refusal::NamedTwice);
    given::<Company>(history(2)).when(Command::Onboard(onboard())).then([onboard().onboarded()]);
    given::<Company>(history(3)).when(Command::Onboard(onboard())).then_nothing();
}

// R053–R063, R070–R084.
#[test]
fn a_company_chooses_its_goals_groups_time_forms_and_places() {
    let values = |schema: schemars::Schema| {
        let schema = schema.to_value();
        let listed = schema.get("enum").or_else(|| schema.get("oneOf")).and_then(|them| them.as_array().cloned());
        // Values that share a sentence stand together.
        let of = |it: &serde_json::Value| it.get("enum").and_then(|them| them.as_array()).map_or(1, Vec::len);
        listed.map_or(0, |them| them.iter().map(of).sum())
    };
    assert_eq!(values(schemars::schema_for!(Goal)), 7);
    assert_eq!(values(schemars::schema_for!(TargetGroup)), 4);
    assert_eq!(values(schemars::schema_for!(TimeClass)), 3);
    assert_eq!(values(schemars::schema_for!(Form)), 10);
    assert_eq!(values(schemars::schema_for!(Place)), 5);
}

#[test]
fn steps_are_dated_in_their_order() {
    let early = Command::Orient { occurred_on: date("2026-08-31") };
    given::<Company>(history(1)).when(early).then_refused(Refusal::BeforeTheLastStep);
    let late = Command::Orient { occurred_on: date("2026-09-02") };
    given::<Company>(history(1)).when(late).then_refused(Refusal::InTheFuture);
}

#[test]
fn only_a_company_that_is_here_stays() {
    let nominated = || nominate().nominated();
    given::<Company>([]).when(Command::StayCompany).then_refused(Refusal::NotNominated);
    given::<Company>([nominated()]).when(Command::StayCompany).then_nothing();
    let left = Event::Left { reason: reason(), occurred_on: today() };
    given::<Company>([nominated(), left]).when(Command::StayCompany).then_refused(Refusal::HasLeft);
}
