//! Who are the pupils? Their names come from the vault, and go when they are forgotten.

use crate::world::{PUPIL, World, each};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::read_models::consortium::people::{Opener, People};
use projections::{CannotApply, Projection};
use serde_json::json;
use vault::{MasterKey, Vault};
use vocabulary::Purpose;

#[tokio::test]
async fn pupils_are_listed_and_found_by_name() {
    let world = World::new().await;
    for (given, family) in [("Cas", "Boom"), ("Ada", "Boom"), ("Bo", "Appel"), ("Ada", "Boom")] {
        world.pupil(given, family, &world.school).await;
    }
    let all = world.paged(&world.leader, "pupils").await;
    assert_eq!(each(&all, "familyName"), ["Appel", "Boom", "Boom", "Boom"]);
    assert_eq!(each(&all, "givenName"), ["Bo", "Ada", "Ada", "Cas"]);
    assert_eq!(world.paged(&world.leader, "pupils?name=boo").await.len(), 3);
    assert_eq!(each(&world.list(&world.leader, "pupils?name=BO").await, "givenName"), ["Bo", "Ada", "Ada", "Cas"]);
    assert_eq!(world.list(&world.leader, "pupils?name=x").await.len(), 0);
}

#[tokio::test]
async fn a_page_of_pupils_ends_without_a_name_in_its_address() {
    let world = World::new().await;
    for family in ["Appel", "Boom"] {
        world.pupil("Ada", family, &world.school).await;
    }
    world.hub.settle().await;
    let page = world.leader.get(&world.url("pupils?limit=1")).await.expect(200).json();
    let next = page["next"].as_str().unwrap();
    let sealed = URL_SAFE_NO_PAD.decode(next).unwrap();
    for name in ["Ada", "Appel", page["items"][0]["id"].as_str().unwrap()] {
        assert!(!sealed.windows(name.len()).any(|part| part == name.as_bytes()), "{name} stands in {next}");
    }
}

#[tokio::test]
async fn a_forgotten_person_has_no_name_any_more() {
    let world = World::new().await;
    let pupil = world.pupil("Ada", "Appel", &world.school).await;
    assert_eq!(each(&world.list(&world.leader, "pupils").await, "givenName"), ["Ada"]);
    world.fact("consortium.person-forgotten", &format!("person/{pupil}"), json!({})).await;
    let pupils = world.list(&world.leader, "pupils").await;
    assert_eq!((&pupils[0]["givenName"], &pupils[0]["familyName"]), (&json!(null), &json!(null)));
    assert_eq!(world.list(&world.leader, "pupils?name=a").await.len(), 0);
}

#[tokio::test]
async fn a_person_forgotten_before_the_fold_has_no_name_and_parks_nothing() {
    let world = World::new().await;
    let pupil = world.pupil("Ada", "Appel", &world.school).await;
    world.hub.hub.vault.forget(&world.hub.region, pupil).await.unwrap();
    let pupils = world.list(&world.leader, "pupils").await;
    assert_eq!(pupils[0]["givenName"], json!(null));
    assert!(world.hub.projections.parked(&world.hub.region).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_name_of_another_field_is_parked_and_not_guessed() {
    let world = World::new().await;
    let pupil = vocabulary::PersonId::fresh();
    let vault = &world.hub.hub.vault;
    let sealed = vault.seal(&world.hub.region, pupil, Purpose::Identity, "elsewhere#name", "{}").await.unwrap();
    world.fact(PUPIL, &format!("person/{pupil}"), json!({ "name": sealed, "guardians": [] })).await;
    assert_eq!(world.list(&world.leader, "pupils").await.len(), 0);
    let parked = world.hub.projections.parked(&world.hub.region).await.unwrap();
    assert!(parked.iter().any(|parked| parked.reader == "people"), "{parked:?}");
}

#[tokio::test]
async fn a_vault_that_is_away_is_waited_for() {
    let world = World::new().await;
    world.pupil("Ada", "Appel", &world.school).await;
    world.hub.settle().await;
    let happened = world.hub.events("consortium").await.pop().unwrap();
    let key = std::env::temp_dir().join(format!("{}-away.key", happened.id));
    let master = MasterKey::open_or_create(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let away = "postgres://nobody@127.0.0.1:1/vault".parse().unwrap();
    let opener = Opener { vault: Vault::connect(away, 1, master), processing: world.hub.hub.processing.clone() };
    let people = People { opener: Some(opener) };
    let begin = "begin; set local regiohub.region = 'voorbeeld'; set local search_path = people; delete from person";
    let mut rows = world.hub.hub.db.begin_raw(begin).await.unwrap();
    let applied = people.apply(&mut rows, &happened).await;
    // What the bus takes for a moment that passes, whatever the vault's database said.
    assert!(matches!(applied, Err(CannotApply::Database(sqlx::Error::PoolTimedOut))), "{applied:?}");
}
