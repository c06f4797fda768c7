//! Whoever goes away, and whatever dies in between: what has several steps is done whole, or says that it was not.

use crate::world::{PUPILS, World, path, pupils, with_schools};
use consortium::finishing::Finisher;
use event_log::Recorded;
use http::Method;
use proto_schemas::consortium::{
    import::{self, Kind},
    person::Event,
    retention_run,
    retention_schedule::Class,
};
use serde_json::json;
use testkit::Client;
use vocabulary::{ImportId, PersonId, RetentionRunId};

const TURN: &str = "select pg_advisory_xact_lock(hashtext('retention'), hashtext('voorbeeld'))";
const END_THE_TURN: &str =
    "select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and granted
    and database = (select oid from pg_database where datname = current_database())";
const KEYS: &str = "lock table vault.key in exclusive mode";
const APPENDS: &str = "lock table event_log.head in exclusive mode";

async fn with_pupils() -> (World, PersonId) {
    let world = with_schools().await;
    world.pupils(PUPILS).await.expect(201);
    let person = of(&world, "pupil-registered.v1").await[0].stream_id().unwrap();
    (world, person)
}

async fn of(world: &World, kind: &str) -> Vec<Recorded> {
    world.hub.events("consortium").await.into_iter().filter(|event| event.event_type.ends_with(kind)).collect()
}

/// Asks to forget somebody under a key of its own.
async fn forget(client: &Client, person: PersonId) -> u16 {
    let client = client.clone().key("forget");
    let reason = json!({ "reason": "Op verzoek van de ouders" });
    client.post(&path(&format!("/persons/{person}/forgetting")), &reason).await.status.as_u16()
}

/// The one event that says that somebody was forgotten, as the leader asked for it.
async fn forgotten_as_asked(world: &World) {
    let [event] = &of(world, "person-forgotten.v1").await[..] else { panic!("forgotten once") };
    let Event::PersonForgotten { reason, .. } = event.event().unwrap() else { panic!("forgotten") };
    assert_eq!(reason.as_str(), "Op verzoek van de ouders");
    assert_eq!(event.envelope().unwrap().actor, world.leader.actor.0);
    assert_eq!(world.hub.hub.vault.notes(&world.hub.region).await.unwrap(), []);
}

#[tokio::test]
async fn a_client_that_hangs_up_while_the_key_goes_leaves_nothing_half_done() {
    let (world, person) = with_pupils().await;
    let mut held = world.hub.hold("vault", KEYS).await;
    let asking = tokio::spawn({
        let leader = world.leader.clone();
        async move { forget(&leader, person).await }
    });
    held.awaited_by(1).await;
    // The request's future is dropped, as it is when the connection ends.
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    held.release().await;
    world.hub.hub.steps.settled().await;
    assert!(world.hub.hub.vault.is_forgotten(&world.hub.region, person).await.unwrap());
    forgotten_as_asked(&world).await;
    assert_eq!(forget(&world.leader, person).await, 200);
    forgotten_as_asked(&world).await;
    assert_eq!(Finisher::default().look(&world.hub.hub).await.unwrap(), 0);
}

#[tokio::test]
async fn a_process_that_lost_its_turn_destroys_no_key() {
    let (world, person) = with_pupils().await;
    let mut turn = world.hub.hold("consortium", TURN).await;
    let asking = tokio::spawn({
        let leader = world.leader.clone();
        async move { forget(&leader, person).await }
    });
    turn.awaited_by(1).await;
    let mut reading = world.hub.hold("consortium", "lock table event_log.event in access exclusive mode").await;
    turn.release().await;
    reading.awaited_by(1).await;
    // As PostgreSQL ends the session of a process that is frozen: others have the turn now.
    world.hub.hold("consortium", END_THE_TURN).await.release().await;
    world.hub.hold("consortium", TURN).await.release().await;
    reading.release().await;
    assert_eq!(asking.await.unwrap(), 503);
    assert!(!world.hub.hub.vault.is_forgotten(&world.hub.region, person).await.unwrap());
    assert_eq!(forget(&world.leader, person).await, 200);
    forgotten_as_asked(&world).await;
}

#[tokio::test]
async fn a_destroyed_key_without_its_event_has_it_at_the_next_start() {
    let (world, person) = with_pupils().await;
    let mut held = world.hub.hold("consortium", APPENDS).await;
    let asking = tokio::spawn({
        let leader = world.leader.clone();
        async move { forget(&leader, person).await }
    });
    held.awaited_by(1).await;
    // The keys are gone, and the append that says so never arrives.
    held.cut_those_who_wait().await;
    assert_eq!(asking.await.unwrap(), 503);
    held.release().await;
    assert!(world.hub.hub.vault.is_forgotten(&world.hub.region, person).await.unwrap());
    assert_eq!(of(&world, "person-forgotten.v1").await.len(), 0);

    let mut finisher = Finisher::default();
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 1);
    forgotten_as_asked(&world).await;
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 0);
    // Whoever asked and had no answer asks again under the same key.
    assert_eq!(forget(&world.leader, person).await, 200);
    forgotten_as_asked(&world).await;
}

#[tokio::test]
async fn a_key_destroyed_without_a_note_has_its_event_at_the_next_start() {
    let (world, person) = with_pupils().await;
    world.hub.hub.vault.forget(&world.hub.region, person).await.unwrap();
    world.hub.hub.vault.forget(&world.hub.region, PersonId::fresh()).await.unwrap();
    let mut finisher = Finisher::default();
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 1);
    let [event] = &of(&world, "person-forgotten.v1").await[..] else { panic!("forgotten once") };
    assert_eq!(event.stream_id(), Some(person));
    assert_eq!(event.envelope().unwrap().actor, vocabulary::Actor::hub().id.0);
    // Afterwards only notes are looked for.
    world
        .hub
        .hub
        .vault
        .forget(&world.hub.region, of(&world, "registered.v1").await[1].stream_id().unwrap())
        .await
        .unwrap();
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 0);
}

#[tokio::test]
async fn an_import_refused_at_its_last_append_fails_with_the_reason() {
    let (world, person) = with_pupils().await;
    let held = world.hub.hold("consortium", TURN).await;
    let moved = PUPILS.replace(";3;3K1;", ";4;4K1;");
    let started = pupils(&world.leader.clone().with("Prefer", "wait=0"), &moved).await.expect(202);
    let location = started.header("location").to_owned();
    // Somebody of the file is forgotten while the import waits to write.
    let event = Event::PersonForgotten {
        reason: "Op verzoek".parse().unwrap(),
        occurred_on: "2026-09-01".parse().unwrap(),
        retention: None,
    };
    while of(&world, "import-advanced.v1").await.len() < 2 {
        tokio::task::yield_now().await;
    }
    world.hub.happened("consortium", &world.hub.region, &format!("person/{person}"), &event).await;
    held.release().await;
    world.hub.hub.steps.settled().await;
    let shown = world.leader.get(&location).await.expect(200).json();
    assert_eq!((shown["status"].as_str(), shown["code"].as_str()), (Some("failed"), Some("person-forgotten")));
    assert_eq!(of(&world, "pupil-moved.v1").await.len(), 0);
}

#[tokio::test]
async fn an_import_goes_on_when_its_client_hangs_up_and_is_not_run_twice() {
    let world = with_schools().await;
    let mut held = world.hub.hold("consortium", TURN).await;
    let leader = world.leader.clone().key("hang-up");
    let asking = tokio::spawn({
        let leader = leader.clone();
        async move { pupils(&leader, PUPILS).await }
    });
    held.awaited_by(1).await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    let again = pupils(&leader.clone().with("Prefer", "wait=0"), PUPILS).await.expect(202);
    held.release().await;
    world.hub.hub.steps.settled().await;
    let shown = world.leader.get(again.header("location")).await.expect(200).json();
    assert_eq!((shown["status"].as_str(), shown["registered"].as_u64()), (Some("finished"), Some(3)));
    let done = pupils(&leader, PUPILS).await.expect(201);
    assert_eq!(done.header("location"), again.header("location"));
    assert_eq!((of(&world, "import-started.v1").await.len(), of(&world, "import-advanced.v1").await.len()), (2, 1));
}

#[tokio::test]
async fn imports_run_a_few_at_a_time_and_the_others_have_not_begun() {
    let world = with_schools().await;
    let held = world.hub.hold("consortium", TURN).await;
    let hurried = world.leader.clone().with("Prefer", "wait=0");
    for _ in 0..4 {
        pupils(&hurried, PUPILS).await.expect(202);
    }
    let started = of(&world, "import-started.v1").await.len();
    let refused = pupils(&hurried, PUPILS).await.expect(503);
    assert_eq!((refused.problem().as_str(), refused.header("retry-after")), ("busy", "2"));
    assert_eq!(of(&world, "import-started.v1").await.len(), started);
    held.release().await;
    world.hub.hub.steps.settled().await;
    pupils(&world.leader, PUPILS).await.expect(201);
}

#[tokio::test]
async fn an_import_whose_process_died_fails_after_five_minutes() {
    let world = with_schools().await;
    let id = ImportId::fresh();
    let started = import::Event::Started { kind: Kind::Pupils, total: 3, schools: vec!["00YH05".parse().unwrap()] };
    world.hub.happened("consortium", &world.hub.region, &format!("import/{id}"), &started).await;
    world.hub.settle().await;
    let mut finisher = Finisher::default();
    world.hub.at("2026-09-01T10:04:59Z");
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 0);
    world.hub.at("2026-09-01T10:05:00Z");
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 1);
    let shown = world.leader.get(&path(&format!("/imports/{id}"))).await.expect(200).json();
    assert_eq!((shown["status"].as_str(), shown["code"].as_str()), (Some("failed"), Some("interrupted")));
    world.hub.settle().await;
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 0);
}

#[tokio::test]
async fn an_import_that_waits_here_is_not_taken_for_a_dead_one() {
    let world = with_schools().await;
    let held = world.hub.hold("consortium", TURN).await;
    let running = pupils(&world.leader.clone().with("Prefer", "wait=0"), PUPILS).await.expect(202);
    world.hub.settle().await;
    world.hub.at("2026-09-01T10:30:00Z");
    assert_eq!(Finisher::default().look(&world.hub.hub).await.unwrap(), 0);
    held.release().await;
    world.hub.hub.steps.settled().await;
    let shown = world.leader.get(running.header("location")).await.json();
    assert_eq!(shown["status"], "finished");
}

#[tokio::test]
async fn a_run_of_the_retention_schedule_that_was_cut_off_comes_to_its_end() {
    let world = with_schools().await;
    let run = RetentionRunId::fresh();
    let (ended_until, occurred_on) = ("2026-08-31".parse().unwrap(), "2026-09-01".parse().unwrap());
    let class = Class::Pupil;
    let advanced = retention_run::Event::Advanced { schedule_version: 1, class, people: 100, ended_until, occurred_on };
    world.hub.happened("consortium", &world.hub.region, &format!("retention-run/{run}"), &advanced).await;
    world.hub.settle().await;
    let mut finisher = Finisher::default();
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 0);
    world.hub.at("2026-09-01T10:02:00Z");
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 1);
    world.hub.settle().await;
    let shown = world.leader.send(Method::GET, &path(&format!("/retention/runs/{run}")), "", None).await.expect(200);
    assert_eq!(
        (shown.json()["finished"].as_bool(), shown.json()["forgotten"][0]["people"].as_u64()),
        (Some(true), Some(100))
    );
    assert_eq!(finisher.look(&world.hub.hub).await.unwrap(), 0);
}
