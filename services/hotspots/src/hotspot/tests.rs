//! Claims about a hotspot.

use super::*;
use decider::given;
use vocabulary::{Label, Reason};

fn text<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn reason() -> Reason {
    text("The building is renovated")
}

fn company() -> CompanyId {
    CompanyId::derived(&["cooling"])
}

fn contract() -> ContractId {
    ContractId::derived(&["one"])
}

fn check() -> SafetyCheckId {
    SafetyCheckId::derived(&["one"])
}

fn school() -> BranchCode {
    text("99XX00")
}

fn proposed() -> Event {
    Event::Proposed {
        company: company(),
        name: text::<Label>("Koudetechniek"),
        why: text("No school has a cooling plant"),
        equipment: vec![],
        occurred_on: day("2026-01-10"),
    }
}

fn linked() -> Event {
    Event::EducationLinked { education: Education::ProfilePart { profile: text("PIE"), part: text("K/PIE/05") } }
}

fn planned() -> Event {
    Event::PlanOfApproachAdopted {
        document_hash: text(&"ab".repeat(32)),
        theory_place: TheoryPlace::School,
        occurred_on: day("2026-02-01"),
    }
}

fn contracted() -> Event {
    Event::ContractAttached { contract: contract(), school: school() }
}

fn checked(on: &str) -> Event {
    let checked_on = day(on);
    Event::SafetyCheckAttached { check: check(), checked_on, valid_until: last_day(checked_on, 12) }
}

fn opened() -> Event {
    Event::Opened { company: company(), occurred_on: day("2026-09-01") }
}

fn all() -> Vec<Event> {
    vec![proposed(), linked(), planned(), contracted(), checked("2025-09-01")]
}

fn open() -> Command {
    Command::Open { safety_term_months: 12 }
}

// The tester asks on 1 September 2026.

#[test]
fn it_opens_with_all_its_papers() {
    given::<Hotspot>(all()).when(open()).then([opened()]);
}

#[test]
fn a_refused_opening_names_the_missing_paper() {
    let papers = [Paper::Education, Paper::PlanOfApproach, Paper::Contract, Paper::SafetyCheck];
    for (missing, paper) in papers.into_iter().enumerate() {
        let mut history = all();
        history.remove(missing + 1);
        given::<Hotspot>(history).when(open()).then_refused(Refusal::PapersMissing(vec![paper]));
    }
    given::<Hotspot>([proposed()]).when(open()).then_refused(Refusal::PapersMissing(papers.to_vec()));
}

#[test]
fn a_safety_check_is_valid_for_twelve_months_to_the_day() {
    let with = |check| vec![proposed(), linked(), planned(), contracted(), checked(check)];
    given::<Hotspot>(with("2025-09-01")).when(open()).then([opened()]);
    given::<Hotspot>(with("2025-08-31"))
        .when(open())
        .then_refused(Refusal::SafetyCheckTooOld { valid_until: day("2026-08-31") });
}

#[test]
fn a_shorter_term_closes_and_a_longer_one_does_not_reopen() {
    given::<Hotspot>(all())
        .when(Command::Open { safety_term_months: 6 })
        .then_refused(Refusal::SafetyCheckTooOld { valid_until: day("2026-03-01") });
    given::<Hotspot>([proposed(), linked(), planned(), contracted(), checked("2025-08-31")])
        .when(Command::Open { safety_term_months: 24 })
        .then_refused(Refusal::SafetyCheckTooOld { valid_until: day("2026-08-31") });
}

#[test]
fn a_lapsed_check_closes_a_hotspot_by_its_date_alone() {
    let admit = |date| Command::AdmitSession { date: day(date), safety_term_months: 12 };
    let history = || [all(), vec![opened()]].concat();
    given::<Hotspot>(history()).when(admit("2026-09-01")).then_nothing();
    given::<Hotspot>(history())
        .when(admit("2026-09-02"))
        .then_refused(Refusal::SafetyCheckTooOld { valid_until: day("2026-09-01") });
}

#[test]
fn an_incident_takes_the_check_away_until_there_is_a_new_one() {
    let detached = Event::SafetyCheckDetached { check: check() };
    given::<Hotspot>([all(), vec![opened()]].concat())
        .when(Command::DetachSafetyCheck { check: check() })
        .then([detached.clone()]);
    given::<Hotspot>([all(), vec![opened(), detached]].concat())
        .when(Command::AdmitSession { date: day("2026-09-01"), safety_term_months: 12 })
        .then_refused(Refusal::PapersMissing(vec![Paper::SafetyCheck]));
}

#[test]
fn a_check_that_is_not_signed_by_both_is_not_attached() {
    given::<Hotspot>([proposed()])
        .when(Command::AttachSafetyCheck {
            check: check(),
            checked_on: day("2026-08-30"),
            valid_until: day("2027-08-30"),
            signed: false,
        })
        .then_refused(Refusal::SafetyCheckNotSigned);
}

#[test]
fn pupils_of_a_school_that_did_not_sign_are_not_admitted() {
    given::<Hotspot>(all()).when(Command::AdmitPupil { school: school() }).then_nothing();
    given::<Hotspot>(all())
        .when(Command::AdmitPupil { school: text("99YY00") })
        .then_refused(Refusal::SchoolNotSigned { school: text("99YY00") });
}

#[test]
fn a_contract_heard_of_twice_is_attached_once() {
    let attach = |schools| Command::AttachContract { contract: contract(), schools };
    given::<Hotspot>(all()).when(attach(vec![school()])).then_nothing();
    given::<Hotspot>(all())
        .when(attach(vec![school(), text("99YY00")]))
        .then([Event::ContractAttached { contract: contract(), school: text("99YY00") }]);
}

#[test]
fn an_amended_contract_admits_nobody_until_it_is_signed_again() {
    let detached = Event::ContractDetached { contract: contract(), school: school() };
    given::<Hotspot>(all()).when(Command::DetachContract { contract: contract() }).then([detached.clone()]);
    given::<Hotspot>(all()).when(Command::DetachContract { contract: ContractId::derived(&["two"]) }).then_nothing();
    let history = || [all(), vec![opened(), detached.clone()]].concat();
    given::<Hotspot>(history())
        .when(Command::AdmitPupil { school: school() })
        .then_refused(Refusal::SchoolNotSigned { school: school() });
    given::<Hotspot>(history())
        .when(Command::AdmitSession { date: day("2026-09-01"), safety_term_months: 12 })
        .then_refused(Refusal::PapersMissing(vec![Paper::Contract]));
}

#[test]
fn a_suspended_hotspot_takes_no_session_and_may_open_again() {
    let suspended = Event::Suspended { reason: reason(), occurred_on: day("2026-09-01") };
    let history = || [all(), vec![opened(), suspended.clone()]].concat();
    given::<Hotspot>([all(), vec![opened()]].concat())
        .when(Command::Suspend { reason: reason() })
        .then([suspended.clone()]);
    given::<Hotspot>(history())
        .when(Command::AdmitSession { date: day("2026-09-01"), safety_term_months: 12 })
        .then_refused(Refusal::NotOpen);
    given::<Hotspot>(history()).when(open()).then([opened()]);
}

#[test]
fn a_retired_hotspot_stays_retired() {
    let retired = Event::Retired { reason: reason(), occurred_on: day("2026-09-01") };
    given::<Hotspot>(all()).when(Command::Retire { reason: reason() }).then([retired.clone()]);
    given::<Hotspot>([all(), vec![retired.clone()]].concat()).when(open()).then_refused(Refusal::Retired);
    given::<Hotspot>([all(), vec![retired]].concat()).when(Command::Retire { reason: reason() }).then_nothing();
}

#[test]
fn a_proposal_is_never_dated_in_the_future() {
    let propose = |on| Command::Propose {
        company: company(),
        name: text("Koudetechniek"),
        why: text("No school has a cooling plant"),
        equipment: vec![],
        occurred_on: day(on),
    };
    given::<Hotspot>([]).when(propose("2026-01-10")).then([proposed()]);
    given::<Hotspot>([]).when(propose("2026-09-02")).then_refused(Refusal::InTheFuture);
    given::<Hotspot>([proposed()]).when(propose("2026-01-10")).then_refused(Refusal::AlreadyProposed);
}
