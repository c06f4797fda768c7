use super::*;
use decider::given;
use proto_schemas::co_financing::figures::Kind;
use vocabulary::{Actor, AttendanceDayId, CompanyId, ContributionDayId, Euros, Role};

const NEW_YEAR: &str = "2027-01-01T12:00:00Z";

fn claim() -> ClaimId {
    id(&"voorbeeld".parse().unwrap(), &SchemeCode::sto(), 2026)
}

fn person(name: &str) -> Actor {
    Actor { id: ActorId::derived(&[name]), role: Role::Controller, organisation: None }
}

fn draft(year: u16, last_fixed: Option<u16>) -> Command {
    Command::Draft { scheme: SchemeCode::sto(), year, last_fixed }
}

fn drafted() -> Vec<Event> {
    given::<Claim>([]).by(person("leader")).when(draft(2026, None)).events()
}

fn submitted() -> Vec<Event> {
    let events = given::<Claim>(drafted()).by(person("leader")).at(NEW_YEAR).when(Command::Submit).events();
    [drafted(), events].concat()
}

fn claimable(number: u32, cents: i64) -> Claimable {
    let line = Line {
        reference: figures::day_line(ContributionDayId::derived(&["day"]), number),
        kind: Kind::Forfait,
        company: CompanyId::derived(&["company"]),
        date: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
        amount: Euros(cents),
        attendance_day: Some(AttendanceDayId::derived(&[&number.to_string()])),
        group_effect: number == 1,
    };
    Claimable { line, verified_by: ActorId::derived(&["verifier"]) }
}

fn fix(lines: Vec<Claimable>) -> Command {
    Command::Fix(Box::new(Fix { claim: claim(), cut_off: 42, lines, target: None, earlier_open: None }))
}

fn fixed(lines: Vec<Claimable>) -> Vec<Event> {
    given::<Claim>(submitted()).by(person("controller")).at(NEW_YEAR).when(fix(lines)).events()
}

#[test]
fn a_claim_is_about_a_year_up_to_this_one() {
    given::<Claim>([]).when(draft(1999, None)).then_refused(Refusal::YearOutOfRange);
    given::<Claim>([]).when(draft(2027, None)).then_refused(Refusal::YearOutOfRange);
    assert_eq!(given::<Claim>([]).when(draft(2000, None)).events().len(), 1);
    assert_eq!(given::<Claim>([]).when(draft(2026, Some(2025))).events().len(), 1);
}

#[test]
fn no_claim_is_begun_behind_a_fixed_one() {
    given::<Claim>([]).when(draft(2026, Some(2026))).then_refused(Refusal::LaterFixed { year: 2026 });
}

#[test]
fn a_claim_is_submitted_when_its_year_is_over() {
    let submit = |at| given::<Claim>(drafted()).at(at).when(Command::Submit);
    // Midnight in Amsterdam is 23:00 in Greenwich.
    submit("2026-12-31T22:59:59Z").then_refused(Refusal::NotOver { year: 2026 });
    assert_eq!(submit("2026-12-31T23:00:00Z").events().len(), 1);
}

#[test]
fn only_a_submitted_claim_is_fixed_or_returned() {
    given::<Claim>([]).when(fix(vec![])).then_refused(Refusal::NotDrafted);
    given::<Claim>(drafted()).when(fix(vec![])).then_refused(Refusal::NotSubmitted);
    given::<Claim>(drafted())
        .when(Command::Return { reason: "incomplete".parse().unwrap() })
        .then_refused(Refusal::NotSubmitted);
}

#[test]
fn the_submitter_or_verifier_does_not_fix_a_claim() {
    given::<Claim>(submitted()).by(person("leader")).when(fix(vec![])).then_refused(Refusal::OwnSubmission);
    given::<Claim>(submitted())
        .by(person("verifier"))
        .when(fix(vec![claimable(1, 100)]))
        .then_refused(Refusal::OwnVerification);
}

#[test]
fn years_are_fixed_one_after_another() {
    let fix = Fix { claim: claim(), cut_off: 42, lines: vec![], target: None, earlier_open: Some(2025) };
    given::<Claim>(submitted())
        .by(person("controller"))
        .when(Command::Fix(Box::new(fix)))
        .then_refused(Refusal::EarlierOpen { year: 2025 });
}

#[test]
fn a_fixed_claim_says_count_total_and_digest_of_its_lines() {
    let lines = [claimable(2, 500), claimable(1, 700)];
    let events = fixed(lines.to_vec());
    let Event::Fixed { cut_off: 42, count: 2, total, digest, group_effect, .. } = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!(*total, Euros(1200));
    assert_eq!(*group_effect, figures::Sum { count: 1, total: Euros(700) });
    assert_eq!(*digest, figures::digest(&lines.map(|claimable| claimable.line)));
}

#[test]
fn two_hundred_lines_go_in_one_event_and_one_more_in_two() {
    let parts = |count| {
        let events = fixed((1..=count).map(|number| claimable(number, 100)).collect());
        let frozen: Vec<usize> = events
            .iter()
            .filter_map(|event| match event {
                Event::LinesFrozen { lines, .. } => Some(lines.len()),
                _ => None,
            })
            .collect();
        let days: Vec<usize> = events
            .iter()
            .filter_map(|event| match event {
                Event::DayClaimed { attendance_days, .. } => Some(attendance_days.len()),
                _ => None,
            })
            .collect();
        assert_eq!(frozen, days);
        frozen
    };
    assert_eq!(parts(200), [200]);
    assert_eq!(parts(201), [200, 1]);
}

#[test]
fn the_frozen_lines_of_a_claim_have_its_digest() {
    let events = fixed((1..=450).map(|number| claimable(number, 100)).collect());
    let lines: Vec<Line> = events
        .iter()
        .filter_map(|event| match event {
            Event::LinesFrozen { lines, .. } => Some(lines.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    let Event::Fixed { digest, count: 450, .. } = &events[0] else { panic!("{events:?}") };
    assert_eq!(*digest, figures::digest(&lines));
}

#[test]
fn a_fixed_claim_never_changes() {
    let history = [submitted(), fixed(vec![])].concat();
    given::<Claim>(history.clone()).when(Command::Submit).then_refused(Refusal::IsFixed);
    given::<Claim>(history.clone()).when(fix(vec![])).then_refused(Refusal::IsFixed);
    let back = Command::Return { reason: "too late".parse().unwrap() };
    given::<Claim>(history.clone()).when(back).then_refused(Refusal::IsFixed);
    given::<Claim>(history).when(draft(2026, None)).then_nothing();
}

#[test]
fn a_returned_claim_is_submitted_again() {
    let back = Command::Return { reason: "incomplete".parse().unwrap() };
    let events = given::<Claim>(submitted()).when(back).events();
    let history = [submitted(), events].concat();
    assert_eq!(given::<Claim>(history).at(NEW_YEAR).when(Command::Submit).events().len(), 1);
}
