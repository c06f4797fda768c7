//! Whose names were shown is written down, a line a list, under an id of the register.

use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn spans(world: &World, name: &str) -> Vec<Value> {
    world.hub.processed().into_iter().filter(|span| span["name"] == name).collect()
}

#[tokio::test]
async fn a_list_of_pupils_is_one_line_that_names_each_pupil() {
    let world = World::new().await;
    let mut expected = BTreeSet::new();
    for family in ["Appel", "Boom", "Cent"] {
        let pupil = world.pupil("Ada", family, &world.school).await;
        expected.insert(world.hub.hub.processing.subject(&world.hub.region, pupil));
    }
    let nameless = world.pupil("Ada", "Dak", &world.school).await;
    world.fact("consortium.person-forgotten", &format!("person/{nameless}"), json!({})).await;
    world.hub.settle().await;
    assert_eq!(spans(&world, "list-pupils").len(), 0);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let leader = world.leader.clone().with("traceparent", trace);
    leader.get(&world.url("pupils?limit=3")).await.expect(200);
    leader.get(&world.url("pupils")).await.expect(200);
    // Somebody without a name comes first.
    leader.get(&world.url("pupils?limit=2")).await.expect(200);

    let subjects = |span: &Value| match &span["attributes"]["dpl.core.data_subject_id"] {
        Value::Array(several) => several.iter().map(|it| it.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>(),
        one => BTreeSet::from([one.as_str().unwrap().to_owned()]),
    };
    let spans = spans(&world, "list-pupils");
    let [some, all, one] = &spans[..] else { panic!("a line a list: {spans:?}") };
    assert_eq!(subjects(some).len(), 2, "two of three on the page have a name");
    assert_eq!(subjects(all), expected);
    assert_eq!(subjects(one).len(), 1);
    let register = world.list(&world.leader, "processing-activities").await;
    let activity = register.iter().find(|entry| entry["name"]["en"] == "Showing lists with names").unwrap();
    for span in &spans {
        let attributes = span["attributes"].as_object().unwrap();
        assert_eq!(attributes.len(), 3, "{span}");
        assert_eq!(attributes["dpl.core.processing_activity_id"], activity["id"]);
        assert_eq!(attributes["dpl.core.data_subject_id_type"], activity["dataSubjectIdType"]);
        assert_eq!(span["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    }
    let all = world.hub.processed().iter().map(ToString::to_string).collect::<String>();
    for family in ["Appel", "Boom", "Cent", "Dak"] {
        assert!(!all.contains(family));
    }
}

#[tokio::test]
async fn a_list_is_shown_when_its_processing_cannot_be_written_down() {
    let world = World::new().await;
    world.pupil("Ada", "Appel", &world.school).await;
    world.hub.settle().await;
    world.hub.lose_the_processing_log();
    assert_eq!(world.list(&world.leader, "pupils").await.len(), 1);
}

#[tokio::test]
async fn every_activity_of_a_span_stands_in_the_register_in_both_languages() {
    let world = World::new().await;
    world.pupil("Ada", "Appel", &world.school).await;
    world.list(&world.leader, "pupils").await;
    let register = world.list(&world.leader, "processing-activities").await;
    let ids: Vec<_> = register.iter().map(|entry| &entry["id"]).collect();
    for span in world.hub.processed() {
        assert!(ids.contains(&&span["attributes"]["dpl.core.processing_activity_id"]), "{span}");
    }
    for entry in &register {
        for field in ["name", "purpose", "legalBasis", "dataSubjects", "data", "recipients", "retention"] {
            assert!(entry[field]["nl"].is_string() && entry[field]["en"].is_string(), "{field}: {entry}");
        }
    }
}

#[tokio::test]
async fn the_register_shows_the_adopted_term_from_its_first_day_on() {
    let world = World::new().await;
    let retention = async |language: &str| {
        let register = world.list(&world.leader, "processing-activities").await;
        let entry = register.iter().find(|entry| entry["name"]["en"] == "Registration of who takes part").unwrap();
        entry["retention"][language].as_str().unwrap().to_owned()
    };
    assert!(retention("en").await.ends_with("The region has adopted no retention schedule."));
    world.fact("consortium.retention-schedule-adopted", "retention-schedule/voorbeeld", json!({})).await;
    world.hub.at("2026-09-01T12:00:00Z");
    assert!(retention("nl").await.contains("De regio heeft geen bewaarschema vastgesteld."));
    world.hub.at("2026-09-02T12:00:00Z");
    let told = retention("nl").await;
    assert!(told.starts_with("Leerlingen, met hun ouders en voogden: 24 maanden na vertrek (taak van algemeen belang"));
    assert!(told.contains("Medewerkers: geen termijn vastgesteld") && told.ends_with("versie 1."), "{told}");
}
