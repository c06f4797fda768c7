//! Claims about an occasion.

use super::*;
use chrono::NaiveDate;
use decider::given;
use vocabulary::{CompanyId, SessionId};

fn assign(scheme: &str) -> Assign {
    Assign {
        company: CompanyId::derived(&["company"]),
        session: SessionId::derived(&["session"]),
        date: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
        scheme: scheme.parse().unwrap(),
    }
}

#[test]
fn nothing_counts_under_two_schemes() {
    // S13.
    let history = given::<Occasion>([]).when(assign("sto")).events();
    given::<Occasion>(history.clone()).when(assign("sto")).then_nothing();
    given::<Occasion>(history)
        .when(assign("ao-metalektro"))
        .then_refused(Refusal::OtherScheme { scheme: SchemeCode::sto() });
}
