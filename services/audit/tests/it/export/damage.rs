//! Damages an export in every way, and sees that none passes for intact.

use super::world::World;
use crate::export::world::check;
use evidence::export::{Checked, Dates, Manifest};
use evidence::verify::Given;
use proofs::{Verifier, leaf_hash};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

pub type Files = BTreeMap<String, Vec<u8>>;

/// All that is in a zip.
pub fn files(path: &Path) -> Files {
    try_files(path).unwrap()
}

pub fn try_files(path: &Path) -> zip::result::ZipResult<Files> {
    let mut zip = ZipArchive::new(fs::File::open(path)?)?;
    let mut files = Files::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        files.insert(file.name()?.into_owned(), bytes);
    }
    Ok(files)
}

/// Someone with time on their hands: changes files, and makes every digest in the manifest fit again.
pub fn forged(path: &Path, to: PathBuf, change: impl FnOnce(&mut Files)) -> PathBuf {
    let mut files = files(path);
    change(&mut files);
    if let Ok(mut manifest) = serde_json::from_slice::<Manifest>(&files["manifest.json"]) {
        for file in &mut manifest.files {
            let Some(bytes) = files.get(&file.name) else { continue };
            (file.bytes, file.sha256) = (bytes.len() as u64, hex::encode(Sha256::digest(bytes)));
        }
        files.insert("manifest.json".into(), serde_json::to_vec_pretty(&manifest).unwrap());
    }
    let mut zip = ZipWriter::new(fs::File::create(&to).unwrap());
    for (name, bytes) in files {
        let kept = if name.starts_with("leaves/") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(name, SimpleFileOptions::default().compression_method(kept)).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
    to
}

pub async fn exported() -> (World, PathBuf) {
    let world = World::new().await;
    world.policy().await;
    world.day("2026-09-01", 30).await;
    world.day("2026-09-02", 10).await;
    world.checkpoint("consortium", 1).await;
    world.checkpoint("hotspots", 25).await;
    world.checkpoint("hotspots", 40).await;
    let path = world.export("intact", Dates::default()).await.unwrap();
    assert!(check(&path, &world.given(), |_| ()).unwrap().verdict().intact());
    (world, path)
}

/// An export of the second day of the same logs, whose third day is signed as well.
pub async fn dated(world: &World) -> PathBuf {
    world.day("2026-09-03", 5).await;
    world.policy_of("elders").await;
    world.checkpoint("consortium", 2).await;
    world.checkpoint("hotspots", 37).await;
    world.checkpoint("hotspots", 45).await;
    let day = "2026-09-02".parse().ok();
    let path = world.export("dated", Dates { from: day, to: day }).await.unwrap();
    let checked = check(&path, &world.given(), |_| ()).unwrap();
    assert!(checked.verdict().intact(), "{} {:?}", checked.verdict(), checked.findings);
    path
}

fn checked(path: &Path, keys: &[Verifier]) -> Checked {
    check(path, &Given { keys: keys.to_vec(), ..Given::default() }, |_| ()).unwrap()
}

/// What was found, in one line.
fn found(path: &Path) -> String {
    let findings = checked(path, &[]).findings;
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

#[tokio::test]
async fn a_flipped_bit_is_found_or_changes_nothing_that_is_read() {
    let (world, path) = exported().await;
    let (whole, content) = (fs::read(&path).unwrap(), files(&path));
    let flipped = world.path("flipped.zip");
    let mut passed = 0;
    for at in (0..whole.len()).step_by(whole.len() / 150) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&flipped, bytes).unwrap();
        if checked(&flipped, &[]).findings.is_empty() {
            // A date in a header of the zip, say: what is in it is the same to the last byte.
            assert_eq!(try_files(&flipped).unwrap(), content, "bit flipped in byte {at}");
            passed += 1;
        }
    }
    assert!(passed < 30, "{passed} of 150 flips were not found");
    world.end().await;
}

#[tokio::test]
async fn an_export_that_is_cut_off_is_never_intact() {
    let (world, path) = exported().await;
    let whole = fs::read(&path).unwrap();
    let cut = world.path("cut.zip");
    for length in (0..whole.len()).step_by(whole.len() / 50).chain([whole.len() - 1]) {
        fs::write(&cut, &whole[..length]).unwrap();
        let found = found(&cut);
        assert!(found.contains("cut off"), "{length} of {}: {found:?}", whole.len());
    }
    world.end().await;
}

#[tokio::test]
async fn a_forger_without_the_key_is_found_at_the_first_position() {
    let (world, path) = exported().await;
    let to = |name: &str| world.path(&format!("{name}.zip"));
    let lines = |files: &Files| {
        String::from_utf8(files["events/hotspots.ndjson"].clone())
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let put = |files: &mut Files, lines: &[String]| {
        files.insert("events/hotspots.ndjson".into(), (lines.join("\n") + "\n").into_bytes());
    };
    let leaves = |files: &mut Files, lines: &[String]| {
        files.insert("leaves/hotspots.bin".into(), lines.iter().flat_map(|line| leaf_hash(line)).collect());
    };

    let edited = forged(&path, to("edited"), |files| {
        let mut lines = lines(files);
        lines[16] = lines[16].replace("pupil-withdrawn", "pupil-withdrewn");
        put(files, &lines);
    });
    assert!(found(&edited).starts_with("hotspots@17: its leaf is not the hash of its text"), "{}", found(&edited));

    let edited = forged(&path, to("edited-with-leaves"), |files| {
        let mut lines = lines(files);
        lines[29] = lines[29].replace("pupil\":\"", "pupil\":\"0");
        put(files, &lines);
        leaves(files, &lines);
    });
    let said = found(&edited);
    assert!(said.contains("hotspots@26: an event from 26 to 40 is not the one"), "{said}");

    let removed = forged(&path, to("removed"), |files| {
        let mut lines = lines(files);
        lines.remove(4);
        put(files, &lines);
    });
    assert!(found(&removed).starts_with("hotspots@5: "), "{}", found(&removed));

    let reordered = forged(&path, to("reordered"), |files| {
        let mut lines = lines(files);
        lines.swap(7, 9);
        put(files, &lines);
        leaves(files, &lines);
    });
    let said = found(&reordered);
    assert!(
        said.starts_with("hotspots@1: an event from 1 to 25")
            && said.contains("hotspots@8: its text says that it is at position 10"),
        "{said}"
    );

    let shorter = forged(&path, to("shorter"), |files| {
        let mut lines = lines(files);
        lines.truncate(38);
        put(files, &lines);
    });
    assert!(found(&shorter).contains("hotspots@39: there is no event"), "{}", found(&shorter));

    let policy = forged(&path, to("policy"), |files| {
        let text = String::from_utf8(files["policies.json"].clone())
            .unwrap()
            .replace("\"forfaitShare\":2500", "\"forfaitShare\":5000");
        assert!(text.contains("5000"));
        files.insert("policies.json".into(), text.into_bytes());
    });
    assert!(found(&policy).contains("consortium@1: a policy in policies.json"), "{}", found(&policy));

    let signed = forged(&path, to("signed"), |files| {
        let text = String::from_utf8(files["checkpoints/hotspots.txt"].clone()).unwrap().replace("\n25\n", "\n24\n");
        files.insert("checkpoints/hotspots.txt".into(), text.into_bytes());
    });
    assert!(
        found(&signed).contains(
            "hotspots: the signature of hub.example.nl/voorbeeld/hotspots under the checkpoint of size 24 does not fit"
        ),
        "{}",
        found(&signed)
    );
    world.end().await;
}

#[tokio::test]
async fn a_foreign_key_or_checkpoint_is_named() {
    let (world, path) = exported().await;
    let to = |name: &str| world.path(&format!("{name}.zip"));

    let foreign = checked(
        &path,
        &[proofs::Signer::new("hub.example.nl/voorbeeld/hotspots", &[9; 32]).unwrap().verifier(proofs::Kind::Log)],
    );
    assert!(foreign.findings.iter().any(|finding| finding.what.contains("a wrong key")), "{:?}", foreign.findings);
    assert!(foreign.logs.iter().all(|log| log.signed == 0));

    let another = forged(&path, to("another-log"), |files| {
        let other = files["checkpoints/consortium.txt"].clone();
        files.insert("checkpoints/hotspots.txt".into(), other);
    });
    let said = found(&another);
    assert!(
        said.contains("the checkpoint of size 1 is of hub.example.nl/voorbeeld/consortium, not of this log"),
        "{said}"
    );

    let newer = forged(&path, to("newer"), |files| {
        let mut manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        manifest["version"] = 2.into();
        manifest["logs"] = "of another shape".into();
        files.insert("manifest.json".into(), manifest.to_string().into_bytes());
    });
    assert_eq!(found(&newer), "this export is of version 2, and this program reads version 1: use a newer one");

    let extra = forged(&path, to("extra"), |files| {
        files.insert("events/other.ndjson".into(), b"{}\n".to_vec());
    });
    assert!(found(&extra).contains("events/other.ndjson is in the zip, and the manifest does not name it"));

    let missing = forged(&path, to("missing"), |files| {
        files.remove("keys.json");
    });
    assert!(found(&missing).contains("keys.json is missing"), "{}", found(&missing));

    let none = world.path("none.zip");
    fs::write(&none, "no zip at all").unwrap();
    assert!(found(&none).contains("this is no zip"));
    world.end().await;
}
