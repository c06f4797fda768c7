//! Two branches of one institution share its numbers, and neither reaches the other's pupils.

use crate::world::{BRANCHES, PUPILS, World, path, pupils, with_schools};
use http::Method;
use proto_schemas::consortium::person::Event;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Answer, Client, Holding};
use vocabulary::{PersonId, Role};

/// Branches 00YH05 and 00YH06 of institution 00YH; the first has the three pupils of the file.
async fn siblings() -> World {
    let world = with_schools().await;
    let sibling = BRANCHES.replace("59282;00YH;00YH05", "59282;00YH;00YH06");
    world.schools(&sibling, "00YH06").await.expect(201);
    pupils(&world.system("00YH05").await, PUPILS).await.expect(201);
    world
}

/// The same file for the other branch, with an own group; with numbers that nobody has when asked.
fn file(unknown: bool) -> String {
    let file = PUPILS.replace("00YH05", "00YH06").replace(";3K1;", ";3X1;");
    if unknown { file.replace("\n100", "\n990") } else { file }
}

async fn preview(client: &Client, file: &str) -> Value {
    let address = path("/pupil-imports/preview");
    client.send(Method::POST, &address, file.to_owned(), Some("text/csv")).await.expect(200).json()
}

/// What an import tells whoever asked for it; ids and moments are its own.
async fn told(world: &World, client: &Client, answer: &Answer, before: usize) -> Value {
    let mut shown = client.get(answer.header("location")).await.expect(200).json();
    shown.as_object_mut().unwrap().remove("id");
    let position: usize = answer.header("hub-position").strip_prefix("consortium=").unwrap().parse().unwrap();
    json!({ "status": answer.status.as_u16(), "events": position - before, "shown": shown, "of": world.hub.region })
}

/// Who is a pupil where, as the log says.
async fn pupils_at(world: &World, school: &str) -> BTreeSet<PersonId> {
    let mut at = std::collections::BTreeMap::new();
    for happened in world.hub.events("consortium").await.iter().filter(|it| it.category() == "person") {
        if let Event::PupilRegistered { home_school, .. } | Event::PupilMoved { home_school, .. } =
            happened.event().unwrap()
        {
            at.insert(happened.stream_id::<PersonId>().unwrap(), home_school);
        }
    }
    at.into_iter().filter(|(_, home)| home.as_str() == school).map(|(person, _)| person).collect()
}

#[tokio::test]
async fn a_school_system_does_not_take_over_a_pupil_of_a_sibling_branch() {
    let world = siblings().await;
    let before = pupils_at(&world, "00YH05").await;
    let other = world.system("00YH06").await;
    pupils(&other, &file(false)).await.expect(201);
    assert_eq!(pupils_at(&world, "00YH05").await, before);
    // Its own pupils are others, found again by the same numbers, and changed alone.
    let own = pupils_at(&world, "00YH06").await;
    assert_eq!((own.len(), own.intersection(&before).count()), (3, 0));
    let again = pupils(&other, &file(false)).await.expect(201);
    assert_eq!(other.get(again.header("location")).await.json()["unchanged"], 3);
    let moved = pupils(&other, &file(false).replace(";3X1;", ";3X2;")).await.expect(201);
    assert_eq!(other.get(moved.header("location")).await.json()["changed"], 1);
    // Who decides whether they are one is told of them, and nobody else.
    world.hub.settle().await;
    let pairs = world.leader.get(&path("/shared-pupil-numbers")).await.expect(200).json();
    let pairs = pairs["items"].as_array().unwrap();
    assert_eq!(pairs.len(), 3);
    assert!(pairs.iter().all(|it| it["school"] == "00YH06" && it["schoolElsewhere"] == "00YH05"), "{pairs:?}");
    other.get(&path("/shared-pupil-numbers")).await.expect(403);
    let home = pupils(&world.system("00YH05").await, PUPILS).await.expect(201);
    assert_eq!(world.leader.get(home.header("location")).await.json()["unchanged"], 3);
    assert_eq!((pupils_at(&world, "00YH05").await, pupils_at(&world, "00YH06").await), (before, own));
}

#[tokio::test]
async fn an_import_answers_the_same_for_a_number_elsewhere_as_for_a_new_one() {
    let mut answers = vec![];
    for unknown in [false, true] {
        let world = siblings().await;
        let other = world.system("00YH06").await;
        let file = file(unknown);
        let seen = preview(&other, &file).await;
        let before = world.events().await;
        let answer = pupils(&other, &file).await.expect(201);
        let told = told(&world, &other, &answer, before).await;
        answers.push((seen, told, preview(&other, &file).await));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!((answers[0].0["new"].as_u64(), answers[0].2["known"].as_u64()), (Some(3), Some(3)));
}

#[tokio::test]
async fn the_programme_leader_moves_a_pupil_between_branches() {
    let world = siblings().await;
    let before = pupils_at(&world, "00YH05").await;
    assert_eq!(preview(&world.leader, &file(false)).await["known"], 3);
    world.pupils(&file(false)).await.expect(201);
    assert_eq!(pupils_at(&world, "00YH06").await, before);
    // The branch that had them learns nothing new, and gets nobody back by naming them.
    let old = world.system("00YH05").await;
    pupils(&old, PUPILS).await.expect(201);
    assert_eq!(pupils_at(&world, "00YH06").await, before);
}

#[tokio::test]
async fn a_system_of_both_branches_moves_a_pupil_between_them() {
    let world = siblings().await;
    let before = pupils_at(&world, "00YH05").await;
    let both = world.system("00YH05").await;
    world.hub.grant(&both, Holding::of(Role::SchoolSystem).school(&"00YH06".parse().unwrap())).await;
    pupils(&both, &file(false)).await.expect(201);
    assert_eq!(pupils_at(&world, "00YH06").await, before);
}

#[tokio::test]
async fn an_import_of_two_branches_is_shown_to_whom_reaches_both() {
    let world = siblings().await;
    let header = PUPILS.lines().next().unwrap();
    let two = format!(
        "{header}\n2001;Eva;Verzonnen;2011-03-04;00YH05;;kb;PIE;3;3K1;2026-2027;;\n2002;Fee;Bedacht;2011-03-04;00YH06;;kb;PIE;3;3K1;2026-2027;;\n"
    );
    let import = world.pupils(&two).await.expect(201);
    world.leader.get(import.header("location")).await.expect(200);
    world.system("00YH05").await.get(import.header("location")).await.expect(403);
}
