//! Files of schools and pupils: all of it or nothing.

use crate::world::{BRANCHES, PUPILS, founded, path, pupils, with_schools};
use chassis::Hub;
use consortium::people::{person::Within, pupil_import::PupilImport};
use decider::CommandContext;
use http::Method;
use vault::{MasterKey, Vault};
use vocabulary::{Actor, ImportId, Role};

#[tokio::test]
async fn schools_come_from_a_file_by_their_branch_codes() {
    let world = founded().await;
    let preview = path("/school-imports/preview?branches=00YH05,01GH01");
    let shown = world.leader.send(Method::POST, &preview, BRANCHES, Some("text/csv")).await.expect(200);
    assert_eq!(shown.json()["joined"], serde_json::json!(["00YH05", "01GH01"]));
    let before = world.events().await;
    let import = world.schools(BRANCHES, "00YH05,01GH01").await.expect(201);
    assert_eq!(world.events().await, before + 4);
    let shown = world.leader.get(import.header("location")).await.expect(200).json();
    assert_eq!((shown["status"].as_str(), shown["registered"].as_u64()), (Some("finished"), Some(2)));

    // A second file completes what is known, and the same file again is no news.
    let profiles = include_str!("../data/profiles.csv");
    let shown = world.schools(profiles, "01GH01").await.expect(201);
    assert_eq!(world.leader.get(shown.header("location")).await.json()["changed"], 1);
    let again = world.schools(profiles, "01GH01").await.expect(201);
    assert_eq!(world.leader.get(again.header("location")).await.json()["unchanged"], 1);
    world.hub.settle().await;
    let school = world.hub.hub.known.school(&world.hub.region, &"01GH01".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((school.board.as_str(), school.vmbo), ("40681", true));
    assert_eq!(school.profiles, ["BWI", "MET"]);
}

#[tokio::test]
async fn one_fault_in_a_file_of_schools_and_nothing_is_written() {
    let world = founded().await;
    let before = world.events().await;
    let bad = BRANCHES.replace("4204 GH", "x");
    let answer = world.schools(&bad, "00YH05,01GH01,99ZZ00").await.expect(400);
    let pointers: Vec<_> = answer.json()["errors"].as_array().unwrap().iter().map(|it| it["pointer"].clone()).collect();
    assert_eq!(pointers, ["/branches", "/lines/3/POSTCODE"]);
    assert_eq!(world.events().await, before);
    world.schools(BRANCHES, "niets").await.expect(400);
}

#[tokio::test]
async fn pupils_are_imported_once_and_found_again() {
    let world = with_schools().await;
    let import = world.pupils(PUPILS).await.expect(201);
    let shown = world.leader.get(import.header("location")).await.expect(200).json();
    assert_eq!(shown["status"], "finished");
    assert_eq!((shown["done"].as_u64(), shown["total"].as_u64()), (Some(3), Some(3)));
    assert_eq!(shown["registered"], 3);

    let later = PUPILS.replace(";3;3K1;", ";4;4K1;").replace("Bedacht", "Bedacht-Elders");
    let preview = path("/pupil-imports/preview");
    let seen = world.leader.send(Method::POST, &preview, later.clone(), Some("text/csv")).await.expect(200).json();
    assert_eq!((seen["new"].as_u64(), seen["known"].as_u64()), (Some(0), Some(3)));
    let import = world.pupils(&later).await.expect(201);
    let shown = world.leader.get(import.header("location")).await.json();
    assert_eq!((shown["changed"].as_u64(), shown["unchanged"].as_u64()), (Some(2), Some(1)));
    let import = world.pupils(&later).await.expect(201);
    assert_eq!(world.leader.get(import.header("location")).await.json()["unchanged"], 3);

    let events = world.hub.events("consortium").await;
    let of = |kind: &str| events.iter().filter(|event| event.event_type.ends_with(kind)).count();
    assert_eq!((of("pupil-registered.v1"), of("pupil-moved.v1"), of("pupil-corrected.v1")), (3, 1, 1));
    // Only as a whole value: a random id may have the digits of a number.
    for name in ["Ada", "Verzonnen", "Bedacht", "2011-03-04", "\"1001\"", "voorbeeld.nl"] {
        assert!(events.iter().all(|event| !event.text.contains(name)), "{name} is in the log");
    }
}

#[tokio::test]
async fn one_fault_in_a_file_of_pupils_and_nobody_is_registered() {
    let world = with_schools().await;
    let before = world.events().await;
    let bad = PUPILS.replace("2011-04-05", "geheim").replace(";gl;", ";geheim;");
    let answer = world.pupils(&bad).await.expect(400);
    let pointers: Vec<_> = answer.json()["errors"].as_array().unwrap().iter().map(|it| it["pointer"].clone()).collect();
    assert_eq!(pointers, ["/lines/3/geboortedatum", "/lines/4/leerweg"]);
    assert!(!answer.text().contains("geheim"));
    assert_eq!(world.events().await, before);
}

#[tokio::test]
async fn a_retried_import_answers_the_same_and_registers_nothing_twice() {
    let mut world = with_schools().await;
    world.leader = world.leader.key("import");
    let first = world.pupils(PUPILS).await.expect(201);
    let before = world.events().await;
    let again = world.pupils(PUPILS).await.expect(201);
    assert_eq!((first.body, before), (again.body, world.events().await));
}

#[tokio::test]
async fn an_import_goes_on_when_nobody_waits() {
    let mut world = with_schools().await;
    world.leader = world.leader.key("patience");
    let hurried = pupils(&world.leader.clone().with("Prefer", "wait=0"), PUPILS).await;
    assert!([201, 202].contains(&hurried.status.as_u16()), "{}", hurried.text());
    // Asked again with patience it ends well, whichever of the two wrote the pupils.
    let patient = world.pupils(PUPILS).await.expect(201);
    assert_eq!(hurried.header("location"), patient.header("location"));
    let events = world.hub.events("consortium").await;
    let registered = events.iter().filter(|event| event.event_type.ends_with("pupil-registered.v1"));
    assert_eq!(registered.count(), 3);
}

#[tokio::test]
async fn an_import_without_the_vault_writes_nobody_and_may_be_asked_again() {
    let world = with_schools().await;
    let members = ["00YH05", "24TP02"].map(|code| code.parse().unwrap()).into();
    let asked = CommandContext::new(Actor { role: Role::SchoolSystem, ..Actor::hub() }, world.hub.now());
    let import = |vault: Option<Vault>| {
        let hub = world.hub.hub.clone();
        let hub = Hub { vault: vault.unwrap_or(hub.vault.clone()), ..hub };
        let lines = consortium::files::pupils::read(PUPILS.as_bytes(), asked.today(), &members).lines;
        let (region, id) = (world.hub.region.clone(), ImportId::derived(&["test"]));
        PupilImport { hub, region, id, lines, within: Within::Region, asked: asked.clone() }
    };
    let nowhere = sqlx::postgres::PgConnectOptions::new().host("127.0.0.1").port(1);
    let key = MasterKey::from_base64(&format!("{}=", "A".repeat(43)).into()).unwrap();
    let away = import(Some(Vault::connect(nowhere, 1, key)));
    away.start().await.unwrap();
    let problem = away.run().await.unwrap_err();
    assert_eq!(problem.status().as_u16(), 503);
    let shown = world.leader.get(&path(&format!("/imports/{}", ImportId::derived(&["test"])))).await.json();
    assert_eq!((shown["status"].as_str(), shown["code"].as_str()), (Some("failed"), Some("unavailable")));
    let people =
        || async { world.hub.events("consortium").await.iter().filter(|it| it.category() == "person").count() };
    assert_eq!(people().await, 0);
    let again = import(None);
    again.start().await.unwrap();
    again.run().await.unwrap();
    assert_eq!(people().await, 3);
}

#[tokio::test]
async fn a_school_system_imports_its_own_pupils_only() {
    let world = with_schools().await;
    let own = world.system("00YH05").await;
    let import = pupils(&own, PUPILS).await.expect(201);
    own.get(import.header("location")).await.expect(200);
    let other = world.system("24TP02").await;
    pupils(&other, PUPILS).await.expect(403);
    other.get(import.header("location")).await.expect(403);
}

#[tokio::test]
async fn a_whole_cohort_is_imported_with_progress() {
    let world = with_schools().await;
    let header = PUPILS.lines().next().unwrap();
    let line = |n: u32| format!("{n};Voornaam{n};Achternaam{n};2011-01-01;00YH05;;kb;PIE;3;3K1;2026-2027;;\n");
    let file: String = [format!("{header}\n")].into_iter().chain((1..=250).map(line)).collect();
    let import = world.pupils(&file).await.expect(201);
    let shown = world.leader.get(import.header("location")).await.json();
    assert_eq!(shown["registered"], 250);
    let advanced = world.hub.events("consortium").await;
    let advanced = advanced.iter().filter(|event| event.event_type.ends_with("import-advanced.v1")).count();
    assert_eq!(advanced, 3);
}

/// The published files, where they are at hand.
#[tokio::test]
async fn the_published_files_make_a_region() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/schools");
    let Ok(branches) = std::fs::read_to_string(folder.join("vo_vestigingen_2019.csv")) else { return };
    let world = founded().await;
    let codes = "00YH05,01OE04,24TP02,01GH01,21CY05,20AE01";
    world.schools(&branches, codes).await.expect(201);
    let pupils = std::fs::read_to_string(folder.join("vmbo_leerlingen_per_profiel_2018-2019.csv")).unwrap();
    world.schools(&pupils, "01GH01,00YH05").await.expect(201);
    let points = std::fs::read_to_string(folder.join("vo_vestigingen_geo_2024-11.csv")).unwrap();
    world.schools(&points, "01GH01").await.expect(201);
    world.hub.settle().await;
    let school = world.hub.hub.known.school(&world.hub.region, &"01GH01".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((school.board.as_str(), school.profiles.is_empty()), ("40681", false));
}
