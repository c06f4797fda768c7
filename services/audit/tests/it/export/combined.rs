//! The ways in which whoever has a zip alone can alter it, one after another by chance: none passes for intact.

use super::damage::{Files, dated, exported, files, forged};
use super::forger;
use crate::export::world::{World, check};
use crate::tamper::ways::Dice;
use proofs::{Note, Signer};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// So many combinations are tried; together with those over a database a thousand.
const COMBINATIONS: u64 = 750;

/// And so many of an export with dates.
const DATED: u64 = 200;

const EVENTS: &str = "events/hotspots.ndjson";
const NOTES: &str = "checkpoints/hotspots.txt";

type Way = (&'static str, fn(&mut Files, &mut Dice));

const WAYS: [Way; 16] = [
    ("a forged amount, an own key, an own epoch", |files, _| forger::forge(files)),
    ("an event edited", |files, dice| {
        lines(files, |lines| {
            let at = place(lines, dice);
            lines[at] = lines[at].replace("pupil", "pupit");
        });
    }),
    ("an event removed", |files, dice| lines(files, |lines| drop(lines.remove(place(lines, dice))))),
    ("two events swapped", |files, dice| {
        lines(files, |lines| {
            let at = place(lines, dice).max(1);
            lines.swap(at - 1, at);
        });
    }),
    ("the end cut off", |files, dice| lines(files, |lines| lines.truncate(place(lines, dice)))),
    ("an event twice", |files, dice| {
        lines(files, |lines| {
            let at = place(lines, dice);
            lines.insert(at, lines[at].clone());
        });
    }),
    ("a leaf edited", |files, dice| {
        let leaves = files.get_mut("leaves/hotspots.bin").unwrap();
        if !leaves.is_empty() {
            let at = usize::try_from(dice.below(i64::try_from(leaves.len()).unwrap())).unwrap();
            leaves[at] ^= 1;
        }
    }),
    ("a note of another log", |files, _| drop(files.insert(NOTES.into(), files["checkpoints/consortium.txt"].clone()))),
    ("a note cut off", |files, _| {
        let notes = files.get_mut(NOTES).unwrap();
        notes.truncate(notes.len() - notes.len().min(9));
    }),
    ("notes in another order", |files, _| notes(files, |notes| notes.reverse())),
    ("a note twice", |files, _| notes(files, |notes| notes.extend(notes.last().cloned()))),
    ("an own signature with the true key's name", |files, _| {
        let own = Signer::new("hub.example.nl/voorbeeld/hotspots", &[77; 32]).unwrap();
        notes(files, |notes| {
            if let Some(note) = notes.last_mut() {
                note.signatures = vec![own.sign(&note.text)];
            }
        });
    }),
    ("another size under a true signature", |files, _| {
        notes(files, |notes| {
            if let Some(note) = notes.last_mut() {
                note.text = note.text.replacen("\n40\n", "\n39\n", 1);
            }
        });
    }),
    ("a policy edited", |files, _| {
        let text = String::from_utf8(files["policies.json"].clone()).unwrap();
        files.insert("policies.json".into(), text.replace("2500", "9900").into_bytes());
    }),
    ("the policies left out", |files, _| drop(files.insert("policies.json".into(), b"[\n\n]\n".to_vec()))),
    ("keys left out, sizes made to fit", |files, _| {
        files.insert("keys.json".into(), b"[]".to_vec());
        let mut manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        let log = manifest["logs"].as_array_mut().unwrap().iter_mut().find(|log| log["service"] == "hotspots").unwrap();
        let (events, leaves) =
            (files[EVENTS].iter().filter(|byte| **byte == b'\n').count(), files["leaves/hotspots.bin"].len() / 32);
        (log["last"], log["size"]) = (events.into(), leaves.into());
        files.insert("manifest.json".into(), manifest.to_string().into_bytes());
    }),
];

fn place(lines: &[String], dice: &mut Dice) -> usize {
    usize::try_from(dice.below(i64::try_from(lines.len()).unwrap())).unwrap()
}

fn lines(files: &mut Files, change: impl FnOnce(&mut Vec<String>)) {
    let text = String::from_utf8(files[EVENTS].clone()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.len() > 1 {
        change(&mut lines);
        files.insert(EVENTS.into(), (lines.join("\n") + "\n").into_bytes());
    }
}

fn notes(files: &mut Files, change: impl FnOnce(&mut Vec<Note>)) {
    let text = String::from_utf8(files[NOTES].clone()).unwrap();
    let blocks: Vec<&str> = text.split("\n\n").collect();
    let read: Result<Vec<Note>, _> =
        blocks.chunks(2).map(|block| format!("{}\n", block.join("\n\n").trim_end_matches('\n')).parse()).collect();
    // What another way left may not read any more.
    if let Ok(mut all) = read {
        change(&mut all);
        let text: Vec<String> = all.iter().map(ToString::to_string).collect();
        files.insert(NOTES.into(), text.join("\n").into_bytes());
    }
}

/// Tries combinations of ways on an export, and answers how many altered something; the seed of one that passes for intact
/// is printed.
fn none_looks_intact(world: &World, path: &Path, ways: &[&Way], combinations: u64) -> u64 {
    let (content, given, mut tried) = (files(path), world.given(), 0);
    for seed in 0..combinations {
        let mut dice = Dice(seed);
        let mut done = Vec::new();
        let zip = forged(path, world.path("combined.zip"), |files| {
            for _ in 0..dice.from(1, 4) {
                let (name, way) = ways[usize::try_from(dice.below(i64::try_from(ways.len()).unwrap())).unwrap()];
                done.push(*name);
                way(files, &mut dice);
            }
        });
        // Whoever only leaves keys out, or makes sizes fit that do, alters nothing of what is vouched for.
        let mut altered = files(&zip);
        for name in ["manifest.json", "keys.json"] {
            altered.insert(name.into(), content[name].clone());
        }
        if altered != content {
            let verdict = check(&zip, &given, |_| ()).unwrap().verdict();
            assert!(verdict.is_wrong(), "seed {seed}, {done:?}: {verdict}");
            tried += 1;
        }
    }
    tried
}

#[tokio::test]
async fn no_combination_of_ways_makes_an_export_look_intact() {
    let (world, path) = exported().await;
    let tried = none_looks_intact(&world, &path, &WAYS.iter().collect::<Vec<_>>(), COMBINATIONS);
    assert!(tried > COMBINATIONS * 9 / 10, "{tried}");
    // Nothing shows which policies were adopted before the first date.
    let ways: Vec<&Way> = WAYS.iter().filter(|(name, _)| *name != "the policies left out").collect();
    let tried = none_looks_intact(&world, &dated(&world).await, &ways, DATED);
    assert!(tried > DATED / 2, "{tried}");
    world.end().await;
}

#[tokio::test]
async fn two_files_of_one_name_are_refused() {
    let (world, path) = exported().await;
    let zip = forged(&path, world.path("twice.zip"), |files| {
        files.insert("events/hotspots.ndjsoX".into(), files[EVENTS].clone());
    });
    // The writer refuses such a zip, so the name is changed in its bytes.
    let mut bytes = fs::read(&zip).unwrap();
    for at in 0..bytes.len() - EVENTS.len() {
        if bytes[at..].starts_with(b"events/hotspots.ndjsoX") {
            bytes[at + EVENTS.len() - 1] = b'n';
        }
    }
    fs::write(&zip, bytes).unwrap();
    let checked = check(&zip, &world.given(), |_| ()).unwrap();
    assert!(checked.verdict().is_wrong(), "{:?}", checked.logs);
    assert_eq!(checked.findings[0].what, "two files in the zip have the same name");
    world.end().await;
}
