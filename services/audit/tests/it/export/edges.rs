//! Whoever has a zip with dates alone leaves events out at its edges: none of that passes for intact.

use super::damage::{Files, dated, exported, files, forged};
use crate::export::world::check;
use crate::tamper::ways::Dice;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use evidence::export::Edge;
use evidence::verify::Standing;
use proofs::Frontier;
use serde_json::{Value, json};

/// So many combinations are tried.
const COMBINATIONS: u64 = 150;

const EVENTS: &str = "events/hotspots.ndjson";
const EDGES: &str = "edges/hotspots.ndjson";
const LEAVES: &str = "leaves/hotspots.bin";
const NOTES: &str = "checkpoints/hotspots.txt";

/// Of the files, with a number of events.
type Change = fn(&mut Files, usize);
type Way = (&'static str, Change);

const WAYS: [Way; 6] = [
    ("the first position raised, its events left out", raise_first),
    ("the last position lowered, its events left out", lower_last),
    ("the events beside the range left out", |files, _| forget(files)),
    ("cut back to an older checkpoint", |files, _| cut_back(files)),
    ("the dates of the events beside the range edited", |files, _| {
        let text = String::from_utf8(files.get(EDGES).cloned().unwrap_or_default()).unwrap();
        if !text.is_empty() {
            files.insert(EDGES.into(), text.replace("2026-09-03", "2026-09-07").into_bytes());
        }
    }),
    ("an event of the range put beside it, with another date", |files, count| {
        let (lines, first) = (events(files), part(files)["first"].as_u64().unwrap());
        if files.contains_key(EDGES) && lines.len() > count {
            let moved = lines[lines.len() - 1].replace("2026-09-02T", "2026-09-03T");
            let before = String::from_utf8(files[EDGES].clone()).unwrap().lines().next().unwrap_or_default().to_owned();
            if first > 1 {
                lower_last(files, 1);
                files.insert(EDGES.into(), format!("{before}\n{moved}\n").into_bytes());
            }
        }
    }),
];

fn events(files: &Files) -> Vec<String> {
    String::from_utf8(files[EVENTS].clone()).unwrap().lines().map(str::to_owned).collect()
}

fn keep(files: &mut Files, lines: &[String]) {
    files.insert(EVENTS.into(), lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>().into_bytes());
}

/// What the manifest says of hotspots.
fn part(files: &Files) -> Value {
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let logs = manifest["logs"].as_array().unwrap();
    logs.iter().find(|log| log["service"] == "hotspots").unwrap().clone()
}

fn change(files: &mut Files, change: impl FnOnce(&mut Value)) {
    let mut manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let logs = manifest["logs"].as_array_mut().unwrap();
    change(logs.iter_mut().find(|log| log["service"] == "hotspots").unwrap());
    files.insert("manifest.json".into(), serde_json::to_vec(&manifest).unwrap());
}

fn raise_first(files: &mut Files, count: usize) {
    let (lines, first) = (events(files), part(files)["first"].as_u64().unwrap());
    let count = count.min(lines.len());
    keep(files, &lines[count..]);
    change(files, |log| log["first"] = json!(first + count as u64));
}

pub fn lower_last(files: &mut Files, count: usize) {
    let (lines, last) = (events(files), part(files)["last"].as_u64().unwrap());
    let count = count.min(lines.len());
    keep(files, &lines[..lines.len() - count]);
    change(files, |log| log["last"] = json!(last - count as u64));
}

/// As in an export of before there were any.
pub fn forget(files: &mut Files) {
    let mut manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    manifest["files"].as_array_mut().unwrap().retain(|file| !file["name"].as_str().unwrap().starts_with("edges/"));
    files.insert("manifest.json".into(), serde_json::to_vec(&manifest).unwrap());
    files.retain(|name, _| !name.starts_with("edges/"));
}

/// Everything ends with the true checkpoint of size 37, which is inside the range.
fn cut_back(files: &mut Files) {
    let Some(behind) = part(files)["last"].as_u64().unwrap().checked_sub(37).filter(|behind| *behind > 0) else {
        return;
    };
    lower_last(files, usize::try_from(behind).unwrap());
    let leaves = files[LEAVES][..37 * 32].to_vec();
    let mut tree = Frontier::default();
    leaves.as_chunks::<32>().0.iter().for_each(|leaf| tree.push(*leaf));
    files.insert(LEAVES.into(), leaves);
    let notes = String::from_utf8(files[NOTES].clone()).unwrap();
    let blocks: Vec<&str> = notes.split("\n\n").collect();
    let kept = blocks.chunks(2).filter(|note| note[0].lines().nth(1).unwrap().parse::<u64>().unwrap() <= 37);
    let kept: Vec<String> = kept.map(|note| format!("{}\n", note.join("\n\n").trim_end_matches('\n'))).collect();
    let sizes: Vec<u64> = kept.iter().map(|note| note.lines().nth(1).unwrap().parse().unwrap()).collect();
    files.insert(NOTES.into(), kept.join("\n").into_bytes());
    change(files, |log| {
        log["size"] = json!(37);
        log["root"] = json!(BASE64_STANDARD.encode(tree.root()));
        log["checkpoints"] = json!(sizes);
    });
    if let Some(edges) = files.get(EDGES) {
        let before = String::from_utf8(edges.clone()).unwrap().lines().next().unwrap_or_default().to_owned();
        files.insert(EDGES.into(), format!("{before}\n").into_bytes());
    }
}

#[tokio::test]
async fn no_combination_of_ways_at_the_edges_of_an_export_with_dates_looks_intact() {
    let (world, _) = exported().await;
    let path = dated(&world).await;
    let (content, given) = (files(&path), world.given());
    for seed in 0..COMBINATIONS {
        let mut dice = Dice(seed);
        let mut ways = Vec::new();
        let zip = forged(&path, world.path("edges.zip"), |files| {
            for _ in 0..dice.from(1, 3) {
                let (name, way) = &WAYS[usize::try_from(dice.below(i64::try_from(WAYS.len()).unwrap())).unwrap()];
                ways.push(*name);
                way(files, usize::try_from(dice.from(1, 4)).unwrap());
            }
        });
        let mut altered = files(&zip);
        altered.insert("manifest.json".into(), content["manifest.json"].clone());
        if altered != content {
            let verdict = check(&zip, &given, |_| ()).unwrap().verdict();
            assert!(
                verdict.is_wrong() || matches!(verdict, Standing::EdgesOpen { .. }),
                "seed {seed}, {ways:?}: {verdict}"
            );
        }
    }
    world.end().await;
}

#[tokio::test]
async fn an_export_of_before_reads_and_says_which_edges_it_does_not_prove() {
    let (world, _) = exported().await;
    let path = dated(&world).await;
    let bare = forged(&path, world.path("bare.zip"), forget);
    let checked = check(&bare, &world.given(), |_| ()).unwrap();
    assert_eq!(checked.findings, []);
    assert!(checked.logs.iter().all(|log| log.open == [Edge::Before, Edge::Behind]), "{:?}", checked.logs);
    assert!(matches!(checked.verdict(), Standing::EdgesOpen { .. }) && !checked.verdict().intact());
    world.end().await;
}

#[tokio::test]
async fn an_event_that_was_left_out_at_an_edge_is_named() {
    let (world, _) = exported().await;
    let path = dated(&world).await;
    // Whoever leaves it out can put its own text beside the range, or none.
    for (way, moved, position) in [(raise_first as Change, 0, 33), (lower_last as Change, 7, 38)] {
        let zip = forged(&path, world.path("left-out.zip"), |files| {
            let lines = events(files);
            let edges: Vec<String> =
                String::from_utf8(files[EDGES].clone()).unwrap().lines().map(str::to_owned).collect();
            way(files, 3);
            let beside = if moved == 0 { [&lines[2], &edges[1]] } else { [&edges[0], &lines[moved]] };
            files.insert(EDGES.into(), format!("{}\n{}\n", beside[0], beside[1]).into_bytes());
        });
        let checked = check(&zip, &world.given(), |_| ()).unwrap();
        assert!(
            checked.findings.iter().any(|it| it.position == Some(position) && it.what.contains("was left out")),
            "{:?}",
            checked.findings
        );
        assert!(checked.verdict().is_wrong());
    }
    world.end().await;
}
