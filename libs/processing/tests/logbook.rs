//! What is written down of a processing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use decider::Clock;
use processing::{Activity, Logbook, Target};
use serde_json::{Value, json};
use std::path::Path;
use vocabulary::{PersonId, RegionId};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn logbook(file: &Path) -> Logbook {
    let clock = Clock::fixed("2026-09-01T10:00:00Z".parse().unwrap());
    Logbook::new(&Target::File(file.into()), [3; 32], "00000001234567890000", clock).unwrap().of("gateway")
}

fn region() -> RegionId {
    "voorbeeld".parse().unwrap()
}

fn spans(file: &Path) -> Vec<Value> {
    std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_span_has_the_attributes_of_the_standard() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("processing.jsonl");
    let (logbook, person) = (logbook(&file), PersonId::fresh());
    let showing = logbook.begin(Activity::NamedLists, "list-pupils", Some(TRACE));
    logbook.write(&showing, &region(), [person, person]).await.unwrap();
    let spans = spans(&file);
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(span["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span["parent_span_id"], "b7ad6b7169203331");
    assert_eq!(span["span_id"].as_str().unwrap().len(), 16);
    assert_eq!((&span["name"], &span["status_code"]), (&json!("list-pupils"), &json!(0)));
    assert_eq!(span["start_time"], "2026-09-01T10:00:00.000Z");
    let expected = json!({
        "dpl.core.processing_activity_id":
            "urn:nld:oin:00000001234567890000:systeem:regiohub:verwerkingsactiviteit:named-lists",
        "dpl.core.data_subject_id": logbook.subject(&region(), person),
        "dpl.core.data_subject_id_type": "urn:nld:oin:00000001234567890000:systeem:regiohub:betrokkene",
    });
    assert_eq!(span["attributes"], expected);
    assert_eq!(span["resource"]["attributes"]["region"], "voorbeeld");
    assert_eq!(span["resource"]["attributes"]["service.name"], "regiohub-gateway");
    assert!(!span.to_string().contains(&person.to_string()));
}

#[tokio::test]
async fn a_list_of_two_hundred_people_is_one_bounded_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("processing.jsonl");
    let logbook = logbook(&file);
    let people: Vec<PersonId> = (0..200).map(|_| PersonId::fresh()).collect();
    let listing = logbook.begin(Activity::NamedLists, "list-pupils", Some(TRACE));
    logbook.write(&listing, &region(), people.clone()).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(text.len() < 8 * 1024, "{} bytes", text.len());
    for person in people {
        assert!(text.contains(&format!("\"{}\"", logbook.subject(&region(), person))));
    }
    assert_eq!(spans(&file)[0]["attributes"]["dpl.core.data_subject_id"].as_array().unwrap().len(), 200);
}

#[tokio::test]
async fn ten_thousand_people_are_bounded_lines_and_each_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("processing.jsonl");
    let logbook = logbook(&file);
    let people: Vec<PersonId> = (0..10_000).map(|_| PersonId::fresh()).collect();
    let exporting = logbook.begin(Activity::AccessExport, "export-names", None);
    logbook.write(&exporting, &region(), people.clone()).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().all(|line| line.len() < 12 * 1024) && text.lines().count() <= 40);
    assert!(people.iter().all(|person| text.contains(&logbook.subject(&region(), *person))));
}

#[tokio::test]
async fn a_person_has_another_pseudonym_in_another_region() {
    let (logbook, person) = (logbook(Path::new("/dev/null")), PersonId::fresh());
    assert_eq!(logbook.subject(&region(), person), logbook.subject(&region(), person));
    assert_ne!(logbook.subject(&region(), person), logbook.subject(&"elders".parse().unwrap(), person));
}

#[tokio::test]
async fn a_person_is_found_under_each_key_after_a_rotation() {
    let (folder, person) = (tempfile::tempdir().unwrap(), PersonId::fresh());
    let before = logbook(Path::new("/dev/null")).subject(&region(), person);
    let keys = vocabulary::Generations::of(vec![[3; 32], [4; 32]], 1).unwrap();
    let file = folder.path().join("processing.jsonl");
    let after = Logbook::new(&Target::File(file.clone()), keys, "1", Clock::system()).unwrap();
    let subjects = after.subjects(&region(), person);
    assert!(subjects.others().eq([&before]) && subjects.newest() != &before);
    let processing = after.begin(Activity::Registration, "register-pupil", None);
    after.write(&processing, &region(), [person]).await.unwrap();
    let written = std::fs::read_to_string(file).unwrap();
    assert!(written.contains(subjects.newest()) && !written.contains(&before));
}

#[tokio::test]
async fn a_line_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let logbook = logbook(folder.path());
    let listing = logbook.begin(Activity::NamedLists, "list-pupils", None);
    assert!(logbook.write(&listing, &region(), [PersonId::fresh()]).await.is_err());
    logbook.write(&listing, &region(), []).await.unwrap();
}

#[tokio::test]
async fn a_collector_that_is_away_is_said() {
    let target: Target = "http://127.0.0.1:1".parse().unwrap();
    let logbook = Logbook::new(&target, [3; 32], "1", Clock::system()).unwrap();
    let listing = logbook.begin(Activity::NamedLists, "list-pupils", None);
    assert!(logbook.write(&listing, &region(), [PersonId::fresh()]).await.is_err());
}

#[tokio::test]
async fn processings_at_the_same_time_do_not_mix_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("processing.jsonl");
    let logbook = logbook(&file);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let logbook = logbook.clone();
        all.spawn(async move {
            for _ in 0..50 {
                let listing = logbook.begin(Activity::NamedLists, "list-pupils", None);
                logbook.write(&listing, &region(), (0..50).map(|_| PersonId::fresh())).await.unwrap();
            }
        });
    }
    all.join_all().await;
    assert_eq!(spans(&file).len(), 1_000);
}
