//! Claims about an arrangement.

use super::*;
use decider::given;
use vocabulary::{CompanyId, SchemeCode};

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, day).unwrap()
}

fn agree(method: Method, day: u32) -> AgreeMethod {
    let company = CompanyId::derived(&["company"]);
    AgreeMethod { company, scheme: SchemeCode::sto(), method, from: date(day) }
}

#[test]
fn days_are_counted_by_forfait_until_something_else_holds() {
    let events = given::<Arrangement>([]).when(agree(Method::Actual, 2)).events();
    let arrangement = Arrangement::replay(events);
    assert_eq!(Arrangement::default().method_on(date(1)), Method::Forfait);
    assert_eq!(arrangement.method_on(date(1)), Method::Forfait);
    assert_eq!(arrangement.method_on(date(2)), Method::Actual);
}

#[test]
fn the_last_agreement_for_a_date_counts() {
    let first = given::<Arrangement>([]).when(agree(Method::Actual, 2)).events();
    let second = given::<Arrangement>(first.clone()).when(agree(Method::Forfait, 2)).events();
    given::<Arrangement>(first.clone()).when(agree(Method::Actual, 2)).then_nothing();
    assert_eq!(Arrangement::replay([first, second].concat()).method_on(date(2)), Method::Forfait);
}

#[test]
fn a_method_holds_from_today_on_at_the_earliest() {
    assert_eq!(given::<Arrangement>([]).when(agree(Method::Actual, 1)).events().len(), 1);
    given::<Arrangement>([])
        .at("2026-09-02T10:00:00Z")
        .when(agree(Method::Actual, 1))
        .then_refused(Refusal::Backwards { from: date(1) });
}
