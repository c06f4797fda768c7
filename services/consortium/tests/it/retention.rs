//! Retention: adopted, held, run on a clock that the test sets.

use crate::world::{PUPILS, World, path, pupils, with_schools};
use consortium::people::sealing::REGISTERED;
use consortium::retention::daily::{Days, run_due};
use proto_schemas::consortium::person::Event;
use serde_json::{Value, json};
use testkit::{Answer, Client};
use vocabulary::{HoldId, PersonId, Role};

/// A region with pupils, and who sets its terms.
struct Kept {
    world: World,
    controller: Client,
    people: Vec<PersonId>,
}

fn schedule(valid_from: &str, months: u16) -> Value {
    json!({ "validFrom": valid_from, "terms": [{
        "class": "pupil", "months": months, "countedFrom": "leaving", "ground": "public-task", "law": "Voorbeeld",
    }] })
}

impl Kept {
    /// It is 1 September 2026; a schedule of 24 months for pupils is valid from tomorrow on.
    async fn new() -> Self {
        let world = with_schools().await;
        world.pupils(PUPILS).await.expect(201);
        let controller = world.hub.holding(Role::Controller).await;
        controller.post(&path("/retention/schedules"), &schedule("2026-09-02", 24)).await.expect(200);
        let events = world.hub.events("consortium").await;
        let registered = events.iter().filter(|event| event.event_type.ends_with("pupil-registered.v1"));
        let people = registered.map(|event| event.stream_id().unwrap()).collect();
        world.hub.settle().await;
        Self { world, controller, people }
    }

    async fn leave(&self, person: PersonId, on: &str) -> Answer {
        let answer =
            self.world.leader.put(&path(&format!("/persons/{person}/leaving")), &json!({ "occurredOn": on })).await;
        self.world.hub.settle().await;
        answer
    }

    async fn hold(&self, covers: Value, until: Option<&str>) -> HoldId {
        let hold = HoldId::fresh();
        let placing = json!({ "covers": covers, "reason": "Lopend geschil", "until": until });
        self.world.leader.put(&path(&format!("/retention/holds/{hold}")), &placing).await.expect(200);
        hold
    }

    async fn lift(&self, hold: HoldId) {
        let lifting = path(&format!("/retention/holds/{hold}/lifting"));
        self.controller.put(&lifting, &json!({ "reason": "Geschil geschikt" })).await.expect(200);
    }

    /// The day's round, at noon.
    async fn round_on(&self, day: &str) -> usize {
        self.world.hub.at(&format!("{day}T12:00:00Z"));
        let told = run_due(&self.world.hub.hub, &mut Days::new()).await.unwrap();
        self.world.hub.settle().await;
        told
    }

    async fn events(&self, end: &str) -> Vec<event_log::Recorded> {
        let events = self.world.hub.events("consortium").await;
        events.into_iter().filter(|event| event.event_type.ends_with(end)).collect()
    }

    async fn forgotten(&self) -> Vec<PersonId> {
        self.events("person-forgotten.v1").await.iter().map(|event| event.stream_id().unwrap()).collect()
    }

    async fn name(&self, person: PersonId) -> Option<String> {
        let hub = &self.world.hub;
        let events = hub.events("consortium").await;
        let of = |event: &&event_log::Recorded| {
            event.stream_id() == Some(person) && event.event_type.ends_with("pupil-registered.v1")
        };
        let Event::PupilRegistered { name, .. } = events.iter().find(of).unwrap().event().unwrap() else { panic!() };
        hub.hub.vault.open(&hub.region, REGISTERED.name, &name).await.unwrap()
    }
}

#[tokio::test]
async fn a_person_is_forgotten_the_day_after_the_term_with_class_and_ground() {
    let kept = Kept::new().await;
    let (first, second) = (kept.people[0], kept.people[1]);
    kept.leave(first, "2026-08-31").await.expect(200);
    kept.leave(second, "2026-09-01").await.expect(200);

    assert_eq!(kept.round_on("2028-08-31").await, 0, "its last day");
    assert_eq!(kept.forgotten().await, []);
    assert_eq!(kept.round_on("2028-09-01").await, 1);
    assert_eq!(kept.forgotten().await, [first]);
    assert_eq!(kept.name(first).await, None);
    assert!(kept.name(second).await.is_some());

    let Event::PersonForgotten { retention: Some(expired), occurred_on, .. } =
        kept.events("person-forgotten.v1").await[0].event().unwrap()
    else {
        panic!("no term is named")
    };
    assert_eq!(occurred_on.to_string(), "2028-09-01");
    assert_eq!(
        serde_json::to_value(expired).unwrap(),
        json!({
            "scheduleVersion": 1, "leftOn": "2026-08-31", "endedOn": "2028-08-31",
            "term": schedule("2026-09-02", 24)["terms"][0],
        })
    );
    let runs = kept.controller.get(&path("/retention/runs")).await.expect(200).json();
    let run = &runs["items"][0];
    assert_eq!((run["role"].as_str(), run["finished"].as_bool()), (Some("hub"), Some(true)));
    let told = json!([{ "class": "pupil", "scheduleVersion": 1, "people": 1, "endedUntil": "2028-08-31" }]);
    assert_eq!((&run["forgotten"], &run["held"]), (&told, &json!([])));

    let before = kept.world.events().await;
    assert_eq!(kept.round_on("2028-09-01").await, 1, "the day's run is told again, and nothing is written");
    assert_eq!(kept.world.events().await, before);
    assert_eq!(kept.round_on("2028-09-02").await, 1);
    assert_eq!(kept.forgotten().await, [first, second]);
    let page = kept.controller.get(&path("/retention/runs?limit=1")).await.expect(200).json();
    assert_eq!(page["items"][0]["occurredOn"], "2028-09-02");
    let next = path(&format!("/retention/runs?limit=1&after={}", page["next"].as_str().unwrap()));
    let older = kept.controller.get(&next).await.expect(200).json();
    assert_eq!((&older["items"][0], older.get("next")), (run, None));
}

#[tokio::test]
async fn before_a_schedule_is_adopted_nobody_is_forgotten() {
    let world = with_schools().await;
    world.pupils(PUPILS).await.expect(201);
    let person: PersonId = world
        .hub
        .events("consortium")
        .await
        .iter()
        .find_map(|event| event.event_type.ends_with("pupil-registered.v1").then(|| event.stream_id().unwrap()))
        .unwrap();
    let leaving = path(&format!("/persons/{person}/leaving"));
    world.leader.put(&leaving, &json!({ "occurredOn": "2026-07-31" })).await.expect(200);
    world.hub.settle().await;
    world.hub.at("2099-01-01T12:00:00Z");
    assert_eq!(run_due(&world.hub.hub, &mut Days::new()).await.unwrap(), 0);
    let preview = world.leader.get(&path("/retention/preview")).await.expect(200).json();
    assert_eq!((preview.get("scheduleVersion"), &preview["classes"][0]["due"]), (None, &json!(0)));
    assert_eq!(world.leader.get(&path("/retention/schedules")).await.expect(200).json()["items"], json!([]));
    let none = world.leader.post(&path("/retention/runs"), &json!({})).await.expect(201);
    world.hub.settle().await;
    let run = world.leader.get(none.header("location")).await.expect(200).json();
    assert_eq!((&run["forgotten"], &run["role"]), (&json!([]), &json!("programme-leader")));
}

#[tokio::test]
async fn a_hold_keeps_a_person_from_every_way_of_forgetting() {
    let kept = Kept::new().await;
    for person in &kept.people {
        kept.leave(*person, "2026-08-31").await.expect(200);
    }
    let person = kept.people[0];
    let one = kept.hold(json!({ "kind": "person", "person": person }), None).await;
    let all = kept.hold(json!({ "kind": "class", "class": "pupil" }), Some("2028-10-31")).await;
    let staff = kept.hold(json!({ "kind": "class", "class": "staff" }), None).await;

    assert_eq!(kept.round_on("2028-09-01").await, 0);
    let due = kept.controller.get(&path("/retention/due?held=true&limit=2")).await.expect(200).json();
    assert_eq!(due["items"].as_array().unwrap().len(), 2);
    let next = path(&format!("/retention/due?held=true&limit=2&after={}", due["next"].as_str().unwrap()));
    let rest = kept.controller.get(&next).await.expect(200).json();
    assert_eq!((rest["items"].as_array().unwrap().len(), rest.get("next")), (1, None));
    let preview = kept.controller.get(&path("/retention/preview")).await.expect(200).json();
    let pupils = &preview["classes"][0];
    assert_eq!(json!([pupils["here"], pupils["left"], pupils["due"], pupils["held"]]), json!([0, 3, 0, 3]));
    let preview = kept.controller.get(&path("/retention/preview?on=2028-11-01")).await.expect(200).json();
    assert_eq!(json!([preview["classes"][0]["due"], preview["classes"][0]["held"]]), json!([2, 1]));

    let forgetting = path(&format!("/persons/{person}/forgetting"));
    let asked = json!({ "reason": "Verzoek van de betrokkene" });
    let refused = kept.world.leader.post(&forgetting, &asked).await.expect(409);
    assert_eq!(refused.problem(), "person-held");
    assert!(refused.text().contains(&one.to_string()) && refused.text().contains("Lopend geschil"));
    assert!(kept.name(person).await.is_some(), "no key is gone");

    assert_eq!(kept.round_on("2028-11-01").await, 1, "the hold on the class is over");
    let mut forgotten = kept.forgotten().await;
    forgotten.sort_unstable();
    assert_eq!(forgotten, kept.people.iter().copied().filter(|it| *it != person).collect::<Vec<_>>());
    let runs = kept.controller.get(&path("/retention/runs")).await.expect(200).json();
    assert_eq!(runs["items"][0]["held"], json!([{ "class": "pupil", "people": 1 }]));

    let listed = kept.controller.get(&path("/retention/holds?holds=true")).await.expect(200).json();
    let ids =
        |listed: &Value| listed["items"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&listed), [json!(one), json!(staff)]);
    let over = kept.controller.get(&path("/retention/holds?holds=false")).await.expect(200).json();
    assert_eq!(ids(&over), [json!(all)]);
    let of_person = kept.controller.get(&path(&format!("/retention/holds?person={person}"))).await.expect(200).json();
    assert_eq!(ids(&of_person), [json!(one)]);
    let first = kept.controller.get(&path("/retention/holds?limit=1")).await.expect(200).json();
    let behind = path(&format!("/retention/holds?limit=1&after={}", first["next"].as_str().unwrap()));
    let second = kept.controller.get(&behind).await.expect(200).json();
    assert_eq!((ids(&first), ids(&second)), (vec![json!(one)], vec![json!(all)]));
    kept.controller.get(&path(&format!("/retention/holds?after={one}"))).await.expect(400);

    let lifting = path(&format!("/retention/holds/{one}/lifting"));
    kept.world.leader.put(&lifting, &json!({ "reason": "Geschikt" })).await.expect(403);
    kept.lift(one).await;
    kept.world.leader.post(&forgetting, &asked).await.expect(200);
    assert_eq!(kept.name(person).await, None);
    let hold = path(&format!("/retention/holds/{}", HoldId::fresh()));
    let placing = json!({ "covers": { "kind": "person", "person": person }, "reason": "Te laat" });
    kept.world.leader.put(&hold, &placing).await.expect(410);
    let unknown = json!({ "covers": { "kind": "person", "person": PersonId::fresh() }, "reason": "Niemand" });
    kept.world.leader.put(&hold, &unknown).await.expect(404);
}

#[tokio::test]
async fn a_round_that_finds_no_vault_forgets_nobody_and_the_next_one_does() {
    let kept = Kept::new().await;
    kept.leave(kept.people[0], "2026-08-31").await.expect(200);
    let mut away = kept.world.hub.hub.clone();
    let nowhere = sqlx::postgres::PgConnectOptions::new().host("127.0.0.1").port(1);
    let key = std::env::temp_dir().join(format!("{}-no-vault.key", uuid::Uuid::now_v7()));
    away.vault = vault::Vault::connect(nowhere, 1, vault::MasterKey::open_or_create(&key).unwrap());
    std::fs::remove_file(&key).unwrap();
    kept.world.hub.at("2028-09-01T12:00:00Z");
    let mut days = Days::new();
    let before = kept.world.events().await;
    let failed = run_due(&away, &mut days).await.unwrap_err();
    assert_eq!(web::Problem::from(failed).status(), 503);
    assert_eq!(kept.world.events().await, before, "nothing is half done");
    assert!(days.is_empty(), "the day is not over");
    assert_eq!(run_due(&kept.world.hub.hub, &mut days).await.unwrap(), 1);
    assert_eq!(kept.forgotten().await, [kept.people[0]]);
    assert_eq!(run_due(&away, &mut days).await.unwrap(), 0, "once a day");
}

#[tokio::test]
async fn the_next_run_records_keys_that_were_destroyed_without_an_event() {
    let kept = Kept::new().await;
    let person = kept.people[0];
    kept.leave(person, "2026-08-31").await.expect(200);
    kept.world.hub.hub.vault.forget(&kept.world.hub.region, person).await.unwrap();
    assert_eq!(kept.round_on("2028-09-01").await, 1);
    assert_eq!(kept.forgotten().await, [person]);
}

#[tokio::test]
async fn a_hold_after_the_keys_were_destroyed_does_not_stop_the_event() {
    let kept = Kept::new().await;
    let person = kept.people[0];
    kept.world.hub.hub.vault.forget(&kept.world.hub.region, person).await.unwrap();
    kept.hold(json!({ "kind": "region" }), None).await;
    let asked = json!({ "reason": "Verzoek van de betrokkene" });
    let forget = async |person| kept.world.leader.post(&path(&format!("/persons/{person}/forgetting")), &asked).await;
    forget(person).await.expect(200);
    forget(kept.people[1]).await.expect(409);
    assert_eq!(kept.forgotten().await, [person]);
}

#[tokio::test]
async fn once_a_hold_is_answered_nobody_whom_it_covers_is_forgotten() {
    for _ in 0..3 {
        let kept = Kept::new().await;
        for person in &kept.people {
            kept.leave(*person, "2026-08-31").await.expect(200);
        }
        kept.world.hub.at("2028-09-01T12:00:00Z");
        let mut days = Days::new();
        let round = run_due(&kept.world.hub.hub, &mut days);
        let (round, _) = tokio::join!(round, kept.hold(json!({ "kind": "region" }), None));
        round.unwrap();
        let placed = kept.events("retention-hold-placed.v1").await[0].position;
        let forgotten = kept.events("person-forgotten.v1").await;
        assert!(forgotten.iter().all(|event| event.position < placed), "forgotten after the hold");
        assert!(forgotten.is_empty() || forgotten.len() == 3, "a batch goes as a whole");
    }
}

#[tokio::test]
async fn a_person_who_returns_is_kept() {
    let kept = Kept::new().await;
    for person in &kept.people {
        kept.leave(*person, "2026-08-31").await.expect(200);
    }
    let back = path(&format!("/persons/{}/leaving", kept.people[0]));
    kept.world.leader.delete(&back).await.expect(200);
    kept.world.hub.settle().await;
    kept.world.hub.at("2028-08-30T12:00:00Z");
    let longer = schedule("2028-08-31", 36);
    kept.world.leader.post(&path("/retention/schedules"), &longer).await.expect(403);
    kept.controller.post(&path("/retention/schedules"), &longer).await.expect(200);
    kept.controller.post(&path("/retention/schedules"), &schedule("2028-08-30", 1)).await.expect(409);
    assert_eq!(kept.round_on("2028-09-01").await, 0);
    assert_eq!(kept.round_on("2029-08-31").await, 0);
    assert_eq!(kept.round_on("2029-09-01").await, 1);
    let mut forgotten = kept.forgotten().await;
    forgotten.sort_unstable();
    assert_eq!(forgotten, kept.people[1..]);
    let versions = kept.controller.get(&path("/retention/schedules")).await.expect(200).json();
    assert_eq!(json!([versions["items"][0]["valid"], versions["items"][1]["valid"]]), json!([false, true]));
}

#[tokio::test]
async fn only_an_import_that_names_a_pupil_again_ends_the_leaving() {
    let kept = Kept::new().await;
    let person = kept.people[0];
    let once = PUPILS.lines().take(2).collect::<Vec<_>>().join("\n");
    pupils(&kept.world.leader, &once).await.expect(201);
    assert_eq!(kept.events("person-left.v1").await.len(), 0);
    kept.leave(person, "2026-08-31").await.expect(200);
    assert_eq!(kept.leave(person, "2026-08-30").await.expect(409).problem(), "person-already-left");
    assert_eq!(kept.leave(kept.people[1], "2026-09-02").await.expect(409).problem(), "person-in-the-future");
    let import = kept.world.pupils(PUPILS).await.expect(201);
    let shown = kept.world.leader.get(import.header("location")).await.json();
    assert_eq!((shown["changed"].as_u64(), shown["unchanged"].as_u64()), (Some(1), Some(2)));
    assert_eq!(kept.events("person-returned.v1").await.len(), 1);
    kept.world.hub.settle().await;
    assert_eq!(kept.round_on("2028-09-01").await, 0);
}

#[tokio::test]
async fn each_role_records_leavings_of_its_own_people_only() {
    let kept = Kept::new().await;
    let person = kept.people[0];
    let leaving = path(&format!("/persons/{person}/leaving"));
    let on = json!({ "occurredOn": "2026-08-31" });
    kept.world.system("24TP02").await.put(&leaving, &on).await.expect(403);
    kept.world.system("00YH05").await.put(&leaving, &on).await.expect(200);
    let manager = kept.world.hub.holding(Role::AccountManager).await;
    manager.put(&leaving, &on).await.expect(403);
    let company = kept.world.company().await;
    let contact = json!({ "level": "work", "givenName": "Gijs", "familyName": "Bedacht" });
    let contact: PersonId =
        manager.post(&path(&format!("/companies/{company}/contacts")), &contact).await.expect(201).id();
    let of = |person: PersonId| path(&format!("/companies/{company}/contacts/{person}/leaving"));
    manager.put(&of(person), &on).await.expect(404);
    manager.put(&of(contact), &on).await.expect(200);
    manager.delete(&of(contact)).await.expect(200);
    kept.world.leader.put(&path(&format!("/persons/{contact}/leaving")), &on).await.expect(404);
}

#[tokio::test]
async fn a_round_goes_in_batches_and_forgets_each_once() {
    let kept = Kept::new().await;
    let header = PUPILS.lines().next().unwrap();
    let template = PUPILS.lines().nth(1).unwrap().split_once(';').unwrap().1;
    let lines: Vec<String> = (0..250).map(|number| format!("9{number:05};{template}")).collect();
    kept.world.pupils(&format!("{header}\n{}\n", lines.join("\n"))).await.expect(201);
    let registered = kept.events("pupil-registered.v1").await;
    let left = Event::PersonLeft { occurred_on: "2026-08-31".parse().unwrap() };
    for event in &registered {
        kept.world.hub.happened("consortium", &kept.world.hub.region, &event.stream, &left).await;
    }
    kept.world.hub.settle().await;
    kept.world.hub.at("2028-09-01T12:00:00Z");
    // Two at once, as two processes would.
    let hub = &kept.world.hub.hub;
    let (mut here, mut there) = (Days::new(), Days::new());
    let (one, other) = tokio::join!(run_due(hub, &mut here), run_due(hub, &mut there));
    assert_eq!((one.unwrap(), other.unwrap()), (1, 1));
    let mut forgotten = kept.forgotten().await;
    forgotten.sort_unstable();
    forgotten.dedup();
    assert_eq!((registered.len(), forgotten.len(), kept.forgotten().await.len()), (253, 253, 253));
    let batches = kept.events("retention-run-advanced.v1").await;
    assert_eq!(batches.len(), 3);
    assert_eq!(kept.events("retention-run-finished.v1").await.len(), 1);
}

#[tokio::test]
async fn a_repeated_run_gets_the_same_answer() {
    let kept = Kept::new().await;
    kept.leave(kept.people[0], "2026-08-31").await.expect(200);
    kept.world.hub.at("2028-09-01T12:00:00Z");
    let leader = kept.world.leader.clone().key("round");
    kept.controller.post(&path("/retention/runs"), &json!({})).await.expect(403);
    let first = leader.post(&path("/retention/runs"), &json!({})).await.expect(201);
    let again = leader.post(&path("/retention/runs"), &json!({})).await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(kept.forgotten().await, [kept.people[0]]);
    kept.leave(kept.people[1], "2026-08-31").await.expect(200);
    let used = kept.world.leader.clone().key("used");
    used.post(&path("/companies"), &crate::world::nomination()).await.expect(201);
    used.post(&path("/retention/runs"), &json!({})).await.expect(422);
    assert_eq!(kept.forgotten().await.len(), 1);
    kept.world.hub.settle().await;
    let shown = kept.controller.get(first.header("location")).await.expect(200).json();
    assert_eq!(shown["forgotten"][0]["people"], 1);
}
