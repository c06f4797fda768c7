//! Claims about a region's life.

use super::plan::{Plan, default_themes};
use super::*;
use decider::given;
use proto_schemas::consortium::consortium::{Activity, BudgetLine, PlannedResult};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn founded() -> Event {
    Event::Founded { name: "STO Voorbeeld".parse().unwrap(), occurred_on: date("2026-09-01") }
}

fn led() -> Event {
    Event::LeadPartnerNamed {
        school: "99AA00".parse().unwrap(),
        board: "12345".into(),
        occurred_on: date("2026-09-01"),
    }
}

fn everyone() -> Partners {
    Partners { vmbo_schools: 2, mbo: true, company: true, primary_school: true }
}

fn plan() -> Plan {
    let line = |price, quantity, subsidisable| BudgetLine {
        name: "Begeleiding".parse().unwrap(),
        price: Euros::whole(price),
        quantity,
        unit: "uur".parse().unwrap(),
        subsidisable,
    };
    Plan {
        programme_from: date("2025-01-01"),
        programme_until: date("2028-12-31"),
        themes: default_themes(),
        activities: vec![Activity {
            code: "hotspots".into(),
            theme: "education-and-innovation".into(),
            name: "Hotspots".parse().unwrap(),
            budget: vec![line(50, 400, true), line(20, 10, false)],
            results: vec![PlannedResult {
                name: "Hotspots".parse().unwrap(),
                number: 7,
                unit: "hotspot".parse().unwrap(),
                by: date("2028-12-31"),
            }],
        }],
    }
}

fn adopt(plan: Plan) -> Command {
    Command::AdoptPlan { plan, partners: everyone(), occurred_on: date("2026-09-01") }
}

fn complete() -> Vec<Event> {
    vec![founded(), led()]
}

fn planned() -> Vec<Event> {
    let mut history = complete();
    history.push(plan().adopted(1, date("2026-09-01")));
    history
}

#[test]
fn nothing_happens_in_a_region_that_was_not_founded() {
    given::<Consortium>([]).when(adopt(plan())).then_refused(Refusal::NotFounded);
}

#[test]
fn founding_twice_is_harmless_under_the_same_name_only() {
    let found = |name: &str| Command::Found { name: name.parse().unwrap(), occurred_on: date("2026-09-01") };
    given::<Consortium>([]).when(found("STO Voorbeeld")).then([founded()]);
    given::<Consortium>([founded()]).when(found("STO Voorbeeld")).then_nothing();
    given::<Consortium>([founded()]).when(found("STO Anders")).then_refused(Refusal::AlreadyFounded);
}

#[test]
fn no_event_is_dated_in_the_future() {
    let found = |day: &str| Command::Found { name: "STO".parse().unwrap(), occurred_on: date(day) };
    given::<Consortium>([]).when(found("2026-09-02")).then_refused(Refusal::InTheFuture);
}

// S9. That it is the board of a vmbo site which takes part, that site says.
#[test]
fn a_lead_partner_is_named_once_for_each_site_and_board() {
    let name = |board: &str| Command::NameLeadPartner {
        school: "99AA00".parse().unwrap(),
        board: board.into(),
        occurred_on: date("2026-09-01"),
    };
    given::<Consortium>([]).when(name("12345")).then_refused(Refusal::NotFounded);
    given::<Consortium>([founded()]).when(name("12345")).then([led()]);
    given::<Consortium>([founded(), led()]).when(name("12345")).then_nothing();
    assert_eq!(given::<Consortium>([founded(), led()]).when(name("54321")).events().len(), 1);
}

#[test]
fn only_the_lead_school_is_not_let_go() {
    let go = |school: &str| Command::LetGo { school: school.parse().unwrap() };
    given::<Consortium>(complete()).when(go("99AA00")).then_refused(Refusal::LeadsTheRegion);
    given::<Consortium>(complete()).when(go("99AA01")).then_nothing();
}

// S1, S5.
#[test]
fn a_plan_waits_for_everyone_it_needs() {
    let refused = |history: Vec<Event>, partners, why: Refusal| {
        let adopt = Command::AdoptPlan { plan: plan(), partners, occurred_on: date("2026-09-01") };
        given::<Consortium>(history).when(adopt).then_refused(why);
    };
    let one = Partners { vmbo_schools: 1, ..everyone() };
    refused(complete(), one, Refusal::TooFewVmboSchools { has: 1 });
    refused(complete(), Partners { mbo: false, ..everyone() }, Refusal::NoMbo);
    refused(complete(), Partners { company: false, ..everyone() }, Refusal::NoCompany);
    refused(complete(), Partners { primary_school: false, ..everyone() }, Refusal::NoPrimarySchool);
    refused(vec![founded()], everyone(), Refusal::NoLeadPartner);
    given::<Consortium>(complete()).when(adopt(plan())).then([plan().adopted(1, date("2026-09-01"))]);
}

// S5: the earlier regulation did not ask for primary schools.
#[test]
fn a_programme_before_2025_needs_no_primary_school() {
    let early = Plan { programme_from: date("2024-12-31"), ..plan() };
    let partners = Partners { primary_school: false, ..everyone() };
    let adopt = Command::AdoptPlan { plan: early.clone(), partners, occurred_on: date("2026-09-01") };
    given::<Consortium>(complete()).when(adopt).then([early.adopted(1, date("2026-09-01"))]);
}

// S11.
#[test]
fn a_budget_is_price_times_quantity() {
    assert_eq!(plan().budget(), Euros::whole(20_200));
    assert_eq!(plan().subsidisable(), Euros::whole(20_000));
}

#[test]
fn a_plan_that_contradicts_itself_is_refused() {
    let refused = |change: fn(&mut Plan), why: Refusal| {
        let mut plan = plan();
        change(&mut plan);
        given::<Consortium>(complete()).when(adopt(plan)).then_refused(why);
    };
    let activity = || "hotspots".to_owned();
    refused(|plan| plan.programme_until = date("2024-12-31"), Refusal::EndsBeforeItBegins);
    refused(|plan| plan.activities[0].theme = "other".into(), Refusal::NoSuchTheme { activity: activity() });
    refused(|plan| plan.activities.push(plan.activities[0].clone()), Refusal::CodeTwice { code: activity() });
    let outside = Refusal::ResultOutsideTheProgramme { activity: activity() };
    refused(|plan| plan.activities[0].results[0].by = date("2029-01-01"), outside);
    let out_of_range = || Refusal::AmountOutOfRange { activity: activity() };
    refused(|plan| plan.activities[0].budget[0].price = Euros(-1), out_of_range());
    refused(|plan| plan.activities[0].budget[0].price = Euros(i64::MAX), out_of_range());
}

#[test]
fn a_later_plan_replaces_the_first_and_the_same_plan_is_no_news() {
    given::<Consortium>(planned()).when(adopt(plan())).then_nothing();
    let longer = Plan { programme_until: date("2029-03-30"), ..plan() };
    given::<Consortium>(planned()).when(adopt(longer.clone())).then([longer.adopted(2, date("2026-09-01"))]);
}

// S4: 10 % of the subsidisable part, over the programme.
#[test]
fn the_target_is_a_share_of_the_subsidisable_budget() {
    let set = |from: Option<&str>, until: Option<&str>| Command::SetTarget {
        share: BasisPoints(1000),
        from: from.map(date),
        until: until.map(date),
    };
    given::<Consortium>(complete()).when(set(None, None)).then_refused(Refusal::NoPlan);
    let target = Event::TargetSet {
        amount: Euros::whole(2_000),
        share: BasisPoints(1000),
        of: Euros::whole(20_000),
        from: date("2025-01-01"),
        until: date("2028-12-31"),
    };
    given::<Consortium>(planned()).when(set(None, None)).then([target.clone()]);
    given::<Consortium>([planned(), vec![target]].concat()).when(set(None, None)).then_nothing();
    given::<Consortium>(planned()).when(set(Some("2024-12-31"), None)).then_refused(Refusal::OutsideTheProgramme);
    given::<Consortium>(planned())
        .when(set(Some("2026-02-01"), Some("2026-01-31")))
        .then_refused(Refusal::EndsBeforeItBegins);
}

// S2.
#[test]
fn a_programme_until_2024_has_a_target_of_7_5_per_cent() {
    let early = Plan {
        programme_from: date("2020-01-01"),
        programme_until: date("2024-08-31"),
        activities: vec![Activity { results: vec![], ..plan().activities.remove(0) }],
        ..plan()
    };
    let history = [complete(), vec![early.adopted(1, date("2026-09-01"))]].concat();
    given::<Consortium>(history).when(Command::SetTarget { share: BasisPoints(750), from: None, until: None }).then([
        Event::TargetSet {
            amount: Euros::whole(1_500),
            share: BasisPoints(750),
            of: Euros::whole(20_000),
            from: date("2020-01-01"),
            until: date("2024-08-31"),
        },
    ]);
}

#[test]
fn periods_do_not_overlap_and_close_when_they_are_over() {
    let open = |period: &str, from: &str, until: &str| Command::OpenPeriod {
        period: period.into(),
        from: date(from),
        until: date(until),
    };
    let opened = || Event::PeriodOpened { period: "2026".into(), from: date("2026-01-01"), until: date("2026-12-31") };
    let with_period = || [complete(), vec![opened()]].concat();
    given::<Consortium>(complete()).when(open("2026", "2026-01-01", "2026-12-31")).then([opened()]);
    given::<Consortium>(with_period()).when(open("2026", "2026-01-01", "2026-12-31")).then_nothing();
    given::<Consortium>(with_period())
        .when(open("2026", "2026-01-01", "2026-12-30"))
        .then_refused(Refusal::PeriodTaken);
    given::<Consortium>(with_period())
        .when(open("next", "2026-12-31", "2027-12-31"))
        .then_refused(Refusal::PeriodsOverlap);
    let close = |on: &str| Command::ClosePeriod { period: "2026".into(), occurred_on: date(on) };
    let over = "2027-01-05T10:00:00Z";
    given::<Consortium>(with_period())
        .at(over)
        .when(close("2026-12-30"))
        .then_refused(Refusal::PeriodNotOver { until: date("2026-12-31") });
    let closed = Event::PeriodClosed { period: "2026".into(), occurred_on: date("2026-12-31") };
    given::<Consortium>(with_period()).at(over).when(close("2026-12-31")).then([closed]);
    given::<Consortium>(complete()).at(over).when(close("2026-12-31")).then_refused(Refusal::NoSuchPeriod);
}
