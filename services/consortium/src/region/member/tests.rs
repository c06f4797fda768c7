//! Claims about a member's life, by its own history and by what the region's stream said before.

use super::*;
use crate::region::consortium::{Consortium, NewPartner, school::Details};
use decider::given;
use proto_schemas::consortium::{
    consortium::PartnerKind,
    place::{Address, Coordinates},
};
use vocabulary::{CompanyId, PartnerId};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn code() -> BranchCode {
    "99AA00".parse().unwrap()
}

fn details() -> Details {
    Details {
        name: Some("Voorbeeldcollege".parse().unwrap()),
        board: Some("12345".into()),
        vmbo: Some(true),
        profiles: Some(vec!["PIE".into(), "BWI".into()]),
        address: Some(Address {
            street: "Hoofdstraat".parse().unwrap(),
            number: "1".into(),
            postcode: "1234AB".into(),
            place: "Voorbeeldstad".parse().unwrap(),
            municipality: None,
        }),
        coordinates: None,
    }
}

fn school() -> School {
    details().merged(None).unwrap()
}

fn joined(vmbo: bool) -> Event {
    let School { name, board, profiles, address, coordinates, .. } = school();
    let (brin, occurred_on) = (code().brin(), date("2026-09-01"));
    Event::SchoolJoined { school: code(), brin, name, board, vmbo, profiles, address, coordinates, occurred_on }
}

fn left() -> Event {
    Event::SchoolLeft { school: code(), occurred_on: date("2026-09-01") }
}

fn taken(who: &str) -> Event {
    Event::SeatTaken { school: code(), member: ActorId::derived(&[who]) }
}

fn vacated(who: &str) -> Event {
    Event::SeatVacated { school: code(), member: ActorId::derived(&[who]) }
}

fn founded() -> Event {
    Event::Founded { name: "STO Voorbeeld".parse().unwrap(), occurred_on: date("2026-09-01") }
}

/// Asked in a region whose own stream has this.
fn after(earlier: &[Event], id: &MemberId, command: Command) -> Asking {
    let region = Consortium::replay([founded()].into_iter().chain(earlier.iter().cloned()));
    Asking { earlier: region.earlier(id), command }
}

fn asks(earlier: &[Event], command: Command) -> Asking {
    after(earlier, &MemberId::School(code()), command)
}

fn join(details: Details) -> Command {
    Command::JoinSchool { school: code(), details, occurred_on: date("2026-09-01") }
}

fn remove() -> Command {
    Command::RemoveSchool { school: code(), occurred_on: date("2026-09-01") }
}

fn take(who: &str) -> Command {
    Command::TakeSeat { school: code(), member: ActorId::derived(&[who]) }
}

#[test]
fn nobody_joins_a_region_that_was_not_founded() {
    let asking = Asking { earlier: Consortium::default().earlier(&MemberId::School(code())), command: join(details()) };
    given::<Member>([]).when(asking).then_refused(Refusal::NotFounded);
}

#[test]
fn nobody_joins_or_leaves_tomorrow() {
    let late = Command::JoinSchool { school: code(), details: details(), occurred_on: date("2026-09-02") };
    given::<Member>([]).when(asks(&[], late)).then_refused(Refusal::InTheFuture);
}

#[test]
fn a_school_joins_once_and_its_profiles_are_sorted() {
    given::<Member>([]).when(asks(&[], join(details()))).then([joined(true)]);
    given::<Member>([joined(true)]).when(asks(&[], join(details()))).then_nothing();
}

#[test]
fn a_school_that_joined_in_the_regions_stream_does_not_join_twice() {
    given::<Member>([]).when(asks(&[joined(true)], join(details()))).then_nothing();
    let other = Details { board: Some("54321".into()), ..details() };
    let events = given::<Member>([]).when(asks(&[joined(true)], join(other.clone()))).events();
    assert!(matches!(&events[..], [Event::SchoolChanged { board, .. }] if board == "54321"), "{events:?}");
    given::<Member>(events).when(asks(&[joined(true)], join(other))).then_nothing();
}

#[test]
fn a_former_member_joins_again_whichever_stream_it_joined_in() {
    given::<Member>([joined(true), left()]).when(asks(&[], join(details()))).then([joined(true)]);
    given::<Member>([left()]).when(asks(&[joined(true)], join(details()))).then([joined(true)]);
    given::<Member>([]).when(asks(&[joined(true), left()], join(details()))).then([joined(true)]);
    given::<Member>([left(), joined(true)]).when(asks(&[joined(true)], join(details()))).then_nothing();
}

#[test]
fn a_source_that_knows_only_coordinates_changes_only_those() {
    let point = Coordinates { latitude_micro: 51_830_000, longitude_micro: 4_970_000 };
    let only = Details { coordinates: Some(point), ..Details::default() };
    for (own, earlier) in [(vec![joined(true)], vec![]), (vec![], vec![joined(true)])] {
        let events = given::<Member>(own).when(asks(&earlier, join(only.clone()))).events();
        assert!(
            matches!(&events[..], [Event::SchoolChanged { board, coordinates, .. }] if board == "12345" && *coordinates == Some(point))
        );
    }
    given::<Member>([]).when(asks(&[], join(only))).then_refused(Refusal::SchoolIncomplete { part: "name" });
}

// S9.
#[test]
fn the_lead_partner_is_the_board_of_a_vmbo_site() {
    let lead = |board: &str| Command::Lead { board: board.into() };
    given::<Member>([]).when(asks(&[], lead("12345"))).then_refused(Refusal::NotAMember);
    given::<Member>([joined(false)]).when(asks(&[], lead("12345"))).then_refused(Refusal::LeadIsNotVmbo);
    given::<Member>([joined(true)]).when(asks(&[], lead("54321"))).then_refused(Refusal::BoardChanged);
    given::<Member>([joined(true)]).when(asks(&[], lead("12345"))).then_nothing();
    given::<Member>([]).when(asks(&[joined(true)], lead("12345"))).then_nothing();
    given::<Member>([left()]).when(asks(&[joined(true)], lead("12345"))).then_refused(Refusal::NotAMember);
}

// R004.
#[test]
fn a_school_has_one_seat_in_the_working_group() {
    given::<Member>([]).when(asks(&[], take("first"))).then_refused(Refusal::NotAMember);
    given::<Member>([joined(true)]).when(asks(&[], take("first"))).then([taken("first")]);
    let with_seat = || [joined(true), taken("first")];
    given::<Member>(with_seat()).when(asks(&[], take("first"))).then_nothing();
    given::<Member>(with_seat()).when(asks(&[], take("second"))).then_refused(Refusal::SeatTaken);
    let free = with_seat().into_iter().chain([vacated("first")]);
    given::<Member>(free).when(asks(&[], take("second"))).then([taken("second")]);
}

#[test]
fn a_seat_that_was_taken_in_the_regions_stream_is_taken() {
    let earlier = [joined(true), taken("first")];
    given::<Member>([]).when(asks(&earlier, take("second"))).then_refused(Refusal::SeatTaken);
    let vacate = |who: &str| asks(&earlier, Command::VacateSeat { school: code(), member: ActorId::derived(&[who]) });
    given::<Member>([]).when(vacate("second")).then_nothing();
    given::<Member>([]).when(vacate("first")).then([vacated("first")]);
    given::<Member>([vacated("first")]).when(vacate("first")).then_nothing();
    given::<Member>([vacated("first")]).when(asks(&earlier, take("second"))).then([taken("second")]);
}

#[test]
fn a_school_that_leaves_gives_its_seat_up() {
    given::<Member>([]).when(asks(&[], remove())).then_nothing();
    given::<Member>([joined(true), taken("first")]).when(asks(&[], remove())).then([vacated("first"), left()]);
    let earlier = [joined(true), taken("first")];
    given::<Member>([]).when(asks(&earlier, remove())).then([vacated("first"), left()]);
    given::<Member>([vacated("first"), left()]).when(asks(&earlier, remove())).then_nothing();
    // Back again it has none.
    given::<Member>([vacated("first"), left(), joined(true)])
        .when(asks(&earlier, take("second")))
        .then([taken("second")]);
}

#[test]
fn only_a_member_can_promise_to_stay() {
    let stay = |earlier: &[Event]| asks(earlier, Command::Stay);
    given::<Member>([]).when(stay(&[])).then_refused(Refusal::NotAMember);
    given::<Member>([joined(false)]).when(stay(&[])).then_nothing();
    given::<Member>([]).when(stay(&[joined(false)])).then_nothing();
    given::<Member>([left()]).when(stay(&[joined(false)])).then_refused(Refusal::NotAMember);
    given::<Member>([]).when(stay(&[joined(false), left()])).then_refused(Refusal::NotAMember);
}

#[test]
fn each_partner_joins_and_leaves_once_and_may_come_back() {
    let name: vocabulary::Label = "Gemeente".parse().unwrap();
    let partners = [
        NewPartner::PrimarySchool { school: code(), name: name.clone(), board: "12345".into() },
        NewPartner::Mbo { institution: code().brin(), name: name.clone() },
        NewPartner::Company { company: CompanyId::derived(&["a"]) },
        NewPartner::Other { partner: PartnerId::derived(&["a"]), kind: PartnerKind::Government, name },
    ];
    for partner in partners {
        let (id, on) = (MemberId::Partner(partner.key()), date("2026-09-01"));
        let joined = partner.joined(on);
        let left = Event::PartnerLeft { partner: partner.key(), occurred_on: on };
        let join = |earlier: &[Event]| after(earlier, &id, Command::Join { partner: partner.clone(), occurred_on: on });
        let leave = |earlier: &[Event]| after(earlier, &id, Command::Leave { partner: partner.key(), occurred_on: on });
        given::<Member>([]).when(join(&[])).then([joined.clone()]);
        given::<Member>([]).when(leave(&[])).then_nothing();
        given::<Member>([joined.clone()]).when(join(&[])).then_nothing();
        given::<Member>([joined.clone()]).when(leave(&[])).then([left.clone()]);
        given::<Member>([joined.clone(), left.clone()]).when(leave(&[])).then_nothing();
        given::<Member>([joined.clone(), left.clone()]).when(join(&[])).then([joined.clone()]);
        // The same for who joined in the region's stream.
        let earlier = [joined.clone()];
        given::<Member>([]).when(join(&earlier)).then_nothing();
        given::<Member>([]).when(leave(&earlier)).then([left.clone()]);
        given::<Member>([left.clone()]).when(leave(&earlier)).then_nothing();
        given::<Member>([left.clone()]).when(join(&earlier)).then([joined.clone()]);
        given::<Member>([]).when(join(&[joined.clone(), left])).then([joined]);
    }
}

#[test]
fn a_member_is_read_as_it_is_written_and_is_never_a_region() {
    let all = [
        MemberId::School(code()),
        MemberId::Partner(Partner::PrimarySchool(code())),
        MemberId::Partner(Partner::Mbo(code().brin())),
        MemberId::Partner(Partner::Company(CompanyId::derived(&["a"]))),
        MemberId::Partner(Partner::Other(PartnerId::derived(&["a"]))),
    ];
    for id in all {
        assert_eq!(id.to_string().parse(), Ok(id.clone()));
        assert!(id.to_string().parse::<vocabulary::RegionId>().is_err(), "{id}");
    }
    for bad in ["", "school", "school:", "mbo:99AA00", "company:x", "voorbeeld"] {
        assert!(bad.parse::<MemberId>().is_err(), "{bad}");
    }
}
