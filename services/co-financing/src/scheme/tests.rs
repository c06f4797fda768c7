//! Claims about a scheme.

use super::*;
use decider::given;
use vocabulary::Euros;

fn claim(year: u16) -> ClaimId {
    ClaimId::derived(&[&year.to_string()])
}

fn fixed(year: u16) -> Event {
    Event::ClaimFixed { claim: claim(year), year }
}

fn fix(year: u16, seen: usize) -> Command {
    Command::FixClaim { claim: claim(year), year, seen }
}

fn register(per_week: i64) -> Command {
    let terms = Terms { per_week: Some(Euros(per_week)), ..Terms::default() };
    Command::Register { name: "A+O".parse().unwrap(), source: "ao-metalektro.nl".parse().unwrap(), terms }
}

#[test]
fn sto_is_there_from_the_start_and_others_once_registered() {
    let other: SchemeCode = "ao-metalektro".parse().unwrap();
    assert!(Scheme::default().exists(&SchemeCode::sto()));
    assert!(!Scheme::default().exists(&other));
    assert!(Scheme::replay(given::<Scheme>([]).when(register(4000)).events()).exists(&other));
}

#[test]
fn the_same_terms_are_registered_once() {
    let history = given::<Scheme>([]).when(register(4000)).events();
    given::<Scheme>(history.clone()).when(register(4000)).then_nothing();
    assert_eq!(given::<Scheme>(history).when(register(5000)).events().len(), 1);
}

#[test]
fn two_claims_at_once_do_not_hold_the_same_lines() {
    given::<Scheme>([fixed(2025)]).when(fix(2026, 0)).then_refused(Refusal::AnotherFixed);
    given::<Scheme>([fixed(2025)]).when(fix(2026, 1)).then([fixed(2026)]);
}

#[test]
fn claims_are_fixed_forwards_only() {
    given::<Scheme>([fixed(2026)]).when(fix(2025, 1)).then_refused(Refusal::LaterFixed { year: 2026 });
    given::<Scheme>([fixed(2026)]).when(fix(2026, 1)).then_nothing();
}
