//! Claims about a policy.

use super::*;
use decider::given;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn adopt(valid_from: &str) -> Adopt {
    Adopt { valid_from: date(valid_from), policy: Policy::shipped(), programme_from: Some(date("2025-01-01")) }
}

fn adopted(version: u32, valid_from: &str) -> Event {
    Event::Adopted { version, valid_from: date(valid_from), policy: Policy::shipped() }
}

// The tests ask on 1 September 2026.
#[test]
fn the_first_policy_may_start_with_the_programme_and_no_earlier() {
    given::<Policies>([]).when(adopt("2025-01-01")).then([adopted(1, "2025-01-01")]);
    let earliest = date("2025-01-01");
    given::<Policies>([]).when(adopt("2024-12-31")).then_refused(Refusal::WorksBackward { earliest });
    let without_plan = Adopt { programme_from: None, ..adopt("2026-09-01") };
    let earliest = date("2026-09-02");
    given::<Policies>([]).when(without_plan).then_refused(Refusal::WorksBackward { earliest });
}

#[test]
fn a_later_policy_is_valid_from_tomorrow_at_the_earliest() {
    let first = || [adopted(1, "2025-01-01")];
    let earliest = date("2026-09-02");
    given::<Policies>(first()).when(adopt("2026-09-01")).then_refused(Refusal::WorksBackward { earliest });
    given::<Policies>(first()).when(adopt("2026-09-02")).then([adopted(2, "2026-09-02")]);
    given::<Policies>(first()).when(adopt("2025-01-01")).then_nothing();
}

#[test]
fn a_fact_falls_under_the_version_valid_on_its_date() {
    let policies = Policies::replay([adopted(1, "2025-01-01"), adopted(2, "2027-01-01")]);
    assert_eq!(policies.on(date("2024-12-31")), None);
    assert_eq!(policies.on(date("2026-12-31")).map(|(version, _)| version), Some(1));
    assert_eq!(policies.on(date("2027-01-01")).map(|(version, _)| version), Some(2));
}

// S12: € 50 is a school-staff rate and no default.
#[test]
fn the_shipped_policy_has_no_rate() {
    assert_eq!(Policy::shipped().supervisor_rate, None);
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let refused = |change: fn(&mut Policy), setting| {
        let mut adopt = adopt("2026-09-02");
        change(&mut adopt.policy);
        given::<Policies>([]).when(adopt).then_refused(Refusal::Senseless { setting });
    };
    refused(|policy| policy.group_min = 11, "groupMin");
    refused(|policy| policy.supervisor_rate = Some(Euros(0)), "supervisorRate");
    refused(|policy| policy.code_valid_seconds = 14, "codeValidSeconds");
    refused(|policy| policy.target_share = BasisPoints(10_001), "forfaitShare, targetShare, sampleShare");
}
