//! Claims about a safety check.

use super::*;
use decider::given;
use proto_schemas::hotspots::safety_check::{Item, Supervision};

fn text<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn company() -> CompanyId {
    CompanyId::derived(&["cooling"])
}

fn hotspot() -> HotspotId {
    HotspotId::derived(&["cooling"])
}

fn activity(name: &str, supervision: Supervision) -> Activity {
    Activity { name: text(name), minimum_age: 15, supervision }
}

fn findings(on: &str) -> Findings {
    Findings {
        checked_on: text(on),
        term_months: 12,
        items: vec![Item { hazard: text("Rotating parts"), mitigation: text("A guard") }],
        protective_equipment: vec![text("Safety shoes")],
        supervision: Supervision::Regular,
        activities: vec![activity("Bending pipes", Supervision::Regular)],
    }
}

fn draw_up(findings: Findings) -> Command {
    Command::DrawUp { hotspot: hotspot(), company: company(), findings }
}

fn drawn(on: &str) -> Event {
    given::<SafetyCheck>([]).at("2027-12-31T10:00:00Z").when(draw_up(findings(on))).events().remove(0)
}

fn signed(party: Party) -> Event {
    Event::Signed { party, by: vocabulary::ActorId::derived(&["tester"]), occurred_on: text("2026-09-01") }
}

fn school() -> Party {
    Party::School(text("99XX00"))
}

#[test]
fn it_holds_for_the_months_of_the_policy() {
    let check = SafetyCheck::replay([drawn("2026-03-31")]);
    assert_eq!(check.check().unwrap().valid_until.to_string(), "2027-03-31");
}

// R141
#[test]
fn a_check_and_each_renewal_list_the_protective_equipment() {
    let shoes = vec![text("Safety shoes")];
    let events = given::<SafetyCheck>([drawn("2026-08-30")]).when(Command::Renew(findings("2026-09-01"))).events();
    for event in [drawn("2026-08-30"), events[0].clone()] {
        let (Event::DrawnUp { protective_equipment, .. } | Event::Renewed { protective_equipment, .. }) = &event else {
            panic!("{event:?}")
        };
        assert_eq!(*protective_equipment, shoes);
    }
}

// R125
#[test]
fn it_is_signed_when_the_company_and_a_school_have_signed() {
    let history = [drawn("2026-08-30"), signed(Party::Company(company())), signed(school())];
    for signatures in 0..=2 {
        let check = SafetyCheck::replay(history.iter().take(signatures + 1).cloned());
        assert_eq!(check.check().unwrap().is_signed(), signatures == 2);
    }
}

#[test]
fn renewing_voids_the_signatures() {
    let history = || [drawn("2026-08-30"), signed(Party::Company(company())), signed(school())];
    let renewed = given::<SafetyCheck>(history()).when(Command::Renew(findings("2026-09-01"))).events();
    assert!(!SafetyCheck::replay(history().into_iter().chain(renewed)).check().unwrap().is_signed());
    given::<SafetyCheck>(history())
        .when(Command::Renew(findings("2026-08-29")))
        .then_refused(Refusal::Older { checked_on: text("2026-08-30") });
}

#[test]
fn another_company_does_not_sign() {
    given::<SafetyCheck>([drawn("2026-08-30")])
        .when(Command::Sign { party: Party::Company(CompanyId::derived(&["other"])) })
        .then_refused(Refusal::AnotherCompany);
}

#[test]
fn a_signature_given_twice_is_one() {
    given::<SafetyCheck>([drawn("2026-08-30")]).when(Command::Sign { party: school() }).then([signed(school())]);
    given::<SafetyCheck>([drawn("2026-08-30"), signed(school())])
        .when(Command::Sign { party: school() })
        .then_nothing();
}

#[test]
fn nobody_signs_on_the_day_after_its_term_or_once_it_lapsed() {
    let sign = || Command::Sign { party: school() };
    given::<SafetyCheck>([drawn("2025-09-01")]).when(sign()).then([signed(school())]);
    given::<SafetyCheck>([drawn("2025-08-31")])
        .when(sign())
        .then_refused(Refusal::TooOld { valid_until: text("2026-08-31") });
    let lapsed = Event::Lapsed { reason: text("A near miss"), occurred_on: text("2026-09-01") };
    given::<SafetyCheck>([drawn("2026-08-30")])
        .when(Command::Lapse { reason: text("A near miss") })
        .then([lapsed.clone()]);
    given::<SafetyCheck>([drawn("2026-08-30"), lapsed]).when(sign()).then_refused(Refusal::Lapsed);
}

#[test]
fn an_activity_never_needs_more_supervision_than_there_is() {
    // R212
    let asks = |activities| draw_up(Findings { activities, ..findings("2026-08-30") });
    given::<SafetyCheck>([])
        .when(asks(vec![activity("Welding", Supervision::Constant)]))
        .then_refused(Refusal::TooLittleSupervision { name: text("Welding") });
    given::<SafetyCheck>([])
        .when(asks(vec![activity("Tea", Supervision::Occasional), activity("Tea", Supervision::Occasional)]))
        .then_refused(Refusal::ActivityTwice { name: text("Tea") });
    given::<SafetyCheck>([]).when(asks(vec![])).then_refused(Refusal::NoActivities);
}

#[test]
fn a_session_relies_on_what_both_signed() {
    let rely = |name| Command::Rely { activities: vec![text(name)] };
    let signatures = [signed(Party::Company(company())), signed(school())];
    let history = |signatures| [vec![drawn("2026-08-30")], signatures].concat();
    given::<SafetyCheck>(history(signatures.to_vec())).when(rely("Bending pipes")).then_nothing();
    given::<SafetyCheck>(history(signatures.to_vec()))
        .when(rely("Welding"))
        .then_refused(Refusal::UnknownActivity { name: text("Welding") });
    given::<SafetyCheck>(history(signatures[..1].to_vec()))
        .when(rely("Bending pipes"))
        .then_refused(Refusal::NotSigned);
}

#[test]
fn tomorrow_was_not_looked_at() {
    given::<SafetyCheck>([]).when(draw_up(findings("2026-09-02"))).then_refused(Refusal::InTheFuture);
    let empty = Findings { items: vec![], ..findings("2026-09-01") };
    given::<SafetyCheck>([]).when(draw_up(empty)).then_refused(Refusal::NoItems);
}
