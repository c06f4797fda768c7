//! People: sealed, and forgotten.

use crate::world::{PUPILS, path, with_schools};
use consortium::people::sealing::{CORRECTED, REGISTERED};
use proto_schemas::consortium::person::Event;
use serde_json::json;
use vocabulary::{PersonId, Role};

async fn pupil(world: &crate::world::World) -> (PersonId, Event) {
    let events = world.hub.events("consortium").await;
    let registered = events.iter().find(|event| event.event_type.ends_with("pupil-registered.v1")).unwrap();
    (registered.stream_id().unwrap(), registered.event().unwrap())
}

#[tokio::test]
async fn a_forgotten_pupil_opens_no_more_and_may_come_back_as_someone_new() {
    let world = with_schools().await;
    world.pupils(PUPILS).await.expect(201);
    let (person, Event::PupilRegistered { name, birth_date, .. }) = pupil(&world).await else { panic!("a pupil") };
    let (vault, region) = (&world.hub.hub.vault, &world.hub.region);
    let opened = vault.open(region, REGISTERED.name, &name).await.unwrap();
    assert_eq!(opened.as_deref(), Some(r#"{"given":"Ada","family":"Verzonnen"}"#));
    assert_eq!(vault.open(region, REGISTERED.birth_date, &birth_date).await.unwrap().as_deref(), Some("2011-03-04"));
    assert!(vault.open(region, CORRECTED.name, &name).await.is_err());

    let forgetting = path(&format!("/persons/{person}/forgetting"));
    let reason = json!({ "reason": "Bewaartermijn verstreken" });
    world.hub.stranger().post(&forgetting, &reason).await.expect(403);
    world.leader.post(&forgetting, &reason).await.expect(200);
    world.leader.post(&forgetting, &reason).await.expect(200);
    assert_eq!(vault.open(region, REGISTERED.name, &name).await.unwrap(), None);
    world.hub.settle().await;
    let mut rows = event_log::tenant(&world.hub.hub.db, region).await.unwrap();
    let forgotten: Vec<uuid::Uuid> =
        sqlx::query_scalar("select id from forgotten_people.person").fetch_all(&mut *rows).await.unwrap();
    assert_eq!(forgotten, [person.0]);
    drop(rows);
    assert!(world.hub.hub.known.pupil(region, person).await.unwrap().is_none_or(|pupil| pupil.forgotten));

    let import = world.pupils(PUPILS).await.expect(201);
    let shown = world.leader.get(import.header("location")).await.json();
    assert_eq!((shown["registered"].as_u64(), shown["unchanged"].as_u64()), (Some(1), Some(2)));
    let unknown = path(&format!("/persons/{}/forgetting", PersonId::fresh()));
    world.leader.post(&unknown, &reason).await.expect(404);
}

#[tokio::test]
async fn staff_and_contacts_are_registered_once_and_sealed() {
    let world = with_schools().await;
    let staff = json!({ "givenName": "Fien", "familyName": "Verzonnen", "email": "fien@voorbeeld.nl" });
    let leader = world.leader.clone().key("staff");
    let first = leader.post(&path("/schools/24TP02/staff"), &staff).await.expect(201);
    let again = leader.post(&path("/schools/24TP02/staff"), &staff).await.expect(201);
    assert_eq!(first.body, again.body);
    world.leader.post(&path("/schools/99ZZ00/staff"), &staff).await.expect(404);

    let company = world.company().await;
    let manager = world.hub.holding(Role::AccountManager).await;
    let contact = json!({ "level": "work", "givenName": "Gijs", "familyName": "Bedacht", "phone": "0183 000000" });
    manager.post(&path(&format!("/companies/{company}/contacts")), &contact).await.expect(201);
    for event in world.hub.events("consortium").await {
        for secret in ["Fien", "fien@", "Gijs", "0183 0"] {
            assert!(!event.text.contains(secret), "{secret} is in the log");
        }
    }
}

#[tokio::test]
async fn a_pupil_of_another_school_gets_no_role_from_here() {
    let world = with_schools().await;
    world.pupils(PUPILS).await.expect(201);
    let (person, _) = pupil(&world).await;
    let role = json!({
        "to": { "issuer": crate::world::ISSUER, "subject": "ada" }, "role": "pupil", "person": person,
    });
    let (own, other) = (world.system("00YH05").await, world.system("24TP02").await);
    other.post(&path("/schools/24TP02/grants"), &role).await.expect(404);
    own.post(&path("/schools/00YH05/grants"), &role).await.expect(201);
}

#[tokio::test]
async fn nobody_is_forgotten_under_a_key_that_meant_something_else() {
    let world = with_schools().await;
    world.pupils(PUPILS).await.expect(201);
    let (person, Event::PupilRegistered { name, .. }) = pupil(&world).await else { panic!("a pupil") };
    let leader = world.leader.clone().key("one");
    leader.post(&path("/companies"), &crate::world::nomination()).await.expect(201);
    let forgetting = path(&format!("/persons/{person}/forgetting"));
    leader.post(&forgetting, &json!({ "reason": "Bewaartermijn verstreken" })).await.expect(422);
    let opened = world.hub.hub.vault.open(&world.hub.region, REGISTERED.name, &name).await.unwrap();
    assert!(opened.is_some());
}
