//! Whoever has the zip alone, and every tool: changes an amount, recomputes all that can be recomputed, and signs with a
//! key of their own what the hub's key did not sign.

use super::damage::{Files, exported, forged};
use crate::export::world::check;
use evidence::verify::{Given, Standing};
use proofs::{Checkpoint, Frontier, Kind, Note, Signer, leaf_hash};

/// One event of hotspots edited; leaves and root recomputed; an own key beside the true one, and a note of a raised epoch
/// and the same size signed with it.
pub fn forge(files: &mut Files) {
    let text = String::from_utf8(files["events/hotspots.ndjson"].clone()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // The seventeenth event, or another one where events were taken away before.
    let places = (16..lines.len()).chain(0..lines.len());
    let found = places.filter_map(|line| lines[line].find(r#""pupil":""#).map(|at| (line, at + 9))).next();
    let Some((line, at)) = found else { return };
    let other = if lines[line].as_bytes()[at] == b'0' { "1" } else { "0" };
    lines[line].replace_range(at..=at, other);
    let mut tree = Frontier::default();
    let leaves: Vec<_> = lines.iter().map(|line| leaf_hash(line)).collect();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    files.insert("events/hotspots.ndjson".into(), (lines.join("\n") + "\n").into_bytes());
    files.insert("leaves/hotspots.bin".into(), leaves.concat());
    let own = Signer::new("hub.example.nl/voorbeeld/hotspots", &[77; 32]).unwrap();
    let mut keys: Vec<String> = serde_json::from_slice(&files["keys.json"]).unwrap();
    keys.push(own.verifier(Kind::Log).to_string());
    files.insert("keys.json".into(), serde_json::to_vec(&keys).unwrap());
    let origin = "hub.example.nl/voorbeeld/hotspots".to_owned();
    let text = Checkpoint { origin, size: tree.size(), root: tree.root(), epoch: 2 }.to_string();
    let note = Note { signatures: vec![own.sign(&text)], text };
    let notes = String::from_utf8(files["checkpoints/hotspots.txt"].clone()).unwrap();
    files.insert("checkpoints/hotspots.txt".into(), format!("{notes}\n{note}").into_bytes());
    let mut manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let log = manifest["logs"].as_array_mut().unwrap().iter_mut().find(|log| log["service"] == "hotspots").unwrap();
    log["root"] = base64(&tree.root()).into();
    log["checkpoints"].as_array_mut().unwrap().push(tree.size().into());
    files.insert("manifest.json".into(), manifest.to_string().into_bytes());
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}

#[tokio::test]
async fn a_forged_key_and_epoch_in_the_zip_do_not_make_it_intact() {
    let (world, path) = exported().await;
    let zip = forged(&path, world.path("forged.zip"), forge);
    let checked = check(&zip, &world.given(), |_| ()).unwrap();
    let told: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert_eq!(checked.verdict(), Standing::Altered, "{told:?}");
    assert_eq!(
        told[0],
        "hotspots@1: an event from 1 to 25 is not the one that the checkpoint of size 25 was signed over"
    );
    // Without a key the true key's notes in it contradict the forger's.
    assert!(check(&zip, &Given::default(), |_| ()).unwrap().verdict().is_wrong());
    world.end().await;
}
