//! Members have histories of their own: what is asked of one is asked of its own, at the moment that counts.

use crate::world::{ISSUER, World, founded, path, plan, service, with_schools};
use event_log::Recorded;
use proto_schemas::consortium::consortium::{Event, Partner};
use serde_json::json;
use std::collections::BTreeMap;
use vocabulary::{ActorId, BranchCode, CompanyId, Role};

const STAFF: &str = "nl.sterktechniekonderwijs.consortium.staff-registered.v1";

/// Who is on the staff list of a test.
fn staff() -> serde_json::Value {
    json!({ "givenName": "Fien", "familyName": "Verzonnen" })
}

async fn history(world: &World, stream: &str) -> Vec<Recorded> {
    world.hub.events("consortium").await.into_iter().filter(|event| event.stream == stream).collect()
}

fn short(events: &[Recorded]) -> Vec<&str> {
    events.iter().map(|event| event.event_type.rsplit('.').nth(1).unwrap()).collect()
}

/// Asks all of it at the same time.
async fn together<T: Send + 'static>(
    asked: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = asked.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// A region as it was written before members had histories: all of it in one stream.
async fn region_of_before() -> World {
    let hub = testkit::hub(service()).await;
    let leader = hub.holding(Role::ProgrammeLeader).await;
    let on = "2026-08-01".parse().unwrap();
    let school = |code: &str| -> Event {
        serde_json::from_value(json!({
            "type": "nl.sterktechniekonderwijs.consortium.school-joined.v1",
            "data": {
                "school": code, "name": "School", "board": "41100", "brin": code[..4], "vmbo": true, "profiles": ["PIE"],
                "address": { "street": "Straat", "number": "1", "postcode": "4206AK", "place": "Gorinchem" },
                "occurredOn": "2026-08-01",
            },
        }))
        .unwrap()
    };
    let lead: BranchCode = "01OE04".parse().unwrap();
    let earlier = [
        Event::Founded { name: "STO Voorbeeld".parse().unwrap(), occurred_on: on },
        school("01OE04"),
        Event::LeadPartnerNamed { school: lead, board: "41100".into(), occurred_on: on },
        school("24TP02"),
        Event::SeatTaken { school: "24TP02".parse().unwrap(), member: ActorId::derived(&["member"]) },
        school("00YH05"),
        Event::SchoolLeft { school: "00YH05".parse().unwrap(), occurred_on: on },
        Event::MboJoined { institution: "25LX".parse().unwrap(), name: "Mbo".parse().unwrap(), occurred_on: on },
        Event::CompanyJoined { company: CompanyId::derived(&["a"]), occurred_on: on },
    ];
    for event in earlier {
        hub.happened("consortium", &hub.region, "consortium/voorbeeld", &event).await;
    }
    hub.settle().await;
    World { hub, leader }
}

#[tokio::test]
async fn each_member_has_a_stream_of_its_own_and_the_regions_stays_short() {
    let world = with_schools().await;
    let leader = &world.leader;
    leader.put(&path("/partners/mbo/25LX"), &json!({ "name": "Mbo" })).await.expect(200);
    let company = world.company().await;
    leader.put(&path(&format!("/partners/companies/{company}")), &json!({})).await.expect(200);
    leader.put(&path("/partners/primary-schools/99AA00"), &json!({ "name": "Po", "board": "1" })).await.expect(200);
    let seat =
        json!({ "to": { "issuer": ISSUER, "subject": "first" }, "role": "working-group-member", "school": "24TP02" });
    leader.post(&path("/grants"), &seat).await.expect(201);
    for number in 0..20 {
        let other = json!({ "kind": "association", "name": format!("Vereniging {number}") });
        let id = vocabulary::PartnerId::fresh();
        leader.put(&path(&format!("/partners/others/{id}")), &other).await.expect(200);
        leader.delete(&path(&format!("/partners/others/{id}/membership"))).await.expect(200);
    }
    leader.post(&path("/schools/24TP02/staff"), &staff()).await.expect(201);

    let own = history(&world, "consortium/voorbeeld").await;
    assert_eq!(short(&own), ["consortium-founded", "lead-partner-named"]);
    assert_eq!(short(&history(&world, "consortium/school:24TP02").await), ["school-joined", "seat-taken"]);
    assert_eq!(short(&history(&world, "consortium/mbo:25LX").await), ["mbo-joined"]);
    let mut lengths = BTreeMap::new();
    for event in world.hub.events("consortium").await {
        *lengths.entry(event.stream).or_insert(0) += 1;
    }
    assert!(lengths.values().all(|length| *length <= 2), "{lengths:?}");
}

#[tokio::test]
async fn a_member_of_the_regions_stream_is_found_and_joins_once() {
    let world = region_of_before().await;
    let (leader, before) = (&world.leader, world.events().await);
    leader.put(&path("/partners/mbo/25LX"), &json!({ "name": "Mbo" })).await.expect(200);
    assert_eq!(leader.delete(&path("/schools/01OE04")).await.expect(409).problem(), "consortium-leads-the-region");
    let seat =
        json!({ "to": { "issuer": ISSUER, "subject": "x" }, "role": "working-group-member", "school": "24TP02" });
    assert_eq!(leader.post(&path("/grants"), &seat).await.expect(409).problem(), "consortium-seat-taken");
    leader.post(&path("/schools/00YH05/staff"), &staff()).await.expect(404);
    assert_eq!(world.events().await, before, "nothing is new");

    leader.post(&path("/schools/24TP02/staff"), &staff()).await.expect(201);
    leader.delete(&path("/schools/24TP02")).await.expect(200);
    assert_eq!(short(&history(&world, "consortium/school:24TP02").await), ["seat-vacated", "school-left"]);
    leader.post(&path("/schools/24TP02/staff"), &staff()).await.expect(404);
    leader.delete(&path("/partners/mbo/25LX/membership")).await.expect(200);
    leader.put(&path("/partners/mbo/25LX"), &json!({ "name": "Mbo" })).await.expect(200);
    leader.put(&path("/partners/mbo/25LX"), &json!({ "name": "Mbo" })).await.expect(200);
    assert_eq!(short(&history(&world, "consortium/mbo:25LX").await), ["partner-left", "mbo-joined"]);
    assert_eq!(history(&world, "consortium/voorbeeld").await.len(), 9, "nothing was added to what stood there");

    world.hub.settle().await;
    let known = &world.hub.hub.known;
    let takes_part = async |code: &str| {
        known.school(&world.hub.region, &code.parse().unwrap()).await.unwrap().map(|school| school.takes_part)
    };
    assert_eq!((takes_part("01OE04").await, takes_part("24TP02").await), (Some(true), Some(false)));
}

#[tokio::test]
async fn a_plan_counts_members_of_both_kinds_of_history_as_they_are_now() {
    let world = region_of_before().await;
    let (leader, adopt) = (&world.leader, path("/plan"));
    assert_eq!(leader.put(&adopt, &plan()).await.expect(409).problem(), "consortium-no-primary-school");
    leader.put(&path("/partners/primary-schools/99AA00"), &json!({ "name": "Po", "board": "1" })).await.expect(200);
    leader.delete(&path("/schools/24TP02")).await.expect(200);
    let refused = leader.put(&adopt, &plan()).await.expect(409);
    assert_eq!(refused.problem(), "consortium-too-few-vmbo-schools");
    assert!(refused.text().contains("has 1"), "{}", refused.text());
    world.schools(crate::world::BRANCHES, "24TP02").await.expect(201);
    leader.delete(&path("/partners/mbo/25LX/membership")).await.expect(200);
    assert_eq!(leader.put(&adopt, &plan()).await.expect(409).problem(), "consortium-no-mbo");
    leader.put(&path("/partners/mbo/25LY"), &json!({ "name": "Ander mbo" })).await.expect(200);
    leader.put(&adopt, &plan()).await.expect(200);
    assert_eq!(leader.put(&adopt, &plan()).await.expect(200).json()["version"], 10, "the same plan is no news");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_number_joins_once_whoever_asks_at_the_same_time() {
    let world = founded().await;
    let join = |number: usize| {
        let leader = world.leader.clone();
        async move {
            let name = json!({ "name": format!("Mbo {number}") });
            leader.put(&path("/partners/mbo/25LX"), &name).await.expect(200);
            leader
                .put(&path("/partners/primary-schools/99AA00"), &json!({ "name": "Po", "board": "1" }))
                .await
                .expect(200);
        }
    };
    together((0..20).map(join)).await;
    assert_eq!(short(&history(&world, "consortium/mbo:25LX").await), ["mbo-joined"]);
    assert_eq!(short(&history(&world, "consortium/primary-school:99AA00").await), ["primary-school-joined"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_is_registered_only_while_its_school_takes_part() {
    let world = founded().await;
    for _ in 0..20 {
        world.schools(crate::world::BRANCHES, "24TP02").await.expect(201);
        let register = |_| {
            let leader = world.leader.clone();
            async move { leader.post(&path("/schools/24TP02/staff"), &staff()).await.status }
        };
        let leaves = async {
            tokio::task::yield_now().await;
            world.leader.delete(&path("/schools/24TP02")).await.expect(200)
        };
        let (answers, _) = tokio::join!(together((0..8).map(register)), leaves);
        assert!(answers.iter().all(|status| [201, 404, 409].contains(&status.as_u16())), "{answers:?}");
    }
    let mut here = false;
    for event in world.hub.events("consortium").await {
        match event.stream.as_str() {
            "consortium/school:24TP02" => here = !event.event_type.ends_with("school-left.v1"),
            _ if event.event_type == STAFF => assert!(here, "position {}: the school had left", event.position),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_does_not_leave_while_its_board_is_named_the_lead_partner() {
    let world = founded().await;
    for _ in 0..20 {
        world.schools(crate::world::BRANCHES, "24TP02").await.expect(201);
        let leader = &world.leader;
        let (named, left) =
            tokio::join!(async { leader.put(&path("/lead-partner"), &json!({ "school": "24TP02" })).await }, async {
                leader.delete(&path("/schools/24TP02")).await
            },);
        assert!(named.status.is_success() != left.status.is_success(), "{} and {}", named.status, left.status);
        leader.put(&path("/lead-partner"), &json!({ "school": "01OE04" })).await.expect(200);
        leader.delete(&path("/schools/24TP02")).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_adopted_only_while_those_it_needs_take_part() {
    let world = with_schools().await;
    let leader = &world.leader;
    let company = world.company().await;
    leader.put(&path(&format!("/partners/companies/{company}")), &json!({})).await.expect(200);
    leader.put(&path("/partners/primary-schools/99AA00"), &json!({ "name": "Po", "board": "1" })).await.expect(200);
    for round in 0..15 {
        leader.put(&path("/partners/mbo/25LX"), &json!({ "name": "Mbo" })).await.expect(200);
        let mut plan = plan();
        plan["activities"][0]["name"] = json!(format!("Hotspots {round}"));
        tokio::join!(async { drop(leader.put(&path("/plan"), &plan).await) }, async {
            leader.delete(&path("/partners/mbo/25LX/membership")).await.expect(200)
        },);
    }
    let mut mbo = false;
    for event in world.hub.events("consortium").await {
        match event.event::<Event>() {
            Ok(Event::MboJoined { .. }) => mbo = true,
            Ok(Event::PartnerLeft { partner: Partner::Mbo(_), .. }) => mbo = false,
            Ok(Event::PlanAdopted { .. }) => assert!(mbo, "position {}: there was no mbo", event.position),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_role_at_a_school_is_given_only_where_the_school_takes_part() {
    let world = region_of_before().await;
    let teacher =
        |school: &str| json!({ "to": { "issuer": ISSUER, "subject": "t" }, "role": "teacher", "school": school });
    world.leader.post(&path("/grants"), &teacher("24TP02")).await.expect(201);
    let refused = world.leader.post(&path("/grants"), &teacher("00YH05")).await.expect(409);
    assert_eq!(refused.problem(), "grant-no-such-school");
    world.schools(crate::world::BRANCHES, "00YH05").await.expect(201);
    world.leader.post(&path("/grants"), &teacher("00YH05")).await.expect(201);
}
