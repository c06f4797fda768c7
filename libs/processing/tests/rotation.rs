//! The file of processings is put aside in time, and all of it together is bounded.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::{DateTime, TimeDelta, Utc};
use decider::{Clock, Hand};
use processing::{Activity, Logbook, Rotation, Target};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use vocabulary::{PersonId, RegionId};

const SMALL: Rotation = Rotation { size: 8 * 1024, age: TimeDelta::days(7), total: u64::MAX };

fn logbook(file: &Path, rotation: Rotation) -> (Logbook, Hand) {
    let (clock, hand) = Clock::settable("2026-09-01T10:00:00Z".parse::<DateTime<Utc>>().unwrap());
    (Logbook::rotating(&Target::File(file.into()), rotation, [3; 32], "1", clock).unwrap(), hand)
}

fn region() -> RegionId {
    "voorbeeld".parse().unwrap()
}

async fn write(logbook: &Logbook, person: PersonId) {
    let showing = logbook.begin(Activity::NamedLists, "list-pupils", None);
    logbook.write(&showing, &region(), [person]).await.unwrap();
}

/// Every file in a folder, by name: those that were put aside, the oldest first, then the one that is written to.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn lines(folder: &Path) -> Vec<String> {
    let text = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    files(folder).iter().flat_map(|path| text(path).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[tokio::test]
async fn a_file_is_put_aside_when_it_is_large_and_no_line_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("processing.jsonl");
    // Two processes, each with a logbook of its own.
    let (one, other) = (logbook(&file, SMALL).0, logbook(&file, SMALL).0);
    let mut writing = tokio::task::JoinSet::new();
    let mut expected = BTreeSet::new();
    for n in 0..200 {
        let (logbook, person) = (if n % 2 == 0 { one.clone() } else { other.clone() }, PersonId::fresh());
        expected.insert(logbook.subject(&region(), person));
        writing.spawn(async move { write(&logbook, person).await });
    }
    writing.join_all().await;
    let all = lines(folder.path());
    assert_eq!(all.len(), 200);
    let found = |subject: &String| all.iter().any(|line| line.contains(subject.as_str()));
    assert!(expected.iter().all(found), "a person's line is lost");
    assert!(files(folder.path()).len() > 5);
    for path in files(folder.path()) {
        // Whoever had it open when it was put aside still wrote to it.
        assert!(path.metadata().unwrap().len() < 4 * SMALL.size, "{}", path.display());
    }
}

#[tokio::test]
async fn a_file_is_put_aside_when_its_first_line_is_old_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("processing.jsonl");
    let (logbook_before, _) = logbook(&file, SMALL);
    write(&logbook_before, PersonId::fresh()).await;
    let (logbook, hand) = logbook(&file, SMALL);
    hand.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    write(&logbook, PersonId::fresh()).await;
    assert_eq!(files(folder.path()).len(), 1);
    hand.advance(TimeDelta::seconds(1));
    write(&logbook, PersonId::fresh()).await;
    assert_eq!(files(folder.path()).len(), 2);
    write(&logbook, PersonId::fresh()).await;
    assert_eq!((files(folder.path()).len(), lines(folder.path()).len()), (2, 4));
}

#[tokio::test]
async fn all_files_together_stay_within_the_total_and_nothing_else_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("processing.jsonl");
    let others = folder.path().join("processing.of-last-year.jsonl");
    std::fs::write(&others, "kept").unwrap();
    let (logbook, hand) = logbook(&file, Rotation { total: 3 * SMALL.size, ..SMALL });
    let mut last = PersonId::fresh();
    for _ in 0..200 {
        hand.advance(TimeDelta::seconds(1));
        last = PersonId::fresh();
        write(&logbook, last).await;
        let all: u64 = files(folder.path()).iter().map(|path| path.metadata().unwrap().len()).sum();
        assert!(all <= 3 * SMALL.size + 4, "{all} bytes in all");
    }
    assert_eq!(std::fs::read_to_string(others).unwrap(), "kept");
    assert!(std::fs::read_to_string(file).unwrap().contains(&logbook.subject(&region(), last)));
}

#[tokio::test]
async fn a_command_beside_the_hub_puts_nothing_aside() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("processing.jsonl");
    let logbook = Logbook::new(&Target::File(file), [3; 32], "1", Clock::system()).unwrap();
    for _ in 0..50 {
        write(&logbook, PersonId::fresh()).await;
    }
    assert_eq!(files(folder.path()).len(), 1);
}
