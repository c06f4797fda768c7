//! Claims about a region's life.

use super::{
    commands::{Command, NewPartner, Refusal},
    plan::{Plan, default_themes},
    school::Details,
    *,
};
use decider::given;
use proto_schemas::consortium::{
    consortium::{Activity, BudgetLine, PlannedResult},
    place::{Address, Coordinates},
};
use vocabulary::{CompanyId, PartnerId};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn founded() -> Event {
    Event::Founded { name: "STO Voorbeeld".parse().unwrap(), occurred_on: date("2026-09-01") }
}

fn address() -> Address {
    Address {
        street: "Hoofdstraat".parse().unwrap(),
        number: "1".into(),
        postcode: "1234AB".into(),
        place: "Voorbeeldstad".parse().unwrap(),
        municipality: None,
    }
}

fn details() -> Details {
    Details {
        name: Some("Voorbeeldcollege".parse().unwrap()),
        board: Some("12345".into()),
        vmbo: Some(true),
        profiles: Some(vec!["PIE".into(), "BWI".into()]),
        address: Some(address()),
        coordinates: None,
    }
}

fn joined(code: &str, vmbo: bool) -> Event {
    let school: BranchCode = code.parse().unwrap();
    Event::SchoolJoined {
        brin: school.brin(),
        school,
        name: "Voorbeeldcollege".parse().unwrap(),
        board: "12345".into(),
        vmbo,
        profiles: vec!["BWI".into(), "PIE".into()],
        address: address(),
        coordinates: None,
        occurred_on: date("2026-09-01"),
    }
}

fn join(code: &str, details: Details) -> Command {
    Command::JoinSchool { school: code.parse().unwrap(), details, occurred_on: date("2026-09-01") }
}

fn led() -> Event {
    Event::LeadPartnerNamed {
        school: "99AA00".parse().unwrap(),
        board: "12345".into(),
        occurred_on: date("2026-09-01"),
    }
}

fn mbo() -> Event {
    Event::MboJoined {
        institution: "99CC".parse().unwrap(),
        name: "Mbo".parse().unwrap(),
        occurred_on: date("2026-09-01"),
    }
}

fn company() -> Event {
    Event::CompanyJoined { company: CompanyId::derived(&["a"]), occurred_on: date("2026-09-01") }
}

fn primary() -> Event {
    Event::PrimarySchoolJoined {
        school: "99BB00".parse().unwrap(),
        name: "Basisschool".parse().unwrap(),
        board: "54321".into(),
        occurred_on: date("2026-09-01"),
    }
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
    Command::AdoptPlan { plan, occurred_on: date("2026-09-01") }
}

fn complete() -> Vec<Event> {
    vec![founded(), joined("99AA00", true), joined("99AA01", true), led(), mbo(), company(), primary()]
}

fn planned() -> Vec<Event> {
    let mut history = complete();
    history.push(plan().adopted(1, date("2026-09-01")));
    history
}

#[test]
fn nothing_happens_in_a_region_that_was_not_founded() {
    given::<Consortium>([]).when(join("99AA00", details())).then_refused(Refusal::NotFounded);
}

#[test]
fn founding_twice_is_harmless_under_the_same_name_only() {
    let found = |name: &str| Command::Found { name: name.parse().unwrap(), occurred_on: date("2026-09-01") };
    given::<Consortium>([]).when(found("STO Voorbeeld")).then([founded()]);
    given::<Consortium>([founded()]).when(found("STO Voorbeeld")).then_nothing();
    given::<Consortium>([founded()]).when(found("STO Anders")).then_refused(Refusal::AlreadyFounded);
}

#[test]
fn nothing_is_dated_after_the_moment_it_is_told() {
    let found = |day: &str| Command::Found { name: "STO".parse().unwrap(), occurred_on: date(day) };
    given::<Consortium>([]).when(found("2026-09-02")).then_refused(Refusal::InTheFuture);
}

#[test]
fn a_school_joins_once_and_its_profiles_are_sorted() {
    given::<Consortium>([founded()]).when(join("99AA00", details())).then([joined("99AA00", true)]);
    given::<Consortium>([founded(), joined("99AA00", true)]).when(join("99AA00", details())).then_nothing();
}

#[test]
fn a_source_that_knows_only_coordinates_changes_only_those() {
    let point = Coordinates { latitude_micro: 51_830_000, longitude_micro: 4_970_000 };
    let only = Details { coordinates: Some(point), ..Details::default() };
    let events = given::<Consortium>([founded(), joined("99AA00", true)]).when(join("99AA00", only.clone())).events();
    assert!(
        matches!(&events[..], [Event::SchoolChanged { board, coordinates, .. }] if board == "12345" && *coordinates == Some(point))
    );
    given::<Consortium>([founded()])
        .when(join("99AA00", only))
        .then_refused(Refusal::SchoolIncomplete { part: "name" });
}

// S9.
#[test]
fn the_lead_partner_is_the_board_of_a_vmbo_site() {
    let name = || Command::NameLeadPartner { school: "99AA00".parse().unwrap(), occurred_on: date("2026-09-01") };
    given::<Consortium>([founded()]).when(name()).then_refused(Refusal::NotAMember);
    given::<Consortium>([founded(), joined("99AA00", false)]).when(name()).then_refused(Refusal::LeadIsNotVmbo);
    given::<Consortium>([founded(), joined("99AA00", true)]).when(name()).then([led()]);
    given::<Consortium>([founded(), joined("99AA00", true), led()]).when(name()).then_nothing();
}

#[test]
fn the_lead_school_does_not_leave() {
    let leave = Command::RemoveSchool { school: "99AA00".parse().unwrap(), occurred_on: date("2026-09-01") };
    given::<Consortium>(complete()).when(leave).then_refused(Refusal::LeadsTheRegion);
}

// R004.
#[test]
fn a_school_has_one_seat_in_the_working_group() {
    let take = |who: &str| Command::TakeSeat { school: "99AA01".parse().unwrap(), member: ActorId::derived(&[who]) };
    let taken = |who: &str| Event::SeatTaken { school: "99AA01".parse().unwrap(), member: ActorId::derived(&[who]) };
    let with_seat = || [complete(), vec![taken("first")]].concat();
    given::<Consortium>(complete()).when(take("first")).then([taken("first")]);
    given::<Consortium>(with_seat()).when(take("first")).then_nothing();
    given::<Consortium>(with_seat()).when(take("second")).then_refused(Refusal::SeatTaken);
    let vacated = Event::SeatVacated { school: "99AA01".parse().unwrap(), member: ActorId::derived(&["first"]) };
    given::<Consortium>([with_seat(), vec![vacated]].concat()).when(take("second")).then([taken("second")]);
}

#[test]
fn a_school_that_leaves_gives_its_seat_up() {
    let (school, member): (BranchCode, _) = ("99AA01".parse().unwrap(), ActorId::derived(&["first"]));
    let taken = Event::SeatTaken { school: school.clone(), member };
    given::<Consortium>([complete(), vec![taken]].concat())
        .when(Command::RemoveSchool { school: school.clone(), occurred_on: date("2026-09-01") })
        .then([
            Event::SeatVacated { school: school.clone(), member },
            Event::SchoolLeft { school, occurred_on: date("2026-09-01") },
        ]);
}

// S1, S5.
#[test]
fn a_plan_waits_for_everyone_it_needs() {
    let refused =
        |history: Vec<Event>, why: Refusal| given::<Consortium>(history).when(adopt(plan())).then_refused(why);
    let without = |index: usize| {
        let mut history = complete();
        history.remove(index);
        history
    };
    refused(without(2), Refusal::TooFewVmboSchools { has: 1 });
    refused(without(3), Refusal::NoLeadPartner);
    refused(without(4), Refusal::NoMbo);
    refused(without(5), Refusal::NoCompany);
    refused(without(6), Refusal::NoPrimarySchool);
    given::<Consortium>(complete()).when(adopt(plan())).then([plan().adopted(1, date("2026-09-01"))]);
}

// S5: the earlier regulation did not ask for primary schools.
#[test]
fn a_programme_before_2025_needs_no_primary_school() {
    let early = Plan { programme_from: date("2024-12-31"), ..plan() };
    let mut history = complete();
    history.pop();
    given::<Consortium>(history).when(adopt(early.clone())).then([early.adopted(1, date("2026-09-01"))]);
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

#[test]
fn a_partner_joins_and_leaves_once() {
    let id = PartnerId::derived(&["a"]);
    let name: vocabulary::Label = "Gemeente".parse().unwrap();
    let kind = proto_schemas::consortium::consortium::PartnerKind::Government;
    let on = date("2026-09-01");
    let add =
        Command::AddPartner { partner: NewPartner::Other { partner: id, kind, name: name.clone() }, occurred_on: on };
    let joined = Event::OtherPartnerJoined { partner: id, kind, name, occurred_on: on };
    given::<Consortium>([founded()]).when(add.clone()).then([joined.clone()]);
    given::<Consortium>([founded(), joined.clone()]).when(add).then_nothing();
    let remove = || Command::RemovePartner { partner: Partner::Other(id), occurred_on: on };
    let left = Event::PartnerLeft { partner: Partner::Other(id), occurred_on: on };
    given::<Consortium>([founded(), joined.clone()]).when(remove()).then([left.clone()]);
    given::<Consortium>([founded(), joined, left]).when(remove()).then_nothing();
}
