//! What a hotspot contract does and refuses.

use super::*;
use decider::given;
use proto_schemas::agreements::contract::TheoryAt;
use vocabulary::{Actor, Clause, CompanyId, HotspotId};

fn company() -> CompanyId {
    CompanyId::derived(&["cooling"])
}

fn school(code: &str) -> Organisation {
    Organisation::School(code.parse().unwrap())
}

fn clause(text: &str) -> Clause {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn subject() -> Subject {
    Subject {
        contract: ContractId::derived(&["contract"]),
        hotspot: HotspotId::derived(&["refrigeration"]),
        hotspot_name: "Koudetechniek".parse().unwrap(),
        company: company(),
        company_name: "Voorbeeld Koeling".parse().unwrap(),
        kvk: "90001354".parse().ok(),
    }
}

fn terms() -> Terms {
    Terms {
        theory: clause("How a cooling circuit works."),
        practice: clause("Fill and measure a circuit."),
        theory_at: TheoryAt::School,
        equipment: vec!["Training rig".parse().unwrap()],
        safety: clause("Shoes and goggles."),
        insurance: clause("The school insures its pupils."),
        liability: clause("Each answers for its own people."),
        photos: clause("No photo without consent."),
        contribution: clause("One supervisor a session."),
        from: day("2026-09-01"),
        until: Some(day("2027-07-31")),
    }
}

fn drawn_up(terms: Terms) -> Event {
    draw_up(&DrawUp { subject: subject(), terms }).unwrap().remove(0)
}

fn hash() -> DocumentHash {
    document::newest(&subject(), 1, &terms()).hash().into()
}

fn actor(role: Role, organisation: Organisation) -> Actor {
    Actor { id: ActorId::derived(&[role.as_str(), &organisation.to_string()]), role, organisation: Some(organisation) }
}

fn signatory(of: CompanyId) -> Actor {
    actor(Role::CompanySignatory, Organisation::Company(of))
}

fn member(code: &str) -> Actor {
    actor(Role::WorkingGroupMember, school(code))
}

fn signed(party: Organisation, by: Actor) -> Event {
    Event::Signed { party, by: by.id, document_hash: hash(), signed_on: day("2026-09-01") }
}

fn by_company() -> Event {
    signed(Organisation::Company(company()), signatory(company()))
}

fn concluded(schools: &[&str]) -> Event {
    let schools = schools.iter().map(|code| code.parse().unwrap()).collect();
    Event::Concluded { hotspot: subject().hotspot, company: company(), schools, document_hash: hash() }
}

fn sign(party: Organisation) -> Sign {
    Sign { party, document_hash: hash() }
}

#[test]
fn it_is_concluded_by_the_company_and_one_school() {
    given::<Contract>([drawn_up(terms()), by_company()])
        .by(member("02LB00"))
        .when(sign(school("02LB00")))
        .then([signed(school("02LB00"), member("02LB00")), concluded(&["02LB00"])]);
}

#[test]
fn it_is_concluded_by_the_company_last_with_every_school_that_signed() {
    let schools = ["02LB00", "03XF00"].map(|code| signed(school(code), member(code)));
    given::<Contract>([drawn_up(terms())].into_iter().chain(schools))
        .by(signatory(company()))
        .when(sign(Organisation::Company(company())))
        .then([by_company(), concluded(&["02LB00", "03XF00"])]);
}

#[test]
fn two_schools_without_the_company_conclude_nothing() {
    given::<Contract>([drawn_up(terms()), signed(school("02LB00"), member("02LB00"))])
        .by(member("03XF00"))
        .when(sign(school("03XF00")))
        .then([signed(school("03XF00"), member("03XF00"))]);
}

#[test]
fn a_later_school_joins() {
    let joined =
        Event::SchoolJoined { hotspot: subject().hotspot, school: "03XF00".parse().unwrap(), document_hash: hash() };
    given::<Contract>([
        drawn_up(terms()),
        by_company(),
        signed(school("02LB00"), member("02LB00")),
        concluded(&["02LB00"]),
    ])
    .by(member("03XF00"))
    .when(sign(school("03XF00")))
    .then([signed(school("03XF00"), member("03XF00")), joined]);
}

#[test]
fn signing_twice_is_one_signature() {
    given::<Contract>([drawn_up(terms()), by_company()])
        .by(signatory(company()))
        .when(sign(Organisation::Company(company())))
        .then_nothing();
}

#[test]
fn a_signature_over_another_hash_is_refused() {
    let one_digit_off = {
        let right = hash().to_string();
        let first = if right.starts_with('0') { "1" } else { "0" };
        format!("{first}{}", &right[1..]).parse().unwrap()
    };
    given::<Contract>([drawn_up(terms())])
        .by(signatory(company()))
        .when(Sign { party: Organisation::Company(company()), document_hash: one_digit_off })
        .then_refused(Refusal::OtherDocument);
}

#[test]
fn one_changed_byte_of_the_terms_changes_the_hash() {
    let other = Terms { safety: clause("Shoes and goggles!"), ..terms() };
    assert_ne!(DocumentHash::from(document::newest(&subject(), 1, &other).hash()), hash());
}

#[test]
fn another_company_is_no_party() {
    let foreign = CompanyId::derived(&["other"]);
    given::<Contract>([drawn_up(terms())])
        .by(signatory(foreign))
        .when(sign(Organisation::Company(foreign)))
        .then_refused(Refusal::NotAParty);
    given::<Contract>([drawn_up(terms())])
        .by(signatory(foreign))
        .when(sign(Organisation::Company(company())))
        .then_refused(Refusal::NotItsSignatory);
}

#[test]
fn a_supervisor_and_a_member_of_another_school_do_not_sign() {
    given::<Contract>([drawn_up(terms())])
        .by(actor(Role::CompanySupervisor, Organisation::Company(company())))
        .when(sign(Organisation::Company(company())))
        .then_refused(Refusal::NotItsSignatory);
    given::<Contract>([drawn_up(terms())])
        .by(member("03XF00"))
        .when(sign(school("02LB00")))
        .then_refused(Refusal::NotOfTheSchool);
}

#[test]
fn an_amendment_voids_signatures_and_must_be_signed_again() {
    let amended = Terms { theory_at: TheoryAt::Both, ..terms() };
    let new_hash: DocumentHash = document::newest(&subject(), 2, &amended).hash().into();
    let history = [drawn_up(terms()), by_company(), signed(school("02LB00"), member("02LB00")), concluded(&["02LB00"])];
    let amendment = Event::Amended {
        edition: 2,
        terms: amended.clone(),
        wording: 1,
        document_hash: new_hash.clone(),
        voided: vec![Organisation::Company(company()), school("02LB00")],
    };
    given::<Contract>(history.clone()).when(Command::Amend(Box::new(amended))).then([amendment.clone()]);

    let history: Vec<_> = history.into_iter().chain([amendment]).collect();
    given::<Contract>(history.clone())
        .by(signatory(company()))
        .when(sign(Organisation::Company(company())))
        .then_refused(Refusal::OtherDocument);
    given::<Contract>(history)
        .by(signatory(company()))
        .when(Sign { party: Organisation::Company(company()), document_hash: new_hash.clone() })
        .then([Event::Signed {
            party: Organisation::Company(company()),
            by: signatory(company()).id,
            document_hash: new_hash,
            signed_on: day("2026-09-01"),
        }]);
}

#[test]
fn amending_to_the_same_terms_is_nothing() {
    given::<Contract>([drawn_up(terms())]).when(Command::Amend(Box::new(terms()))).then_nothing();
}

#[test]
fn it_can_be_signed_on_its_last_day_and_no_later() {
    let until = |date| drawn_up(Terms { until: Some(day(date)), from: day("2026-01-01"), ..terms() });
    let history = |date| {
        let Event::DrawnUp { document_hash, .. } = until(date) else { unreachable!() };
        (given::<Contract>([until(date)]).by(member("02LB00")), Sign { party: school("02LB00"), document_hash })
    };
    let (last_day, sign) = history("2026-09-01");
    assert_eq!(last_day.when(sign).events().len(), 1);
    let (day_after, sign) = history("2026-08-31");
    day_after.when(sign).then_refused(Refusal::Over { ended: day("2026-08-31") });
}

#[test]
fn the_last_day_is_not_before_the_first() {
    let ends = |date| Terms { until: Some(day(date)), ..terms() };
    let draft = |terms| DrawUp { subject: subject(), terms };
    assert_eq!(given::<Contract>([]).when(draft(ends("2026-09-01"))).events().len(), 1);
    given::<Contract>([]).when(draft(ends("2026-08-31"))).then_refused(Refusal::EndsBeforeStart);
}

#[test]
fn the_first_wording_never_changes() {
    // Signatures rest on it: a changed text must be a new wording beside this one.
    assert_eq!(hash().as_str(), "1638e4dd7c68149a0e4210c89cf3f616e58373c3504b864e9e15273bd56f5e4b");
}
